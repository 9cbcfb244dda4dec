package io.lectio.core.incident;

import io.lectio.core.incident.Incident.CoolingDown;
import io.lectio.core.incident.Incident.Limit;
import io.lectio.core.policy.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What a remedy has spent. It is on disk before the act, so a crash of the guard cannot refill it.
///
/// @param spent the attempts of the hour before the last one, the oldest first
/// @param row attempts since the last proof
/// @param restUntil the end of the cooldown, where one holds
/// @param harmedAt when it last broke something else
public record Ledger(List<Instant> spent, int row, Optional<Instant> restUntil, Optional<Instant> harmedAt) {
    public static final Ledger EMPTY = new Ledger(List.of(), 0, Optional.empty(), Optional.empty());
    private static final Duration HOUR = Duration.ofHours(1);

    /// By then a person has read of it, and has mended what makes the repair harmful.
    private static final Duration AFTER_HARM = Duration.ofDays(1);

    public Ledger {
        spent = List.copyOf(spent);
    }

    /// After the clock was set back: what was spent an hour ago still was, and no wait is longer than its own length.
    ///
    /// @param by how far the clock went back, as far as that is known
    public Ledger setBack(Duration by, Instant now, Limits limits) {
        Instant latest = now.plus(limits.cooldown());
        return new Ledger(
                spent.stream().map(at -> Incident.earlier(at.minus(by), now)).toList(),
                row,
                restUntil.map(until -> Incident.earlier(until.minus(by), latest)),
                harmedAt.map(at -> Incident.earlier(at.minus(by), now)));
    }

    /// The pause before the next attempt, where a limit asks for one.
    public Optional<CoolingDown> pause(Instant now, Limits limits) {
        Instant rest = restUntil.orElse(now);
        int before = spent.size() - limits.repairsPerHour();
        Instant room = before < 0 ? now : spent.get(before).plus(HOUR);
        CoolingDown pause = room.isAfter(rest)
                ? new CoolingDown(room, Optional.of(Limit.HOURLY))
                : new CoolingDown(rest, Optional.of(Limit.IN_A_ROW));
        return harmedAt.map(at -> new CoolingDown(at.plus(AFTER_HARM), Optional.of(Limit.HARMFUL)))
                .filter(each -> each.until().isAfter(now))
                .or(() -> Optional.of(pause).filter(each -> each.until().isAfter(now)));
    }

    Ledger harmed(Instant at) {
        return new Ledger(spent, row, restUntil, Optional.of(at));
    }

    /// Spends an attempt. The row's last one begins the cooldown at once, in case that nobody lives to see its end.
    public Ledger spend(Instant now, Limits limits) {
        int longer = row + 1;
        return new Ledger(
                Stream.concat(withinHour(now).stream(), Stream.of(now)).toList(),
                longer,
                longer >= limits.attemptsInRow() ? Optional.of(now.plus(limits.cooldown())) : Optional.empty(),
                harmedAt);
    }

    /// An attempt has ended without proof: a cooldown counts from here.
    public Ledger unproved(Instant now, Limits limits) {
        return row >= limits.attemptsInRow()
                ? new Ledger(spent, row, Optional.of(now.plus(limits.cooldown())), harmedAt)
                : this;
    }

    /// A proof ends the row; what was spent in the hour stays spent.
    public Ledger proved() {
        return new Ledger(spent, 0, Optional.empty(), harmedAt);
    }

    private List<Instant> withinHour(Instant now) {
        return spent.stream().filter(at -> at.isAfter(now.minus(HOUR))).toList();
    }
}
