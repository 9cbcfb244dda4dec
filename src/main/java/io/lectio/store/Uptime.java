package io.lectio.store;

import io.lectio.store.HistoryEvent.What;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// For how much of a time the site was up, as far as it was guarded: of the rest nothing is known. An hour was
/// guarded when anything is written of it; the first one from the guard's start on, the last one to its end.
///
/// @param down how long visitors missed the page or the API; what overlaps counts once
public record Uptime(Duration asked, Duration guarded, Duration down) {
    /// Of a thousand: the plan's 99.9 %.
    private static final int BUDGET = 1_000;

    /// What begins (1) or ends (-1) at a time: what is recorded, the guard's own rest, an outage.
    private record Edge(Instant at, int recorded, int off, int away) {}

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
        List<Edge> edges = new ArrayList<>();
        begins.forEach((hour, begin) -> {
            boolean goesOn = begins.containsKey(hour.minus(1, ChronoUnit.HOURS));
            Instant next = hour.plus(1, ChronoUnit.HOURS);
            Instant end = begins.containsKey(next) ? next : ends.getOrDefault(hour, next);
            mark(edges, goesOn ? hour : begin, end, 1, 0, 0);
        });
        off(events, edges);
        incidents.stream()
                .filter(Episode::down)
                .forEach(each -> mark(edges, each.brokenAt(), each.endedAt().orElse(to), 0, 0, 1));
        mark(edges, from, to, 1, 0, 0); // asked, which counts as a second record
        return swept(edges, Duration.between(from, to));
    }

    private static Uptime swept(List<Edge> edges, Duration asked) {
        edges.sort(Comparator.comparing(Edge::at));
        Edge open = new Edge(Instant.MIN, 0, 0, 0);
        Duration guarded = Duration.ZERO;
        Duration down = Duration.ZERO;
        for (Edge edge : edges) {
            if (open.recorded() == 2 && open.off() == 0) {
                Duration span = Duration.between(open.at(), edge.at());
                guarded = guarded.plus(span);
                down = open.away() > 0 ? down.plus(span) : down;
            }
            open = new Edge(
                    edge.at(), open.recorded() + edge.recorded(), open.off() + edge.off(), open.away() + edge.away());
        }
        return new Uptime(asked, guarded, down);
    }

    /// From an orderly end to the next start, which may lie in hours of which something is known.
    private static void off(List<HistoryEvent> events, List<Edge> edges) {
        Optional<Instant> stopped = Optional.empty();
        for (HistoryEvent event : events) {
            if (event.what() == What.STOPPED) {
                stopped = Optional.of(event.at());
            } else if (event.what() == What.STARTED) {
                stopped.ifPresent(end -> mark(edges, end, event.at(), 0, 1, 0));
                stopped = Optional.empty();
            }
        }
    }

    private static void mark(List<Edge> edges, Instant begin, Instant end, int recorded, int off, int away) {
        if (end.isAfter(begin)) {
            edges.add(new Edge(begin, recorded, off, away));
            edges.add(new Edge(end, -recorded, -off, -away));
        }
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
