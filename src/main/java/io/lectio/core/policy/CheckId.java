package io.lectio.core.policy;

/// What is checked, the deepest first: what fails higher up explains what fails below it.
public enum CheckId {
    /// Room on the file systems that the site rests on, and whether they can be written to.
    DISK,
    /// The machine's memory, and what the kernel has killed for want of it.
    MEMORY,
    /// The services that the application cannot work without: its database's server, its cache.
    NEEDED,
    /// The application's database.
    DATABASE,
    /// The application's service: its unit, its processes, and its answer when asked directly.
    APP,
    /// The web server's service: its unit and its processes.
    PROXY,
    /// The web server's own test of its configuration.
    CONFIG,
    /// Every file of the web root can be read by the web user, and every folder above it entered.
    FILES,
    /// What the web user cannot reach and no repair may touch. Seen by the look at [#FILES].
    LEFT_ALONE,
    /// The files of the live release are those that were deployed.
    RELEASE,
    /// The application's API, asked through the web server.
    API,
    /// The page and every asset that it names are answered as a visitor needs them.
    PAGE,
    /// The services that work beside the application, such as a queue's workers.
    BESIDE,
    /// What visitors need besides: the site's public name, its certificate, and this machine's own network. Told, and
    /// nobody's reason: by itself it makes nothing unhealthy.
    PUBLIC,
    /// This machine's clock, against that of the server that carries the alerts. Told only, as the one before.
    CLOCK,
    /// A good copy of the database that is young enough. Told only, too.
    COPIES,
    /// The guard's own configuration: a bad one is told, and the one before it stays in force.
    SETTINGS;

    /// What is dear, a child process, a key exchange, a walk, and is looked at in a slower round.
    public boolean isSeldom() {
        return this == CONFIG || this == RELEASE || isOfTheWorld();
    }

    /// What lies outside, is compared with that, or matters to a later day: by itself it makes nothing unhealthy.
    public boolean isOfTheWorld() {
        return this == PUBLIC || this == CLOCK || this == COPIES;
    }
}
