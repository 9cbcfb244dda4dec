package io.lectio.bench;

import io.lectio.testhost.Release;

/// One fault on one fresh host.
record OutageRun(String fault, Release release, Guards guard, int number) {
    @Override
    public String toString() {
        return fault + ", " + release.codename() + ", " + guard.title() + ", run " + number;
    }

    /// @param outageMillis from the fault to the last failed answer, or [#NEVER]
    /// @param alertMillis from the fault to the message at the Bot API server, or [#NEVER]
    /// @param starts how often gunicorn's and nginx's units were started meanwhile
    record Result(OutageRun run, long outageMillis, long alertMillis, int starts) {
        static final long NEVER = -1;

        boolean healed() {
            return outageMillis != NEVER;
        }
    }
}
