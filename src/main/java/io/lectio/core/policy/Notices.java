package io.lectio.core.policy;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;

/// That the guard tells of itself: its start, its stop, and once a day that it lives.
///
/// @param alive when the daily sign of life is told, if at all
public record Notices(Optional<LocalTime> alive, ZoneId zone) {
    public Optional<Instant> nextAlive(Instant after) {
        return alive.map(at -> {
            ZonedDateTime today = after.atZone(zone).with(at);
            return (today.toInstant().isAfter(after) ? today : today.plusDays(1)).toInstant();
        });
    }
}
