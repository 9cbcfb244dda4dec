package io.lectio.core.policy;

/// What a site is made of, and a release brings.
public enum Part {
    /// The built pages that the web server serves.
    PAGES,
    /// The application's code.
    CODE
}
