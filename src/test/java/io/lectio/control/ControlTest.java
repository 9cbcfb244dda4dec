package io.lectio.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.lectio.core.Event;
import io.lectio.core.Guard;
import io.lectio.core.GuardState;
import io.lectio.core.GuardState.Durable;
import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Limits;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.engine.GuardLoop.Snapshot;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Both ends of the unix socket, and what stands in the daemon's place when it is gone or ill.
class ControlTest {
    private static final Instant NOW = Instant.parse("2026-01-22T03:12:00Z");
    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    private static final Duration BY_THE_DEADLINE = Duration.ofSeconds(6);
    private static final int CALLERS = 50;

    @TempDir
    private Path folder = Path.of("");

    private static final Set<CheckId> CHECKS = Services.NONE.checks();
    private static final Policy POLICY = new Policy(
            new Site(
                    URI.create("http://localhost/"),
                    "127.0.0.1",
                    Path.of("/var/www/site"),
                    Path.of("/var/www/site/build"),
                    "www-data",
                    new PrivatePatterns(List.of())),
            Services.NONE,
            false,
            Limits.DEFAULT);

    private static Snapshot snapshot(Durable durable) {
        return new Snapshot(GuardState.begin(durable), CHECKS, Optional.empty(), NOW, NOW.plusSeconds(5));
    }

    private ControlServer serve() throws IOException {
        return ControlServer.start(folder, () -> Map.of("localhost", snapshot(Durable.EMPTY)));
    }

    private Path socket() {
        return folder.resolve(ControlClient.SOCKET);
    }

    private Map<String, String> ask() throws Exception {
        return parsed(ControlClient.status(folder).orElseThrow());
    }

    /// Every value by its path, as `incident.id`.
    private static Map<String, String> parsed(String text) throws IOException {
        Map<String, String> values = new HashMap<>();
        try (JsonParser json = new JsonFactory().createParser(text)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token.isScalarValue()) {
                    values.put(
                            json.getParsingContext()
                                    .pathAsPointer()
                                    .toString()
                                    .substring(1)
                                    .replace('/', '.'),
                            json.getText());
                }
            }
        }
        return values;
    }

    private void getsNothingWithin(Duration bound) throws InterruptedException {
        long start = System.nanoTime();
        assertThat(ControlClient.status(folder)).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(bound);
    }

    @Test
    void aGuardThatHasJustBegunTellsItsStatus() throws Exception {
        try (ControlServer _ = serve()) {
            assertThat(ask())
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            "pid", String.valueOf(ProcessHandle.current().pid()),
                            "started", "2026-01-22T03:12:00Z",
                            "turned", "2026-01-22T03:12:05Z",
                            "degraded", "",
                            "checks.files", "PENDING",
                            "checks.page", "PENDING",
                            "alertsPending", "0",
                            "notDelivered", ""));
        }
    }

    @Test
    void anOpenIncidentAndAnAlertOnItsWayAreTold() throws Exception {
        Incident incident = new Incident(
                7,
                NOW,
                NOW,
                new Diagnosis.Blind(CheckId.FILES, "no such user"),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                new Incident.CoolingDown(NOW.plusSeconds(300), Optional.empty()),
                Level.CRITICAL);
        Alert alert = new Alert(8, Level.CRITICAL, incident, NOW, 1, 0, Optional.empty(), 0);
        Durable durable = new Durable(
                9,
                List.of(incident),
                Map.of(),
                new Outbox(List.of(alert), NOW, Duration.ZERO, 0, Optional.empty(), 0),
                0);
        try (ControlServer _ = ControlServer.start(folder, () -> Map.of("localhost", snapshot(durable)))) {
            assertThat(ask())
                    .containsAllEntriesOf(Map.of(
                            "incidents.0.id", "7",
                            "incidents.0.opened", "2026-01-22T03:12:00Z",
                            "incidents.0.phase", "CoolingDown",
                            "incidents.0.level", "CRITICAL",
                            "incidents.0.cause", "Blind",
                            "incidents.0.attempts", "0",
                            "alertsPending", "1"));
        }
    }

    @Test
    void whyAlertsDoNotArriveIsTold() throws Exception {
        GuardState begun = GuardState.begin(Durable.EMPTY);
        Event failed = new Event.Delivered(
                new Outbox.Parcel(List.of(), Optional.empty(), false, 0),
                new Delivery.Unreachable("CONNECT: no route"));
        GuardState failing = Guard.decide(begun, failed, NOW, POLICY).next();
        try (ControlServer _ = ControlServer.start(
                folder, () -> Map.of("localhost", new Snapshot(failing, CHECKS, Optional.empty(), NOW, NOW)))) {
            assertThat(ask()).containsEntry("notDelivered", "CONNECT: no route");
        }
    }

    @Test
    void whatDegradesTheGuardIsToldWhateverItsTextHolds() throws Exception {
        String reason = "disk \"full\"\n\u0000\u2028😀 на диске";
        try (ControlServer _ = ControlServer.start(
                folder,
                () -> Map.of(
                        "localhost",
                        new Snapshot(GuardState.begin(Durable.EMPTY), CHECKS, Optional.of(reason), NOW, NOW)))) {
            assertThat(ask()).containsEntry("degraded", reason);
        }
    }

    @Test
    void withoutADaemonThereIsNoAnswerAtOnce() throws Exception {
        getsNothingWithin(AT_ONCE);
    }

    @Test
    void aSocketThatADeadDaemonLeftGivesNoAnswerAtOnce() throws Exception {
        leaveStaleSocket();
        getsNothingWithin(AT_ONCE);
    }

    @Test
    void aPlainFileInTheSocketsPlaceGivesNoAnswerAtOnce() throws Exception {
        Files.writeString(socket(), "not a socket");
        getsNothingWithin(AT_ONCE);
    }

    @Test
    void aDaemonThatSaysNothingIsGivenUpByTheDeadline() throws Exception {
        try (ServerSocketChannel mute = bind();
                Answering _ = new Answering(mute)) {
            getsNothingWithin(BY_THE_DEADLINE);
        }
    }

    @Test
    void aDaemonThatDoesNotEvenAcceptIsGivenUpByTheDeadline() throws Exception {
        try (ServerSocketChannel _ = bind()) {
            getsNothingWithin(BY_THE_DEADLINE);
        }
    }

    @Test
    void fiftyCallersAtOnceAreAllAnswered() throws Exception {
        try (ControlServer _ = serve();
                ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Optional<String>>> answers = IntStream.range(0, CALLERS)
                    .mapToObj(_ -> callers.submit(() -> {
                        start.await();
                        return ControlClient.status(folder);
                    }))
                    .toList();
            start.countDown();
            for (Future<Optional<String>> answer : answers) {
                assertThat(parsed(answer.get(60, TimeUnit.SECONDS).orElseThrow()))
                        .containsKey("pid");
            }
        }
    }

    @Test
    void callersWhoNeverReadHoldNobodyUp() throws Exception {
        List<SocketChannel> idle = new ArrayList<>();
        try (ControlServer _ = serve()) {
            for (int i = 0; i < 20; i++) {
                idle.add(SocketChannel.open(UnixDomainSocketAddress.of(socket())));
            }
            assertThat(ask()).containsKey("pid");
        } finally {
            for (SocketChannel each : idle) {
                each.close();
            }
        }
    }

    @Test
    void callersWhoLeaveAtOnceHoldNobodyUp() throws Exception {
        try (ControlServer _ = serve()) {
            for (int i = 0; i < 200; i++) {
                SocketChannel.open(UnixDomainSocketAddress.of(socket())).close();
            }
            assertThat(ask()).containsKey("pid");
        }
    }

    @Test
    void onlyTheGuardsOwnUserMayAsk() throws Exception {
        try (ControlServer _ = serve()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aDaemonThatStartsAnewTakesTheOldSocketsPlace() throws Exception {
        leaveStaleSocket();
        try (ControlServer _ = serve()) {
            assertThat(ask()).containsKey("pid");
        }
    }

    @Test
    void aClosedServerLeavesNoSocketBehind() throws Exception {
        serve().close();
        assertThat(socket()).doesNotExist();
        try (ControlServer _ = serve()) {
            assertThat(ask()).containsKey("pid");
        }
    }

    private ServerSocketChannel bind() throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(socket()));
        return channel;
    }

    private void leaveStaleSocket() throws IOException {
        bind().close();
        assertThat(socket()).exists();
    }

    /// Accepts one caller and says nothing until it is closed.
    private static final class Answering implements AutoCloseable {
        private final CountDownLatch over = new CountDownLatch(1);

        Answering(ServerSocketChannel channel) {
            Thread.ofPlatform().daemon().start(() -> hold(channel));
        }

        private void hold(ServerSocketChannel channel) {
            try (SocketChannel _ = channel.accept()) {
                over.await();
            } catch (IOException e) {
                // nobody called before the end
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            over.countDown();
        }
    }
}
