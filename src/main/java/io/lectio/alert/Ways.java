package io.lectio.alert;

import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Notice;
import io.lectio.core.incident.Outbox;
import io.lectio.engine.Notifier;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/// The first way to the owner, and others for when it has failed for long, or refuses a text. By those each
/// revision goes once; by the first it goes all the same when that is back. What went is remembered in memory: a
/// guard that starts anew sends it once more.
public final class Ways implements Notifier {
    private static final int REMEMBERED = 1_000;
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Way first;
    private final List<Other> others;

    /// @param name as the log and `lectio status` show it
    public record Way(String name, Notifier channel) {}

    /// @param ways at least one, the first first
    public Ways(List<Way> ways) {
        this(ways, System::nanoTime);
    }

    Ways(List<Way> ways, LongSupplier nanos) {
        UnaryOperator<Way> waiting = way -> new Way(way.name(), new Waiting(way.channel(), nanos));
        first = ways.size() == 1 ? ways.getFirst() : waiting.apply(ways.getFirst());
        others = ways.stream().skip(1).map(waiting).map(Other::new).toList();
    }

    /// A channel that asks for a long pause gets it, but is as good as away meanwhile: the others have their turn.
    private static final class Waiting implements Notifier {
        private final Notifier channel;
        private final LongSupplier nanos;
        private long since;
        private Duration pause = Duration.ZERO;

        private Waiting(Notifier channel, LongSupplier nanos) {
            this.channel = channel;
            this.nanos = nanos;
            since = nanos.getAsLong();
        }

        @Override
        public synchronized Delivery send(Outbox.Parcel parcel) throws InterruptedException {
            Duration left = pause.minusNanos(nanos.getAsLong() - since);
            if (left.isPositive()) {
                return away(left);
            }
            Delivery delivery = channel.send(parcel);
            if (!(delivery instanceof Delivery.RetryAfter(Duration asked)) || asked.compareTo(LONG) < 0) {
                return delivery;
            }
            since = nanos.getAsLong();
            pause = asked;
            return away(asked);
        }

        private static Delivery away(Duration left) {
            return new Delivery.Unreachable("it asks for " + left.toSeconds() + " s");
        }
    }

    @Override
    public Delivery send(Outbox.Parcel parcel) throws InterruptedException {
        String byOthers = parcel.late() ? byOthers(parcel) : "";
        Delivery delivery = first.channel().send(parcel);
        if (delivery instanceof Delivery.Poison && !parcel.late()) {
            byOthers = byOthers(parcel);
        }
        String also = byOthers;
        return switch (delivery) {
            case Delivery.Unreachable(String why) -> new Delivery.Unreachable(first.name() + ": " + why + also);
            case Delivery.Refused(String why) -> new Delivery.Refused(first.name() + ": " + why + also);
            case Delivery.Poison(String why) -> new Delivery.Poison(first.name() + ": " + why + also);
            case Delivery.Accepted _, Delivery.TargetGone _, Delivery.RetryAfter _, Delivery.Migrated _ -> delivery;
        };
    }

    /// What became of it, for a log.
    private String byOthers(Outbox.Parcel parcel) throws InterruptedException {
        StringBuilder words = new StringBuilder();
        for (Other other : others) {
            words.append("; ").append(other.way.name()).append(": ").append(other.send(parcel));
        }
        return words.toString();
    }

    /// A way besides the first, with what went by it.
    private static final class Other {
        private final Way way;
        private final SequencedMap<Long, Sent> sent = new LinkedHashMap<>();

        /// @param message its own name of the message, not the first way's
        private record Sent(int revision, Optional<Long> message) {}

        private Other(Way way) {
            this.way = way;
        }

        private synchronized String send(Outbox.Parcel parcel) throws InterruptedException {
            List<Alert> alerts = parcel.alerts().stream()
                    .filter(alert -> !has(alert.id(), alert.revision()))
                    .map(alert -> alert.as(message(alert)))
                    .toList();
            List<Notice> notices = parcel.notices().stream()
                    .filter(notice -> !has(notice.id(), 1))
                    .toList();
            if (alerts.isEmpty() && notices.isEmpty()) {
                return "has it";
            }
            Delivery delivery = way.channel()
                    .send(new Outbox.Parcel(alerts, parcel.moved(), false, parcel.merged(), notices, true));
            if (delivery instanceof Delivery.Accepted(Optional<Long> message)) {
                alerts.forEach(alert -> remember(alert.id(), new Sent(alert.revision(), message)));
                notices.forEach(notice -> remember(notice.id(), new Sent(1, message)));
            }
            return delivery.inWords();
        }

        private boolean has(long id, int revision) {
            Sent before = sent.get(id);
            return before != null && before.revision() >= revision;
        }

        private Optional<Long> message(Alert alert) {
            return Optional.ofNullable(sent.get(alert.id())).flatMap(Sent::message);
        }

        private void remember(long id, Sent now) {
            sent.putLast(id, now);
            if (sent.size() > REMEMBERED) {
                sent.pollFirstEntry();
            }
        }
    }
}
