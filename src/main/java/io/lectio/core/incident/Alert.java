package io.lectio.core.incident;

import java.time.Instant;
import java.util.Optional;

/// The one message of an incident at its level, edited as the incident evolves.
///
/// @param incident what there is to tell, as of `revision`
/// @param delivered the last revision that arrived; 0 when none did
/// @param message the channel's message to edit
/// @param rejections how often the channel refused the text
/// @param remindAt when it is told anew, should its incident still need a person
public record Alert(
        long id,
        Level level,
        Incident incident,
        Instant dueAt,
        int revision,
        int delivered,
        Optional<Long> message,
        int rejections,
        Optional<Instant> remindAt) {
    /// A text that was refused this often, also in its simplest form, is given up and logged.
    public static final int MOST_REJECTIONS = 3;

    static Alert of(long id, Incident incident, Instant dueAt) {
        return new Alert(id, incident.worst(), incident, dueAt, 1, 0, Optional.empty(), 0, Optional.empty());
    }

    /// The same in a new message, so that it is heard.
    Alert anew(long id, Incident now, Instant at, Instant next) {
        return new Alert(id, level, now, at, 1, 0, Optional.empty(), 0, Optional.of(next));
    }

    /// Whether this message repeats an earlier one. Once it is edited it tells what is new.
    public boolean repeats() {
        return unsent() && remindAt.isPresent();
    }

    Alert remindedAt(Instant next) {
        return new Alert(id, level, incident, dueAt, revision, delivered, message, rejections, Optional.of(next));
    }

    public boolean pending() {
        return delivered < revision;
    }

    boolean unsent() {
        return delivered == 0;
    }

    Alert revised(Incident now, Instant due) {
        Instant earliest = pending() && dueAt.isBefore(due) ? dueAt : due;
        return new Alert(id, level, now, earliest, revision + 1, delivered, message, 0, remindAt);
    }

    Alert delivered(int arrived, Optional<Long> as) {
        return new Alert(id, level, incident, dueAt, revision, arrived, as, 0, remindAt);
    }

    Alert notAfter(Instant now) {
        Instant due = dueAt.isAfter(now) ? now : dueAt;
        Instant latest = now.plus(Outbox.NEXT_REMINDER);
        Optional<Instant> next = remindAt.map(at -> at.isAfter(latest) ? latest : at);
        return new Alert(id, level, incident, due, revision, delivered, message, rejections, next);
    }

    /// Enough for a line in a digest.
    Alert brief() {
        return new Alert(id, level, incident.brief(), dueAt, revision, delivered, message, rejections, remindAt);
    }

    /// On a way that has another name for its message, or none.
    public Alert as(Optional<Long> named) {
        return new Alert(id, level, incident, dueAt, revision, delivered, named, rejections, remindAt);
    }

    Alert rejected(int attempted) {
        int times = rejections + 1;
        int seen = times >= MOST_REJECTIONS ? attempted : delivered;
        return new Alert(id, level, incident, dueAt, revision, seen, message, times, remindAt);
    }
}
