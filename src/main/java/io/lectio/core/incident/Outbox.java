package io.lectio.core.incident;

import io.lectio.core.deploy.Deploy;
import io.lectio.core.policy.UnitFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// The alerts that are not told yet, on disk until they are: a duplicate beats silence.
///
/// @param quietUntil nothing is sent before: the channel's pace, its `retry_after`, or our patience
/// @param quiet how long that wait was
/// @param failures sends in a row that did not arrive
/// @param moved the chat's new id, after the channel told of one
/// @param merged how many alerts were too many to keep: the next digest counts them
/// @param notices what is to be told of the guard itself, after all alerts
/// @param failingSince when the first of the sends that did not arrive has failed
public record Outbox(
        List<Alert> alerts,
        Instant quietUntil,
        Duration quiet,
        int failures,
        Optional<Moved> moved,
        int merged,
        List<Notice> notices,
        Optional<Instant> failingSince) {
    public static final Outbox EMPTY =
            new Outbox(List.of(), Instant.EPOCH, Duration.ZERO, 0, Optional.empty(), 0, List.of(), Optional.empty());

    /// A long outage of the channel must not make the state large: more alerts than this are counted only.
    private static final int MOST = 100;
    /// And more than this are kept in brief.
    private static final int MOST_IN_FULL = 20;

    /// A chat that has another id from now on.
    public record Moved(String from, String to) {}

    /// About one message a second is allowed in one chat.
    private static final Duration PACE = Duration.ofMillis(1_050);

    private static final Duration MARGIN = Duration.ofMillis(100);
    private static final long LONGEST_BACKOFF = 30;
    /// How long the first of many alerts waits for the others.
    private static final Duration GATHERING = Duration.ofSeconds(3);

    private static final Duration REFUSED_PAUSE = Duration.ofSeconds(60);
    /// This many unsent are a burst or a backlog: one message for all of them, edited as one from then on.
    private static final int MANY = 3;
    /// And so are two that were held up for so long.
    private static final Duration HELD_UP = Duration.ofSeconds(10);
    /// After so long without success the other ways carry it too.
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /// A person who has not come is called again, and again.
    private static final Duration FIRST_REMINDER = Duration.ofHours(1);

    static final Duration NEXT_REMINDER = Duration.ofHours(4);

    public Outbox {
        alerts = List.copyOf(alerts);
        notices = List.copyOf(notices);
    }

    private Outbox with(List<Alert> next) {
        return new Outbox(next, quietUntil, quiet, failures, moved, merged, notices, failingSince);
    }

    private Outbox noticing(List<Notice> next) {
        return new Outbox(alerts, quietUntil, quiet, failures, moved, merged, next, failingSince);
    }

    /// What one send carries.
    ///
    /// @param alerts one, or a backlog; none where it carries notices
    /// @param doubtful whether the last send has failed: it may have arrived all the same, so the channel is first
    ///     tried with something harmless, and a long outage does not fill the chat with copies
    /// @param merged how many more there were
    /// @param late whether sends have failed for so long that it goes by every way there is
    public record Parcel(
            List<Alert> alerts,
            Optional<Moved> moved,
            boolean doubtful,
            int merged,
            List<Notice> notices,
            boolean late) {
        public Parcel {
            alerts = List.copyOf(alerts);
            notices = List.copyOf(notices);
        }

        /// The message to edit, if there is one.
        public Optional<Long> message() {
            return alerts.isEmpty()
                    ? notices.stream().findFirst().flatMap(Notice::message)
                    : alerts.getFirst().message();
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
        return with(next).bounded(incident.id());
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
        int more = surplus.isPresent() ? merged + 1 : merged;
        return new Outbox(kept, quietUntil, quiet, failures, moved, more, notices, failingSince);
    }

    /// Calls again for whoever has not come: an alert of an incident that still needs a person becomes a new message.
    public Outbox reminded(List<Incident> open, LongSupplier freshId, Instant now) {
        List<Alert> next = new ArrayList<>(alerts);
        next.replaceAll(alert -> open.stream()
                .filter(incident -> alert.level() == Level.CRITICAL
                        && (!alert.pending() || failingSince.isPresent())
                        && incident.id() == alert.incident().id()
                        && !(incident.phase() instanceof Incident.Resolved))
                .findFirst()
                .map(incident -> alert.remindAt().isEmpty()
                        ? alert.remindedAt(now.plus(FIRST_REMINDER))
                        : alert.remindAt().get().isAfter(now)
                                ? alert
                                : alert.anew(freshId.getAsLong(), incident, now, now.plus(NEXT_REMINDER)))
                .orElse(alert));
        return next.equals(alerts) ? this : with(next);
    }

    /// Takes up news of the guard itself, in place of those of its kind that were not told. The end of a guard makes
    /// its start old news.
    public Outbox note(Notice fresh) {
        Class<?> kind = fresh.news().getClass();
        Class<?> old = fresh.news() instanceof Notice.Stopped ? Notice.Started.class : kind;
        List<Notice> next = new ArrayList<>(notices);
        next.removeIf(each -> !each.told() && (kind.isInstance(each.news()) || old.isInstance(each.news())));
        next.add(fresh);
        return noticing(next);
    }

    /// Takes up how a deploy stands, in the message that tells of it already, unless it has to be heard.
    public Outbox tell(Deploy deploy, long freshId, boolean loud, Instant now) {
        List<Notice> next = new ArrayList<>(notices);
        Optional<Notice> before = next.stream()
                .filter(each -> each.news() instanceof Notice.Deployed old
                        && old.deploy().id().equals(deploy.id()))
                .findFirst();
        before.ifPresent(next::remove);
        next.add(new Notice(
                before.filter(_ -> !loud).map(Notice::id).orElse(freshId),
                now,
                false,
                new Notice.Deployed(deploy),
                before.filter(_ -> !loud).flatMap(Notice::message)));
        return noticing(next);
    }

    /// Takes up the news of a failed unit, with those of it that were not told yet.
    public Outbox tell(UnitFailure failure, long freshId, Instant now) {
        List<Notice> next = new ArrayList<>(notices);
        Optional<Notice> before = next.stream()
                .filter(each -> !each.told()
                        && each.news() instanceof Notice.Failed(UnitFailure what)
                        && what.unit().equals(failure.unit()))
                .findFirst();
        before.ifPresent(next::remove);
        UnitFailure all = before.filter(each -> each.news() instanceof Notice.Failed)
                .map(each -> failure.after(((Notice.Failed) each.news()).what()))
                .orElse(failure);
        next.add(new Notice(
                before.map(Notice::id).orElse(freshId),
                before.map(Notice::at).orElse(now),
                false,
                new Notice.Failed(all)));
        return noticing(next);
    }

    /// Whether news of a failed unit are on their way.
    public boolean hasFailures() {
        return notices.stream().anyMatch(each -> !each.told() && each.news() instanceof Notice.Failed);
    }

    public Outbox without(Notice stale) {
        return noticing(notices.stream().filter(each -> !each.equals(stale)).toList());
    }

    public Outbox counting(int incidents, Duration down) {
        return noticing(
                notices.stream().map(notice -> notice.counting(incidents, down)).toList());
    }

    /// Whether a last message is on its way, on a channel that works.
    public boolean saysFarewell() {
        return failures == 0 && noticed(Notice.Stopped.class).isPresent();
    }

    public Optional<Notice> noticed(Class<? extends Notice.News> kind) {
        return notices.stream().filter(each -> kind.isInstance(each.news())).findFirst();
    }

    /// What to send now, CRITICAL first, then the one refused least, then the oldest. Where many are about to be due,
    /// they wait for one another.
    public Optional<Parcel> next(Instant now) {
        if (wakeAt().filter(due -> !due.isAfter(now)).isEmpty()) {
            return Optional.empty();
        }
        if (readyAt().isAfter(now)) {
            List<Notice> told = notices.stream()
                    .filter(notice -> !notice.dueAt().isAfter(now))
                    .toList();
            Optional<Notice> alone = told.stream()
                    .filter(notice -> notice.news() instanceof Notice.Deployed)
                    .findFirst(); // what is edited later carries nothing else
            return told.isEmpty()
                    ? Optional.empty()
                    : Optional.of(parcel(List.of(), 0, alone.map(List::of).orElse(told), now));
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
            return Optional.of(parcel(unsent, merged, List.of(), now));
        }
        return due.stream().findFirst().map(alert -> parcel(ofOneMessage(alert), 0, List.of(), now));
    }

    private Parcel parcel(List<Alert> carried, int more, List<Notice> told, Instant now) {
        boolean late =
                failingSince.filter(since -> !since.plus(PATIENCE).isAfter(now)).isPresent();
        return new Parcel(carried, moved, failures > 0, more, told, late);
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
        for (Notice notice : notices) {
            due = notice.dueAt().isBefore(due) ? notice.dueAt() : due;
        }
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
                merged,
                notices.stream().map(notice -> notice.notAfter(now)).toList(),
                failingSince.map(since -> since.isAfter(now) ? now : since));
    }

    public Outbox after(Parcel parcel, Delivery delivery, Instant now) {
        Optional<Instant> failing = failingSince.or(() -> Optional.of(now));
        return switch (delivery) {
            case Delivery.Accepted(Optional<Long> message) -> {
                Outbox told = mark(parcel, alert -> alert.delivered(alert.revision(), message), true, message);
                int more = Math.max(0, merged - parcel.merged());
                yield new Outbox(told.alerts, now.plus(PACE), PACE, 0, moved, more, told.notices, Optional.empty());
            }
            case Delivery.TargetGone() ->
                mark(parcel, alert -> alert.as(Optional.empty()), false, Optional.empty())
                        .hushed(now, PACE, 0, Optional.empty());
            case Delivery.RetryAfter(Duration pause) -> hushed(now, pause.plus(MARGIN), failures, failing);
            case Delivery.Unreachable _ -> hushed(now, backoff(parcel, now), failures + 1, failing);
            case Delivery.Refused _ -> hushed(now, REFUSED_PAUSE, failures + 1, failing);
            case Delivery.Poison _ ->
                mark(parcel, alert -> alert.rejected(alert.revision()), true, Optional.empty())
                        .hushed(now, PACE, failures, Optional.empty());
            case Delivery.Migrated(Moved to) ->
                new Outbox(alerts, now.plus(PACE), PACE, failures, Optional.of(to), merged, notices, failingSince);
        };
    }

    /// Drops what was told and belongs to no open incident, nor to a message that is still needed, and stale news.
    public Outbox swept(List<Incident> open, Instant now) {
        if (notices.stream().anyMatch(notice -> notice.isOver(now))) {
            return noticing(notices.stream()
                            .filter(notice -> !notice.isOver(now))
                            .toList())
                    .swept(open, now);
        }
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
        return kept.size() == alerts.size() ? this : with(kept);
    }

    private static boolean isOfOneOf(List<Incident> open, Alert alert) {
        for (Incident incident : open) {
            if (incident.id() == alert.incident().id()) {
                return true;
            }
        }
        return false;
    }

    /// Doubled each time, but no longer than until the other ways have their turn.
    private Duration backoff(Parcel parcel, Instant now) {
        Duration doubled = Duration.ofSeconds(Math.min(LONGEST_BACKOFF, 1L << Math.min(failures, 10)));
        Duration turn = Duration.between(now, failingSince.orElse(now).plus(PATIENCE));
        return parcel.late() || doubled.compareTo(turn) < 0 ? doubled : turn.isNegative() ? Duration.ZERO : turn;
    }

    private Outbox hushed(Instant now, Duration length, int failed, Optional<Instant> since) {
        return new Outbox(alerts, now.plus(length), length, failed, moved, merged, notices, since);
    }

    /// The alerts as they were sent are marked; one that was revised meanwhile keeps its newer revision to send.
    /// Notices are told or refused once.
    private Outbox mark(Parcel parcel, UnaryOperator<Alert> as, boolean arrived, Optional<Long> message) {
        List<Alert> next = alerts.stream()
                .map(alert -> parcel.alerts().stream()
                        .filter(sent -> sent.id() == alert.id())
                        .findFirst()
                        .map(sent -> merge(alert, as.apply(sent)))
                        .orElse(alert))
                .toList();
        List<Notice> left = new ArrayList<>(notices);
        left.replaceAll(notice -> parcel.notices().stream()
                .filter(sent -> sent.id() == notice.id())
                .findFirst()
                .map(sent ->
                        sent.news() instanceof Notice.Deployed ? notice.sent(sent, arrived, message) : notice.asTold())
                .orElse(notice));
        left.removeIf(notice -> notice.told() && !notice.goesOn());
        return with(next).noticing(left);
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
                marked.rejections(),
                now.remindAt());
    }
}
