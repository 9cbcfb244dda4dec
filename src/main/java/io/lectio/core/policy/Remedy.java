package io.lectio.core.policy;

import java.time.Instant;

/// What a repair does, as a value: compared by tests, printed by commands, kept by the history.
public sealed interface Remedy {
    /// The name under which its budget is kept.
    String id();

    default String inWords() {
        return switch (this) {
            case OpenPaths(Site site) -> "open what is closed to " + site.webUser() + " in " + site.siteRoot();
            case Restore(String release, var since) ->
                "put back the files of release " + release + " that have changed since " + since;
            case RollBack(String from, String to) -> "take release " + from + " back, to " + to;
            case Restart(String unit, boolean kill, boolean test) ->
                (test ? "test the configuration, then " : "") + (kill ? "kill and restart " : "restart ") + unit;
        };
    }

    /// Gives the web user back what it cannot read: inside the web root owner, 755 and 644 on what is closed; above
    /// it, down from the site root, only the missing search bit.
    record OpenPaths(Site site) implements Remedy {
        public static final String ID = "open-paths";

        @Override
        public String id() {
            return ID;
        }
    }

    /// Puts back each file of the live release that has become another, or has gone, since then. What was so before
    /// the page was last well is somebody's own.
    record Restore(String release, Instant since) implements Remedy {
        public static final String ID = "restore-release";

        @Override
        public String id() {
            return ID;
        }
    }

    /// Makes the release before the live one live again.
    record RollBack(String from, String to) implements Remedy {
        public static final String ID = "roll-back";

        @Override
        public String id() {
            return ID;
        }
    }

    /// Starts a service anew through systemd, now, whatever systemd is waiting for.
    ///
    /// @param kill whether its processes are killed first: what hangs would let systemd wait for its stop timeout
    /// @param test whether the web server's configuration must pass its test before
    record Restart(String unit, boolean kill, boolean test) implements Remedy {
        @Override
        public String id() {
            return id(unit);
        }

        public static String id(String unit) {
            return "restart " + unit;
        }
    }
}
