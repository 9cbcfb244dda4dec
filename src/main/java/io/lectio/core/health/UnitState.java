package io.lectio.core.health;

import java.time.Instant;

/// A service unit as systemd has it. Source: org.freedesktop.systemd1(5), systemd.service(5).
///
/// @param sub the state within `active`, in systemd's word: `running`, `auto-restart`, `dead` …
/// @param result how the last run ended, in systemd's word: `success`, `exit-code`, `signal`, `oom-kill`,
///     `start-limit-hit` …
/// @param invocation names the run: another one means that it was started anew; empty before the first
/// @param restarts how often systemd has restarted it by itself since somebody last started it
/// @param mainPid 0 where it has none
/// @param exit how its main process last ended, such as `signal 9` or `exit code 3`; empty while it has not
/// @param since when it came into its present `active` state
/// @param restartsItself whether systemd starts it again by itself
/// @param stop whether somebody asked for its end
/// @param job whether systemd has something to do with it just now: a restart passes through every state
/// @param cgroup its control group, such as `/system.slice/nginx.service`; empty while it has none
public record UnitState(
        String name,
        Load load,
        Active active,
        String sub,
        String result,
        String invocation,
        int restarts,
        int mainPid,
        String exit,
        Instant since,
        boolean restartsItself,
        Stop stop,
        boolean job,
        String cgroup) {
    /// The `result` of a unit that ended so often that systemd does not start it any more.
    public static final String START_LIMIT = "start-limit-hit";

    /// How an `exit` begins where no signal ended it.
    public static final String EXIT_CODE = "exit code ";

    public static final String ENDED_WELL = EXIT_CODE + 0;

    /// Whether systemd has the unit's file.
    public enum Load {
        LOADED,
        NOT_FOUND,
        /// A person forbids its start.
        MASKED,
        /// Its file is bad.
        BROKEN
    }

    public enum Active {
        ACTIVE,
        RELOADING,
        INACTIVE,
        FAILED,
        ACTIVATING,
        DEACTIVATING
    }

    /// Who ended the last run, as far as can be told.
    public enum Stop {
        /// A stop job was seen.
        ASKED,
        /// It was watched all the time, and no stop job was seen.
        NOT_ASKED,
        /// Nobody watched.
        UNKNOWN
    }
}
