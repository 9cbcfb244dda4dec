package io.lectio.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static boolean covers(Window window, String instant, ZoneId zone) {
        return window.covers(Instant.parse(instant), zone);
    }

    @Test
    void beginsAtItsHourOnItsDaysAndEndsAfterItsLength() {
        Window window = new Window(Set.of(DayOfWeek.SUNDAY), LocalTime.of(3, 0), Duration.ofHours(1));
        assertThat(covers(window, "2026-01-25T02:59:59.999Z", ZoneOffset.UTC)).isFalse();
        assertThat(covers(window, "2026-01-25T03:00:00Z", ZoneOffset.UTC)).isTrue();
        assertThat(covers(window, "2026-01-25T03:59:59.999Z", ZoneOffset.UTC)).isTrue();
        assertThat(covers(window, "2026-01-25T04:00:00Z", ZoneOffset.UTC)).isFalse();
        assertThat(covers(window, "2026-01-26T03:30:00Z", ZoneOffset.UTC)).isFalse();
    }

    @Test
    void mayGoOnAfterMidnight() {
        Window window = new Window(Set.of(DayOfWeek.SATURDAY), LocalTime.of(23, 0), Duration.ofHours(4));
        assertThat(covers(window, "2026-01-25T02:59:00Z", ZoneOffset.UTC)).isTrue();
        assertThat(covers(window, "2026-01-25T03:00:00Z", ZoneOffset.UTC)).isFalse();
        assertThat(covers(window, "2026-01-25T23:30:00Z", ZoneOffset.UTC)).isFalse();
    }

    @Test
    void goesByTheClockOnTheWallAndKeepsItsLengthWhenThatIsChanged() {
        Window window = new Window(EnumSet.allOf(DayOfWeek.class), LocalTime.of(2, 30), Duration.ofHours(1));
        assertThat(covers(window, "2026-01-22T01:30:00Z", BERLIN)).isTrue();
        assertThat(covers(window, "2026-07-22T00:30:00Z", BERLIN)).isTrue();
        // that hour is skipped in spring, so it begins at 03:30
        assertThat(covers(window, "2026-03-29T01:30:00Z", BERLIN)).isTrue();
        assertThat(covers(window, "2026-03-29T02:29:59Z", BERLIN)).isTrue();
        assertThat(covers(window, "2026-03-29T02:30:00Z", BERLIN)).isFalse();
    }

    @Test
    void isNoDayLongerThanADay() {
        assertThatThrownBy(() -> new Window(Set.of(), LocalTime.NOON, Duration.ofHours(25)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
