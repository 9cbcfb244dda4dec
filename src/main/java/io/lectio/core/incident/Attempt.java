package io.lectio.core.incident;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// One attempt at a repair. While files keep arriving (a slow copy), repairing the later ones is the same attempt.
///
/// @param entries how many entries the web root had when the repair last began: more than that, and files have arrived
/// @param runs how often the repair ran within this attempt
public record Attempt(int number, Instant startedAt, int entries, int runs, Optional<RepairResult> result) {
    /// An arrival that lasts longer than this is no copy any more.
    static final Duration LONGEST_ARRIVAL = Duration.ofMinutes(10);

    boolean continues(int entriesNow, Instant now) {
        return entriesNow > entries && now.isBefore(startedAt.plus(LONGEST_ARRIVAL));
    }

    Attempt again(int entriesNow) {
        return new Attempt(number, startedAt, entriesNow, runs + 1, result);
    }

    Attempt ended(RepairResult with) {
        return new Attempt(number, startedAt, entries, runs, Optional.of(sum(with)));
    }

    /// A continued attempt tells what it did in all.
    private RepairResult sum(RepairResult with) {
        if (with instanceof RepairResult.Changed now && result.orElse(null) instanceof RepairResult.Changed before) {
            var sample = before.sample().isEmpty() ? now.sample() : before.sample();
            return new RepairResult.Changed(
                    before.folders() + now.folders(),
                    before.files() + now.files(),
                    sample,
                    now.skipped(),
                    now.journal());
        }
        return with;
    }
}
