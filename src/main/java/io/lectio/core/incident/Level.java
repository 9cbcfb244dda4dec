package io.lectio.core.incident;

/// How loud an alert is, in the plan's words. The order is the order of loudness.
public enum Level {
    /// For the record.
    INFO,
    /// A fault was found; its repair has begun or is done.
    WARNING,
    /// The site is down and a person is needed.
    CRITICAL
}
