package io.lectio.core.incident;

import io.lectio.core.policy.CheckId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// One attempt at a repair. While files keep arriving (a slow copy), repairing the later ones is the same attempt.
///
/// @param closed hashes of the paths that were closed at each run: one that is closed again after its repair has not
///     just arrived
/// @param runs how often the repair ran within this attempt
/// @param well what was well when it began: should it fail right after, the repair may have done that
public record Attempt(
        int number,
        Instant startedAt,
        List<Integer> closed,
        int runs,
        Optional<RepairResult> result,
        List<CheckId> well,
        Optional<Instant> endedAt) {
    /// An arrival that lasts longer than this is no copy any more.
    static final Duration LONGEST_ARRIVAL = Duration.ofMinutes(10);

    private static final int MOST_ARRIVALS = 2_000;

    public Attempt {
        closed = List.copyOf(closed);
        well = List.copyOf(well);
    }

    /// Whether what is closed now has only arrived since the last run.
    boolean continues(List<Integer> closedNow, Instant now) {
        return !closedNow.isEmpty()
                && closed.size() < MOST_ARRIVALS
                && Collections.disjoint(closed, closedNow)
                && now.isBefore(startedAt.plus(LONGEST_ARRIVAL));
    }

    Attempt again(List<Integer> closedNow) {
        List<Integer> all = new ArrayList<>(closed);
        all.addAll(closedNow);
        return new Attempt(number, startedAt, all, runs + 1, result, well, Optional.empty());
    }

    Attempt notAfter(Instant now) {
        return startedAt.isAfter(now)
                ? new Attempt(number, now, closed, runs, result, well, endedAt.map(_ -> now))
                : this;
    }

    Attempt ended(RepairResult with, Instant now) {
        return new Attempt(number, startedAt, closed, runs, Optional.of(sum(with)), well, Optional.of(now));
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
