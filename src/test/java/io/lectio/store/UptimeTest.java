package io.lectio.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.incident.Level;
import io.lectio.store.HistoryEvent.What;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What counts as guarded, and what as down.
class UptimeTest {
    private static final Instant MIDNIGHT = Instant.parse("2026-01-22T00:00:00Z");
    private final List<HistoryEvent> events = new ArrayList<>();

    private static Instant at(int hour, int minute) {
        return MIDNIGHT.plus(hour, ChronoUnit.HOURS).plus(minute, ChronoUnit.MINUTES);
    }

    private static List<Hour> hours(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(hour -> new Hour(at(hour, 0), "shop", "page", 360, 0, 0, Duration.ZERO, Duration.ZERO))
                .toList();
    }

    private void event(Instant at, long incident, What what, Map<String, Object> more) {
        events.add(new HistoryEvent(at, "shop", incident, what, Level.WARNING, "", more));
    }

    private void outage(long incident, Instant from, Instant to, boolean down) {
        event(from, incident, What.OPENED, Map.of("brokenAt", from, "openedAt", from));
        event(to, incident, What.RESOLVED, Map.of("down", down));
    }

    private Uptime uptime(List<Hour> hours, Instant from, Instant to) {
        return Uptime.of(events, hours, History.episodes(events), from, to);
    }

    @Test
    void outagesThatOverlapCountOnce() {
        outage(1, at(3, 0), at(3, 20), true);
        outage(2, at(3, 10), at(3, 30), true);
        outage(3, at(5, 0), at(6, 0), false);
        Uptime uptime = uptime(hours(0, 10), at(0, 0), at(10, 0));
        assertThat(uptime.guarded()).isEqualTo(Duration.ofHours(10));
        assertThat(uptime.down()).isEqualTo(Duration.ofMinutes(30));
        assertThat(uptime.percent()).isEqualTo(95);
        assertThat(uptime.budget()).isEqualTo(Duration.ofSeconds(36));
        assertThat(uptime.left()).isEqualTo(Duration.ofSeconds(36).minusMinutes(30));
        assertThat(uptime.unguarded()).isZero();
    }

    @Test
    void ofWhatWasNotGuardedNothingIsClaimed() {
        outage(1, at(1, 50), at(2, 20), true);
        List<Hour> hours = new ArrayList<>(hours(0, 2));
        hours.addAll(hours(5, 6));
        events.removeLast();
        event(at(5, 10), 1, What.RESOLVED, Map.of("down", true));
        Uptime uptime = uptime(hours, at(0, 0), at(6, 0));
        assertThat(uptime.guarded()).isEqualTo(Duration.ofHours(3));
        assertThat(uptime.unguarded()).isEqualTo(Duration.ofHours(3));
        assertThat(uptime.down()).isEqualTo(Duration.ofMinutes(20));
    }

    @Test
    void aGuardCountsFromItsStartToItsEnd() {
        event(at(3, 15), 0, What.STARTED, Map.of());
        event(at(6, 30), 0, What.STOPPED, Map.of());
        assertThat(uptime(hours(3, 7), at(0, 0), at(12, 0)).guarded())
                .isEqualTo(Duration.ofHours(3).plusMinutes(15));
    }

    @Test
    void betweenItsEndAndTheNextStartNothingWasGuarded() {
        event(at(3, 0), 0, What.STARTED, Map.of());
        event(at(3, 5), 0, What.STOPPED, Map.of());
        event(at(4, 55), 0, What.STARTED, Map.of());
        assertThat(uptime(hours(3, 5), at(3, 0), at(5, 0)).guarded()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void anOutageThatGoesOnCountsUntilNow() {
        event(at(3, 0), 0, What.STARTED, Map.of());
        outage(1, at(3, 10), at(3, 11), true);
        events.removeLast();
        event(at(3, 10), 1, What.NOTE, Map.of("down", true));
        Uptime uptime = uptime(List.of(), at(0, 0), at(3, 30));
        assertThat(uptime.guarded()).isEqualTo(Duration.ofMinutes(30));
        assertThat(uptime.down()).isEqualTo(Duration.ofMinutes(20));
    }

    @Test
    void withoutAnyRecordNothingWasGuarded() {
        assertThat(uptime(List.of(), at(0, 0), at(3, 30)).guarded()).isZero();
    }
}
