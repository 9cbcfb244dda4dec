package io.lectio.core.policy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Set;
import java.util.stream.Stream;

/// A time of the week for work on the site.
///
/// @param days on which it begins
/// @param at when it begins, as a clock on the wall shows
/// @param length at most a day
public record Window(Set<DayOfWeek> days, LocalTime at, Duration length) {
    public Window {
        days = Set.copyOf(days);
        if (length.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("a window is at most a day long");
        }
    }

    public boolean covers(Instant now, ZoneId zone) {
        LocalDate today = now.atZone(zone).toLocalDate();
        return Stream.of(today, today.minusDays(1))
                .filter(day -> days.contains(day.getDayOfWeek()))
                .map(day -> day.atTime(at).atZone(zone).toInstant())
                .anyMatch(start -> !now.isBefore(start) && now.isBefore(start.plus(length)));
    }
}
