package io.lectio.store;

import io.lectio.store.HistoryEvent.What;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// For how much of a time the site was up, as far as it was guarded: of the rest nothing is known. An hour was
/// guarded when anything is written of it; the first one from the guard's start on, the last one to its end.
///
/// @param down how long visitors missed the page or the API, each outage rounded up to whole tenths of a second
public record Uptime(Duration asked, Duration guarded, Duration down) {
    private static final int TENTH = 100;
    /// Of a thousand: the plan's 99.9 %.
    private static final int BUDGET = 1_000;

    /// A bit is a tenth of a second: a month takes 3 MB, and what overlaps counts once by itself.
    public static Uptime of(
            List<HistoryEvent> events, List<Hour> hours, List<Episode> incidents, Instant from, Instant to) {
        TreeMap<Instant, Instant> begins = new TreeMap<>();
        TreeMap<Instant, Instant> ends = new TreeMap<>();
        for (HistoryEvent event : events) {
            Instant hour = event.at().truncatedTo(ChronoUnit.HOURS);
            begins.putIfAbsent(hour, event.what() == What.STARTED ? event.at() : hour);
            ends.put(hour, event.what() == What.STOPPED ? event.at() : hour.plus(1, ChronoUnit.HOURS));
        }
        for (Hour each : hours) {
            begins.putIfAbsent(each.hour(), each.hour());
            ends.putIfAbsent(each.hour(), each.hour().plus(1, ChronoUnit.HOURS));
        }
        BitSet guarded = new BitSet();
        begins.forEach((hour, begin) -> {
            boolean goesOn = begins.containsKey(hour.minus(1, ChronoUnit.HOURS));
            Instant next = hour.plus(1, ChronoUnit.HOURS);
            mark(
                    guarded,
                    goesOn ? hour : begin,
                    begins.containsKey(next) ? next : ends.getOrDefault(hour, next),
                    from,
                    to);
        });
        guarded.andNot(off(events, from, to));
        BitSet down = new BitSet();
        for (Episode each : incidents) {
            if (each.down()) {
                mark(down, each.brokenAt(), each.endedAt().orElse(to), from, to);
            }
        }
        down.and(guarded);
        return new Uptime(Duration.between(from, to), sum(guarded), sum(down));
    }

    /// From an orderly end to the next start, which may lie in hours of which something is known.
    private static BitSet off(List<HistoryEvent> events, Instant from, Instant to) {
        BitSet off = new BitSet();
        Optional<Instant> stopped = Optional.empty();
        for (HistoryEvent event : events) {
            if (event.what() == What.STOPPED) {
                stopped = Optional.of(event.at());
            } else if (event.what() == What.STARTED) {
                stopped.ifPresent(end -> mark(off, end, event.at(), from, to));
                stopped = Optional.empty();
            }
        }
        return off;
    }

    private static void mark(BitSet bits, Instant begin, Instant end, Instant from, Instant to) {
        long first = Duration.between(from, begin.isBefore(from) ? from : begin).toMillis() / TENTH;
        long last = Duration.between(from, end.isAfter(to) ? to : end).toMillis() + TENTH - 1;
        if (last / TENTH > first) {
            bits.set(Math.toIntExact(first), Math.toIntExact(last / TENTH));
        }
    }

    private static Duration sum(BitSet bits) {
        return Duration.ofMillis((long) TENTH * bits.cardinality());
    }

    /// In percent; of no guarded time, 100.
    public double percent() {
        return guarded.isZero() ? 100 : 100 - 100.0 * down.toMillis() / guarded.toMillis();
    }

    public Duration budget() {
        return guarded.dividedBy(BUDGET);
    }

    /// Negative where more than the budget is used.
    public Duration left() {
        return budget().minus(down);
    }

    public Duration unguarded() {
        return asked.minus(guarded);
    }
}
