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
/// @param quiet how long that wait was
/// @param failures sends in a row that did not arrive
/// @param moved the chat's new id, after the channel told of one
/// @param merged how many alerts were too many to keep: the next digest counts them
public record Outbox(
        List<Alert> alerts, Instant quietUntil, Duration quiet, int failures, Optional<Moved> moved, int merged) {
    public static final Outbox EMPTY = new Outbox(List.of(), Instant.EPOCH, Duration.ZERO, 0, Optional.empty(), 0);

    /// A long outage of the channel must not make the state large: more alerts than this are counted only.
    private static final int MOST = 100;
    /// And more than this are kept in brief.
    private static final int MOST_IN_FULL = 20;

    /// A chat that has another id from now on.
    public record Moved(String from, String to) {}

    /// About one message a second is allowed in one chat.
    private static final Duration PACE = Duration.ofMillis(1_050);

    private static final Duration MARGIN = Duration.ofMillis(100);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(30);
    /// How long the first of many alerts waits for the others.
    private static final Duration GATHERING = Duration.ofSeconds(3);

    private static final Duration REFUSED_PAUSE = Duration.ofSeconds(60);
    /// This many unsent are a burst or a backlog: one message for all of them, edited as one from then on.
    private static final int MANY = 3;
    /// And so are two that were held up for so long.
    private static final Duration HELD_UP = Duration.ofSeconds(10);

    public Outbox {
        alerts = List.copyOf(alerts);
    }

    /// What one send carries.
    ///
    /// @param alerts one, or a backlog
    /// @param doubtful whether the last send has failed: it may have arrived all the same, so the channel is first
    ///     tried with something harmless, and a long outage does not fill the chat with copies
    /// @param merged how many more there were
    public record Parcel(List<Alert> alerts, Optional<Moved> moved, boolean doubtful, int merged) {
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
        return new Outbox(next, quietUntil, quiet, failures, moved, merged).bounded(incident.id());
    }

    private Outbox bounded(long told) {
        if (alerts.size() <= MOST_IN_FULL) {
            return this;
        }
        List<Alert> kept = new ArrayList<>();
        for (int i = 0; i < alerts.size(); i++) {
            boolean old = i < alerts.size() - MOST_IN_FULL;
            kept.add(old ? alerts.get(i).brief() : alerts.get(i));
        }
        Optional<Alert> surplus = kept.size() <= MOST
                ? Optional.empty()
                : kept.stream()
                        .filter(alert -> alert.incident().id() != told)
                        .min(Comparator.comparing(Alert::level).thenComparingLong(Alert::id));
        surplus.ifPresent(kept::remove);
        return new Outbox(kept, quietUntil, quiet, failures, moved, surplus.isPresent() ? merged + 1 : merged);
    }

    /// What to send now, CRITICAL first, then the one refused least, then the oldest. Where many are about to be due,
    /// they wait for one another.
    public Optional<Parcel> next(Instant now) {
        if (now.isBefore(quietUntil) || readyAt().isAfter(now)) {
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
        Instant heldUp = now.minus(HELD_UP);
        if (unsent.size() >= MANY
                || unsent.stream()
                                .filter(alert -> alert.dueAt().isBefore(heldUp))
                                .count()
                        > 1) {
            return Optional.of(new Parcel(unsent, moved, failures > 0, merged));
        }
        return due.stream().findFirst().map(alert -> new Parcel(ofOneMessage(alert), moved, failures > 0, 0));
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

    /// Most turns find nothing to send: these are a third of all time if they stream.
    private Instant readyAt() {
        Instant first = Instant.MAX;
        for (Alert alert : alerts) {
            if (alert.pending() && alert.dueAt().isBefore(first)) {
                first = alert.dueAt();
            }
        }
        if (first.equals(Instant.MAX)) {
            return first;
        }
        int together = 0;
        Instant last = first;
        for (Alert alert : alerts) {
            if (alert.unsent() && alert.pending() && !alert.dueAt().isAfter(first.plus(GATHERING))) {
                together++;
                last = alert.dueAt().isAfter(last) ? alert.dueAt() : last;
            }
        }
        return together >= MANY ? last : first;
    }

    public Optional<Instant> wakeAt() {
        Instant due = readyAt();
        return due.equals(Instant.MAX) ? Optional.empty() : Optional.of(due.isAfter(quietUntil) ? due : quietUntil);
    }

    /// With no wait longer than it was meant to be: a clock that was set back would stretch it.
    public Outbox notAfter(Instant now) {
        Instant latest = now.plus(quiet);
        return new Outbox(
                alerts.stream().map(alert -> alert.notAfter(now)).toList(),
                quietUntil.isAfter(latest) ? latest : quietUntil,
                quiet,
                failures,
                moved,
                merged);
    }

    public Outbox after(Parcel parcel, Delivery delivery, Instant now) {
        return switch (delivery) {
            case Delivery.Accepted(Optional<Long> message) -> {
                Outbox told = mark(parcel, alert -> alert.delivered(alert.revision(), message));
                yield new Outbox(told.alerts, now.plus(PACE), PACE, 0, moved, Math.max(0, merged - parcel.merged()));
            }
            case Delivery.TargetGone() -> mark(parcel, Alert::withoutTarget).hushed(now, PACE, 0);
            case Delivery.RetryAfter(Duration pause) -> hushed(now, pause.plus(MARGIN), failures);
            case Delivery.Unreachable _ -> hushed(now, backoff(), failures + 1);
            case Delivery.Refused _ -> hushed(now, REFUSED_PAUSE, failures + 1);
            case Delivery.Poison _ ->
                mark(parcel, alert -> alert.rejected(alert.revision())).hushed(now, PACE, failures);
            case Delivery.Migrated(Moved to) ->
                new Outbox(alerts, now.plus(PACE), PACE, failures, Optional.of(to), merged);
        };
    }

    /// Drops what was told and belongs to no open incident, nor to a message that is still needed.
    public Outbox swept(List<Incident> open) {
        List<Alert> needed = new ArrayList<>();
        for (Alert alert : alerts) {
            if (alert.pending() || isOfOneOf(open, alert)) {
                needed.add(alert);
            }
        }
        if (needed.size() == alerts.size()) {
            return this;
        }
        Set<Optional<Long>> messages = needed.stream().map(Alert::message).collect(Collectors.toSet());
        messages.remove(Optional.<Long>empty());
        List<Alert> kept = alerts.stream()
                .filter(alert -> needed.contains(alert) || messages.contains(alert.message()))
                .toList();
        return kept.size() == alerts.size() ? this : new Outbox(kept, quietUntil, quiet, failures, moved, merged);
    }

    private static boolean isOfOneOf(List<Incident> open, Alert alert) {
        for (Incident incident : open) {
            if (incident.id() == alert.incident().id()) {
                return true;
            }
        }
        return false;
    }

    private Duration backoff() {
        Duration doubled = Duration.ofSeconds(1L << Math.min(failures, 10));
        return doubled.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : doubled;
    }

    private Outbox hushed(Instant now, Duration length, int failed) {
        return new Outbox(alerts, now.plus(length), length, failed, moved, merged);
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
        return new Outbox(next, quietUntil, quiet, failures, moved, merged);
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
