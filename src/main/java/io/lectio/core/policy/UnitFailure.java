package io.lectio.core.policy;

import java.time.Instant;
import java.util.List;

/// That a unit has failed, as systemd has told it.
///
/// @param result in systemd's word: `watchdog`, `signal`, `exit-code`, `start-limit-hit` …
/// @param exit how its main process ended, such as `signal 9`; empty where nobody knows
/// @param lines the last that it said, fit to be shown
/// @param up whether it runs again, or is about to
/// @param times how often, since it was last told
public record UnitFailure(
        String unit, Instant at, String result, String exit, List<String> lines, boolean up, int times) {
    public UnitFailure {
        lines = List.copyOf(lines);
    }

    /// This one, which is newer, with those before it that were not told.
    public UnitFailure after(UnitFailure before) {
        return new UnitFailure(
                unit, at, result, exit, lines.isEmpty() ? before.lines() : lines, up, times + before.times());
    }

    public String inWords() {
        return unit + " has failed: " + result + (exit.isEmpty() ? "" : ", " + exit)
                + (up ? "; systemd starts it again" : "; it does not run");
    }
}
