package io.lectio.store;

import io.lectio.core.incident.Level;
import io.lectio.store.HistoryEvent.What;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An incident from a break to its proof. One that comes back soon keeps its number and is another episode.
///
/// @param kind the simple name of [io.lectio.core.diagnosis.Diagnosis#kind]
/// @param endedAt when it was over, as far as the history tells
/// @param down whether visitors missed the page or the API
/// @param found this and the following from the break on
public record Episode(
        long incident,
        String site,
        String subject,
        String kind,
        String cause,
        Level level,
        Instant brokenAt,
        Optional<Instant> endedAt,
        long attempts,
        boolean down,
        Duration found,
        Optional<Duration> repaired,
        Optional<Duration> proved,
        Optional<Duration> told) {

    /// @param events all of it, from its opening on; empty where that is not among them
    /// @param lost whether the guard knows nothing of it any more
    static Optional<Episode> of(List<HistoryEvent> events, boolean lost) {
        Map<String, Object> known = new HashMap<>();
        Optional<Instant> ended = Optional.empty();
        boolean down = false;
        Level level = Level.INFO;
        for (HistoryEvent event : events) {
            Object told = known.get("toldMillis");
            known.putAll(event.more());
            known.computeIfPresent("toldMillis", (_, latest) -> told == null ? latest : told);
            down |= Boolean.TRUE.equals(event.more().get("down"));
            if (event.what() == What.OPENED) {
                ended = Optional.empty();
                known.remove("provedMillis");
            } else if (event.what() == What.RESOLVED || (event.what() == What.CLOSED && ended.isEmpty())) {
                ended = Optional.of(event.at());
            }
            boolean worst = event.what() == What.OPENED || event.what() == What.LEVEL || event.what() == What.RESOLVED;
            level = worst && event.level().compareTo(level) > 0 ? event.level() : level;
        }
        HistoryEvent last = events.getLast();
        if (!(known.get("brokenAt") instanceof Instant broken) || !(known.get("openedAt") instanceof Instant opened)) {
            return Optional.empty();
        }
        return Optional.of(new Episode(
                last.incident(),
                last.site(),
                String.valueOf(known.get("subject")),
                String.valueOf(known.get("kind")),
                String.valueOf(known.get("cause")),
                level,
                broken,
                ended.or(() -> lost ? Optional.of(last.at()) : Optional.empty()),
                known.get("attempts") instanceof Long attempts ? attempts : 0,
                down,
                Duration.between(broken, opened),
                millis(known, "repairedMillis"),
                millis(known, "provedMillis"),
                millis(known, "toldMillis")));
    }

    private static Optional<Duration> millis(Map<String, Object> known, String name) {
        return known.get(name) instanceof Long millis ? Optional.of(Duration.ofMillis(millis)) : Optional.empty();
    }
}
