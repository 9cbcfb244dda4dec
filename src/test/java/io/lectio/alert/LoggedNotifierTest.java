package io.lectio.alert;

import static io.lectio.alert.Told.changed;
import static io.lectio.alert.Told.closedFolder;
import static io.lectio.alert.Told.paths;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Language;
import io.lectio.engine.EventLog;
import io.lectio.engine.Notifier;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What `alerts.log` has while the channel takes alerts, refuses them, or is away.
class LoggedNotifierTest {
    private static final Delivery ARRIVED = new Delivery.Accepted(Optional.of(1L));
    private static final Delivery AWAY = new Delivery.Unreachable("CONNECT: no route");
    private static final Delivery REVOKED = new Delivery.Refused("401 Unauthorized");
    private static final Told DOWN = paths(closedFolder()).critical();

    private final List<String> lines = new ArrayList<>();
    private Delivery delivery = ARRIVED;
    private final EventLog log = line -> {
        if (line.log() == EventLog.Log.ALERTS) {
            lines.add(line.level() + " " + line.text());
        }
    };
    private final LoggedNotifier notifier = new LoggedNotifier(
            parcel -> delivery, log, new Texts(Language.EN, ZoneOffset.UTC, InstantSource.fixed(Told.BROKEN), true));

    private void send(Outbox.Parcel parcel, Delivery outcome) throws InterruptedException {
        delivery = outcome;
        assertThat(notifier.send(parcel)).isEqualTo(outcome);
    }

    @Test
    void anAlertIsLoggedOnceWhenItArrives() throws InterruptedException {
        send(DOWN.revision(1, 1, 0), ARRIVED);
        assertThat(lines).singleElement().asString().startsWith("CRITICAL 🚨 CRITICAL · Lectio · ");
        send(DOWN.revision(1, 2, 0), ARRIVED);
        assertThat(lines).hasSize(2);
    }

    @Test
    void anAlertIsLoggedAtItsFirstTryThoughTheChannelIsAway() throws InterruptedException {
        send(DOWN.revision(1, 1, 0), AWAY);
        send(DOWN.revision(1, 1, 0), AWAY);
        send(DOWN.revision(1, 1, 0), REVOKED);
        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("CRITICAL 🚨 CRITICAL")
                .endsWith(" | not delivered yet: CONNECT: no route");
        send(DOWN.revision(1, 1, 0), ARRIVED);
        assertThat(lines).hasSize(2);
        assertThat(lines.getLast()).isEqualTo("INFO delivered now: the alert of 2026-01-22T03:12:00Z");
        send(DOWN.revision(1, 1, 0), ARRIVED);
        assertThat(lines).hasSize(2);
    }

    @Test
    void anAlertThatTheChannelRefusesForGoodIsFoundByItsLevel() throws InterruptedException {
        send(DOWN.revision(1, 1, 0), REVOKED);
        assertThat(lines.getFirst())
                .startsWith("CRITICAL ")
                .endsWith("not delivered yet: refused until a person mends it: 401 Unauthorized");
    }

    @Test
    void aTextThatIsRefusedIsWholeInTheLogAndGivenUpAloud() throws InterruptedException {
        for (int rejections = 0; rejections < 3; rejections++) {
            send(DOWN.revision(1, 1, rejections), new Delivery.Poison("400 Bad Request"));
        }
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).contains("www-data could not enter").endsWith("400 Bad Request");
        assertThat(lines.getLast()).startsWith("CRITICAL given up").endsWith("400 Bad Request");
    }

    @Test
    void aRefusedTextIsWholeInTheLogAlsoAfterARestart() throws InterruptedException {
        send(DOWN.revision(1, 1, 1), ARRIVED);
        assertThat(lines.getFirst()).contains("www-data could not enter").doesNotContain("details in alerts.log");
    }

    @Test
    void whatHasHealedIsLoggedAsAWarningAndNoOtherWordSaysOtherwise() throws InterruptedException {
        RepairResult restarted = new RepairResult.Restarted(
                "app.service", true, List.of("[CRITICAL] WORKER TIMEOUT, ERROR"), Path.of("/var/lib/evidence"));
        send(DOWN.tried(1, restarted).healed(Duration.ofMinutes(6), 3).revision(1, 1, 0), ARRIVED);
        assertThat(lines).singleElement().asString().startsWith("WARNING ⚠️ WARNING");
        assertThat(lines.getFirst()).contains("[critical] WORKER TIMEOUT").doesNotContain("CRITICAL", "ERROR");
    }

    @Test
    void everyAlertOfADigestHasItsOwnLine() throws InterruptedException {
        send(
                new Outbox.Parcel(
                        List.of(
                                DOWN.alert(1, Optional.empty()),
                                DOWN.tried(1, changed(1, 2, 0)).proving().alert(2, Optional.empty()),
                                DOWN.alert(3, Optional.empty())),
                        Optional.empty(),
                        false,
                        0,
                        List.of(),
                        false),
                AWAY);
        assertThat(lines).hasSize(3).allMatch(line -> line.startsWith("CRITICAL "));
    }

    @Test
    void anInterruptedSendIsLogged() {
        Notifier interrupted = new LoggedNotifier(
                parcel -> {
                    throw new InterruptedException();
                },
                log,
                new Texts(Language.EN, ZoneOffset.UTC, InstantSource.fixed(Told.BROKEN), true));
        assertThatThrownBy(() -> interrupted.send(DOWN.revision(1, 1, 0))).isInstanceOf(InterruptedException.class);
        assertThat(lines.getFirst()).endsWith("not delivered yet: interrupted");
    }
}
