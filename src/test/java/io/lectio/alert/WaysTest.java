package io.lectio.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.engine.Notifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What goes by the second way, when, and how often.
class WaysTest {
    private static final class Recorder implements Notifier {
        private final List<Outbox.Parcel> parcels = new ArrayList<>();
        private Delivery answer = new Delivery.Accepted(Optional.of(500L));

        @Override
        public Delivery send(Outbox.Parcel parcel) {
            parcels.add(parcel);
            return answer;
        }
    }

    private static final Delivery AWAY = new Delivery.Unreachable("no route");

    private final Recorder telegram = new Recorder();
    private final Recorder mail = new Recorder();
    private long nanos = Long.MAX_VALUE - 10; // as it may be
    private final Ways ways =
            new Ways(List.of(new Ways.Way("Telegram", telegram), new Ways.Way("mail", mail)), () -> nanos);

    private static Outbox.Parcel parcel(boolean late, Alert... alerts) {
        return new Outbox.Parcel(List.of(alerts), Optional.empty(), false, 0, List.of(), late);
    }

    private static Alert alert(long id, int revision) {
        return ChannelContract.closed("index.html")
                .revision(id, revision, 0)
                .alerts()
                .getFirst();
    }

    @Test
    void theSecondWayIsLeftAloneWhileTheFirstHasOnlyJustFailed() throws Exception {
        telegram.answer = AWAY;
        assertThat(ways.send(parcel(false, alert(1, 1)))).isEqualTo(new Delivery.Unreachable("Telegram: no route"));
        assertThat(mail.parcels).isEmpty();
    }

    @Test
    void afterAMinuteEachRevisionGoesOnceByTheSecondWay() throws Exception {
        telegram.answer = AWAY;
        Delivery told = ways.send(parcel(true, alert(1, 1)));
        assertThat(told.inWords()).isEqualTo("Telegram: no route; mail: delivered");
        assertThat(ways.send(parcel(true, alert(1, 1))).inWords()).isEqualTo("Telegram: no route; mail: has it");
        ways.send(parcel(true, alert(1, 2)));
        assertThat(mail.parcels)
                .extracting(each -> each.alerts().getFirst().revision())
                .containsExactly(1, 2);
        assertThat(telegram.parcels).hasSize(3);
    }

    @Test
    void whoAsksForALongPauseGetsItAndTheSecondWayIsNotKeptWaiting() throws Exception {
        telegram.answer = new Delivery.RetryAfter(Duration.ofHours(1));
        assertThat(ways.send(parcel(false, alert(1, 1))))
                .isEqualTo(new Delivery.Unreachable("Telegram: it asks for 3600 s"));
        telegram.answer = new Delivery.Accepted(Optional.of(77L));
        nanos += Duration.ofMinutes(1).toNanos();
        assertThat(ways.send(parcel(true, alert(1, 1))).inWords())
                .isEqualTo("Telegram: it asks for 3540 s; mail: delivered");
        assertThat(telegram.parcels).hasSize(1);
        nanos += Duration.ofMinutes(59).toNanos();
        assertThat(ways.send(parcel(true, alert(1, 1)))).isEqualTo(telegram.answer);
    }

    @Test
    void aShortPauseIsTheOutboxsAndSoIsAnyWhereThereIsNoOtherWay() throws Exception {
        telegram.answer = new Delivery.RetryAfter(Duration.ofSeconds(7));
        assertThat(ways.send(parcel(false, alert(1, 1)))).isEqualTo(telegram.answer);
        telegram.answer = new Delivery.RetryAfter(Duration.ofHours(1));
        assertThat(new Ways(List.of(new Ways.Way("Telegram", telegram))).send(parcel(false, alert(1, 1))))
                .isEqualTo(telegram.answer);
    }

    @Test
    void aLaterRevisionFollowsTheSecondWaysOwnMessage() throws Exception {
        telegram.answer = AWAY;
        ways.send(parcel(true, alert(1, 1).as(Optional.of(77L))));
        ways.send(parcel(true, alert(1, 2).as(Optional.of(77L))));
        assertThat(mail.parcels.getFirst().message()).isEmpty();
        assertThat(mail.parcels.getLast().message()).contains(500L);
        assertThat(telegram.parcels.getLast().message()).contains(77L);
    }

    @Test
    void ofADigestOnlyWhatItHasNotCarriedGoesByTheSecondWay() throws Exception {
        telegram.answer = AWAY;
        ways.send(parcel(true, alert(1, 1)));
        ways.send(parcel(true, alert(1, 1), alert(2, 1), alert(3, 1)));
        assertThat(mail.parcels.getLast().alerts()).extracting(Alert::id).containsExactly(2L, 3L);
    }

    @Test
    void whatTheSecondWayCouldNotCarryIsTriedAgain() throws Exception {
        telegram.answer = AWAY;
        mail.answer = AWAY;
        assertThat(ways.send(parcel(true, alert(1, 1))).inWords()).isEqualTo("Telegram: no route; mail: no route");
        mail.answer = new Delivery.Accepted(Optional.empty());
        ways.send(parcel(true, alert(1, 1)));
        assertThat(mail.parcels).hasSize(2);
    }

    @Test
    void aTextThatTheFirstWayRefusesGoesByTheSecondAtOnce() throws Exception {
        telegram.answer = new Delivery.Poison("400");
        assertThat(ways.send(parcel(false, alert(1, 1)))).isInstanceOf(Delivery.Poison.class);
        assertThat(mail.parcels).hasSize(1);
    }

    @Test
    void theFirstWaysWordIsWhatCounts() throws Exception {
        assertThat(ways.send(parcel(true, alert(1, 1)))).isEqualTo(new Delivery.Accepted(Optional.of(500L)));
    }
}
