package io.lectio.core.incident;

import java.time.Instant;
import java.util.Optional;

/// The one message of an incident at its level, edited as the incident evolves.
///
/// @param incident what there is to tell, as of `revision`
/// @param delivered the last revision that arrived; 0 when none did
/// @param message the channel's message to edit
/// @param rejections how often the channel refused the text
public record Alert(
        long id,
        Level level,
        Incident incident,
        Instant dueAt,
        int revision,
        int delivered,
        Optional<Long> message,
        int rejections) {
    /// A text that was refused this often, also in its simplest form, is given up and logged.
    public static final int MOST_REJECTIONS = 3;

    static Alert of(long id, Incident incident, Instant dueAt) {
        return new Alert(id, incident.worst(), incident, dueAt, 1, 0, Optional.empty(), 0);
    }

    public boolean pending() {
        return delivered < revision;
    }

    boolean unsent() {
        return delivered == 0;
    }

    Alert revised(Incident now, Instant due) {
        Instant earliest = pending() && dueAt.isBefore(due) ? dueAt : due;
        return new Alert(id, level, now, earliest, revision + 1, delivered, message, 0);
    }

    Alert delivered(int arrived, Optional<Long> as) {
        return new Alert(id, level, incident, dueAt, revision, arrived, as, 0);
    }

    Alert notAfter(Instant now) {
        return dueAt.isAfter(now)
                ? new Alert(id, level, incident, now, revision, delivered, message, rejections)
                : this;
    }

    /// Enough for a line in a digest.
    Alert brief() {
        return new Alert(id, level, incident.brief(), dueAt, revision, delivered, message, rejections);
    }

    Alert withoutTarget() {
        return new Alert(id, level, incident, dueAt, revision, delivered, Optional.empty(), rejections);
    }

    Alert rejected(int attempted) {
        int times = rejections + 1;
        return new Alert(
                id, level, incident, dueAt, revision, times >= MOST_REJECTIONS ? attempted : delivered, message, times);
    }
}
