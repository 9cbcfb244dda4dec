package io.lectio.core.incident;

import io.lectio.core.deploy.Deploy;

/// How loud an alert is, in the plan's words. The order is the order of loudness.
public enum Level {
    /// For the record.
    INFO,
    /// A fault was found; its repair has begun or is done.
    WARNING,
    /// The site is down and a person is needed.
    CRITICAL;

    /// How loud the end of a deploy is.
    public static Level of(Deploy.Outcome outcome) {
        return switch (outcome) {
            case DEPLOYED, FIT -> INFO;
            case REFUSED, FAILED, ROLLED_BACK -> WARNING;
            case STUCK -> CRITICAL;
        };
    }
}
