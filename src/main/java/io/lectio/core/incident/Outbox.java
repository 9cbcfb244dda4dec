package io.lectio.core.incident;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// The alerts that are not told yet, on disk until they are: a duplicate beats silence.
///
/// @param quietUntil nothing is sent before: the channel's pace, its `retry_after`, or our patience
/// @param failures sends in a row that did not arrive
/// @param movedTo the chat's new id, after the channel told of one
public record Outbox(List<Alert> alerts, Instant quietUntil, int failures, Optional<String> movedTo) {
    public static final Outbox EMPTY = new Outbox(List.of(), Instant.EPOCH, 0, Optional.empty());

    /// About one message a second is allowed in one chat.
    private static final Duration PACE = Duration.ofMillis(1_050);

    private static final Duration MARGIN = Duration.ofMillis(100);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(30);
    private static final Duration REFUSED_PAUSE = Duration.ofSeconds(60);
    /// A clock set back must not keep the owner waiting longer than the channel ever asks for.
    private static final Duration LONGEST_QUIET = Duration.ofHours(1);
    /// This many unsent are a burst or a backlog: one message for all of them, edited as one from then on.
    private static final int MANY = 3;

    public Outbox {
        alerts = List.copyOf(alerts);
    }

    /// What one send carries.
    ///
    /// @param alerts one, or a backlog
    /// @param doubtful whether the last send has failed: it may have arrived all the same, so the channel is first
    ///     tried with something harmless, and a long outage does not fill the chat with copies
    public record Parcel(List<Alert> alerts, Optional<String> chat, boolean doubtful) {
        public Parcel {
            alerts = List.copyOf(alerts);
        }

        public boolean digest() {
            return alerts.size() > 1;
        }
    }

    /// Puts the incident's present shape on its way: a revision of its message, or a new message when it has become
    /// louder.
    public Outbox tell(Incident incident, long freshId, Instant due) {
        List<Alert> next = new ArrayList<>();
        boolean told = false;
        for (Alert alert : alerts) {
            if (alert.incident().id() != incident.id()) {
                next.add(alert);
            } else if (alert.level() == incident.worst()) {
                next.add(alert.revised(incident, due));
                told = true;
            } // a quieter message of the same incident has said what it had to say
        }
        if (!told) {
            next.add(Alert.of(freshId, incident, due));
        }
        return new Outbox(next, quietUntil, failures, movedTo);
    }

    /// What to send now, CRITICAL first, then the one refused least, then the oldest.
    public Optional<Parcel> next(Instant now) {
        if (now.isBefore(quietBound(now))) {
            return Optional.empty();
        }
        List<Alert> due = alerts.stream()
                .filter(alert -> alert.pending() && !alert.dueAt().isAfter(now))
                .sorted(Comparator.comparingInt(Alert::rejections)
                        .thenComparing(Alert::level, Comparator.reverseOrder())
                        .thenComparingLong(Alert::id))
                .toList();
        List<Alert> unsent = due.stream()
                .filter(alert -> alert.unsent() && alert.rejections() == 0)
                .toList();
        if (unsent.size() >= MANY) {
            return Optional.of(new Parcel(unsent, movedTo, failures > 0));
        }
        return due.stream().findFirst().map(alert -> new Parcel(ofOneMessage(alert), movedTo, failures > 0));
    }

    private List<Alert> ofOneMessage(Alert first) {
        return first.message().isEmpty()
                ? List.of(first)
                : alerts.stream()
                        .filter(alert -> alert.message().equals(first.message()))
                        .sorted(Comparator.comparing(Alert::level, Comparator.reverseOrder())
                                .thenComparingLong(Alert::id))
                        .toList();
    }

    public Optional<Instant> wakeAt(Instant now) {
        return alerts.stream()
                .filter(Alert::pending)
                .map(Alert::dueAt)
                .min(Comparator.naturalOrder())
                .map(due -> due.isAfter(quietBound(now)) ? due : quietBound(now));
    }

    private Instant quietBound(Instant now) {
        Instant latest = now.plus(LONGEST_QUIET);
        return quietUntil.isAfter(latest) ? latest : quietUntil;
    }

    public Outbox after(Parcel parcel, Delivery delivery, Instant now) {
        return switch (delivery) {
            case Delivery.Accepted(Optional<Long> message) ->
                mark(parcel, alert -> alert.delivered(alert.revision(), message))
                        .quiet(now.plus(PACE), 0);
            case Delivery.TargetGone() -> mark(parcel, Alert::withoutTarget).quiet(now.plus(PACE), 0);
            case Delivery.RetryAfter(Duration pause) -> quiet(now.plus(pause).plus(MARGIN), failures);
            case Delivery.Unreachable _ -> quiet(now.plus(backoff()), failures + 1);
            case Delivery.Refused _ -> quiet(now.plus(REFUSED_PAUSE), failures + 1);
            case Delivery.Poison _ ->
                mark(parcel, alert -> alert.rejected(alert.revision())).quiet(now.plus(PACE), failures);
            case Delivery.Migrated(String chat) -> new Outbox(alerts, now.plus(PACE), failures, Optional.of(chat));
        };
    }

    /// Drops what was told and belongs to no open incident, nor to a message that is still needed.
    public Outbox swept(List<Incident> open) {
        if (alerts.isEmpty()) {
            return this;
        }
        List<Alert> needed = alerts.stream()
                .filter(alert -> alert.pending()
                        || open.stream()
                                .anyMatch(incident ->
                                        incident.id() == alert.incident().id()))
                .toList();
        Set<Optional<Long>> messages = needed.stream().map(Alert::message).collect(Collectors.toSet());
        messages.remove(Optional.<Long>empty());
        List<Alert> kept = alerts.stream()
                .filter(alert -> needed.contains(alert) || messages.contains(alert.message()))
                .toList();
        return kept.size() == alerts.size() ? this : new Outbox(kept, quietUntil, failures, movedTo);
    }

    private Duration backoff() {
        Duration doubled = Duration.ofSeconds(1L << Math.min(failures, 10));
        return doubled.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : doubled;
    }

    private Outbox quiet(Instant until, int failed) {
        return new Outbox(alerts, until, failed, movedTo);
    }

    /// The alerts as they were sent are marked; one that was revised meanwhile keeps its newer revision to send.
    private Outbox mark(Parcel parcel, UnaryOperator<Alert> as) {
        List<Alert> next = alerts.stream()
                .map(alert -> parcel.alerts().stream()
                        .filter(sent -> sent.id() == alert.id())
                        .findFirst()
                        .map(sent -> merge(alert, as.apply(sent)))
                        .orElse(alert))
                .toList();
        return new Outbox(next, quietUntil, failures, movedTo);
    }

    private static Alert merge(Alert now, Alert marked) {
        return new Alert(
                now.id(),
                now.level(),
                now.incident(),
                now.dueAt(),
                now.revision(),
                marked.delivered(),
                marked.message(),
                marked.rejections());
    }
}
