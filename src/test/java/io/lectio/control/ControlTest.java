package io.lectio.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.lectio.core.Event;
import io.lectio.core.Guard;
import io.lectio.core.GuardState;
import io.lectio.core.GuardState.Durable;
import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Finding;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order;
import io.lectio.core.policy.Policy;
import io.lectio.engine.EventLog;
import io.lectio.engine.GuardLoop.Snapshot;
import io.lectio.engine.StillWorld;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Both ends of the unix socket, and what stands in the daemon's place when it is gone or ill.
class ControlTest {
    private volatile CompletableFuture<Finding.Config> read = new CompletableFuture<>();
    private static final Instant NOW = Instant.parse("2026-01-22T03:12:00Z");
    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    private static final Duration BY_THE_DEADLINE = Duration.ofSeconds(8);
    private static final int CALLERS = 50;

    @TempDir
    private Path folder = Path.of("");

    private final List<Order> taken = new CopyOnWriteArrayList<>();
    private final List<String> said = new CopyOnWriteArrayList<>();
    private Optional<String> notSaved = Optional.empty();
    private final EventLog log = line -> said.add(line.level() + " " + line.text());

    /// Debian's, which everybody may run; the first on the path may be root's own.
    private static final String PYTHON = "/usr/bin/python3";

    private static final Policy POLICY = StillWorld.policy(false);

    private static Snapshot snapshot(Durable durable) {
        return new Snapshot(GuardState.begin(durable), POLICY, Optional.empty(), NOW, NOW.plusSeconds(5));
    }

    @Test
    void aReloadTellsItsOutcome() throws Exception {
        try (ControlServer _ = serve()) {
            read.complete(new Finding.Config("", ""));
            assertThat(tell("{\"ask\":\"RELOAD\"}")).contains("\"done\":true", "the configuration is in force");
            read = CompletableFuture.completedFuture(new Finding.Config("/h/config.env:3", "LECTIO_X: no such key"));
            assertThat(tell("{\"ask\":\"RELOAD\"}"))
                    .contains("\"done\":false", "/h/config.env:3: LECTIO_X: no such key; what was in force stays so");
        }
    }

    private ControlServer serve() throws IOException {
        return serve(() -> snapshot(Durable.EMPTY));
    }

    private ControlServer serve(Supplier<Snapshot> snapshot) throws IOException {
        return ControlServer.start(
                folder, snapshot, this::take, NoDeploys.HERE, () -> read, log, InstantSource.fixed(NOW));
    }

    private CompletableFuture<Optional<String>> take(Order order) {
        taken.add(order);
        return CompletableFuture.completedFuture(notSaved);
    }

    private Path socket() {
        return folder.resolve(ControlClient.SOCKET);
    }

    private Map<String, String> ask() throws Exception {
        return parsed(tell("{\"ask\":\"STATUS\"}"));
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

    private void getsNothingWithin(Duration bound) throws Exception {
        long start = System.nanoTime();
        assertThat(ControlClient.ask(folder, Request.of(Request.Ask.STATUS))).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(bound);
    }

    @Test
    void aGuardThatHasJustBegunTellsItsStatus() throws Exception {
        try (ControlServer _ = serve()) {
            assertThat(ask())
                    .containsAllEntriesOf(Map.of(
                            "pid", String.valueOf(ProcessHandle.current().pid()),
                            "started", "2026-01-22T03:12:00Z",
                            "turned", "2026-01-22T03:12:05Z",
                            "repairs", "false",
                            "degraded", "null",
                            "checks.0.check", "files",
                            "checks.0.health", "PENDING",
                            "checks.1.check", "page",
                            "alertsPending", "0"));
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
                Level.CRITICAL,
                Optional.empty());
        Alert alert = new Alert(8, Level.CRITICAL, incident, NOW, 1, 0, Optional.empty(), 0, Optional.empty());
        Durable durable = new Durable(
                9,
                List.of(incident),
                Map.of(),
                new Outbox(List.of(alert), NOW, Duration.ZERO, 0, Optional.empty(), 0, List.of(), Optional.empty()),
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        try (ControlServer _ = serve(() -> snapshot(durable))) {
            assertThat(ask())
                    .containsAllEntriesOf(Map.of(
                            "incidents.0.id", "7",
                            "incidents.0.broken", "2026-01-22T03:12:00Z",
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
                new Outbox.Parcel(List.of(), Optional.empty(), false, 0, List.of(), false),
                new Delivery.Unreachable("CONNECT: no route"));
        GuardState failing = Guard.decide(begun, failed, NOW, POLICY).next();
        try (ControlServer _ = serve(() -> new Snapshot(failing, POLICY, Optional.empty(), NOW, NOW))) {
            assertThat(ask()).containsEntry("notDelivered", "CONNECT: no route");
        }
    }

    @Test
    void whatDegradesTheGuardIsToldWhateverItsTextHolds() throws Exception {
        String reason = "disk \"full\"\n\u0000\u2028😀 на диске";
        try (ControlServer _ =
                serve(() -> new Snapshot(GuardState.begin(Durable.EMPTY), POLICY, Optional.of(reason), NOW, NOW))) {
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
    @Tag("slow")
    void aDaemonThatSaysNothingIsGivenUpByTheDeadline() throws Exception {
        try (ServerSocketChannel mute = bind();
                Answering _ = new Answering(mute)) {
            getsNothingWithin(BY_THE_DEADLINE);
        }
    }

    @Test
    @Tag("slow")
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
                        return ControlClient.ask(folder, Request.of(Request.Ask.STATUS));
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
    @Tag("slow")
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
    void whoeverReachesTheSocketMayAsk() throws Exception {
        try (ControlServer _ = serve()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
                    .isEqualTo("rw-rw-rw-");
        }
    }

    /// Sends these bytes and reads to the end.
    private String tell(String line) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theGuardsOwnUserMayOrder() throws Exception {
        try (ControlServer _ = serve()) {
            assertThat(tell("{\"ask\":\"SILENCE\",\"length\":\"PT2H\",\"why\":\"a deploy\"}"))
                    .contains("\"done\":true", "silence until 2026-01-22T05:12:00Z by ");
        }
        assertThat(taken)
                .singleElement()
                .isEqualTo(new Order.Silence(new Order.Spell(
                        NOW, NOW.plus(Duration.ofHours(2)), System.getProperty("user.name"), "a deploy")));
        assertThat(said).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"deploy, deploy", "a\\nb, ''", "'', ''", "-x, ''"})
    void whoHasCalledRootBySudoIsNamedUnlessThatIsNoName(String by, String named) throws Exception {
        try (ControlServer _ = serve()) {
            tell("{\"ask\":\"SILENCE\",\"length\":\"PT2H\",\"by\":\"" + by + "\"}");
        }
        assertThat(taken)
                .singleElement(InstanceOfAssertFactories.type(Order.Silence.class))
                .extracting(order -> order.spell().by())
                .isEqualTo(named.isEmpty() ? System.getProperty("user.name") : named);
    }

    @Test
    void anybodyElseMayAskAndIsRefusedToOrderByItsNameInTheLog() throws Exception {
        assumeTrue(
                new ProcessBuilder("setpriv", "--reuid=65534", PYTHON, "-c", "")
                                .redirectErrorStream(true)
                                .start()
                                .waitFor()
                        == 0,
                "needs root, setpriv and " + PYTHON + " to be somebody else");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (ControlServer _ = serve()) {
            assertThat(asNobody("{\"ask\":\"STATUS\"}")).contains("\"pid\"");
            for (String order : List.of("SILENCE", "END_SILENCE", "MAINTENANCE", "END_MAINTENANCE")) {
                assertThat(asNobody("{\"ask\":\"" + order + "\",\"length\":\"PT2H\"}"))
                        .contains("\"done\":false", "not for nobody");
            }
        }
        assertThat(taken).isEmpty();
        assertThat(said)
                .hasSize(4)
                .first()
                .isEqualTo("WARNING refused: SILENCE is for root and the guard's own user, not for nobody");
    }

    private String asNobody(String line) throws IOException {
        String script = "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
                + " s.sendall(sys.argv[2].encode()+b'\\n'); print(s.recv(65536).decode())";
        Process process = new ProcessBuilder(
                        "setpriv", "--reuid=65534", PYTHON, "-c", script, socket().toString(), line)
                .redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "status",
                "{}",
                "{\"ask\":\"REPAIR\"}",
                "{\"ask\":\"SILENCE\"}",
                "{\"ask\":\"SILENCE\",\"length\":\"PT25H\"}",
                "{\"ask\":\"SILENCE\",\"length\":\"PT-1H\"}",
                "{\"ask\":\"SILENCE\",\"length\":\"2h\"}",
                "{\"ask\":\"MAINTENANCE\",\"length\":\"P8D\"}",
                "{\"ask\":{\"ask\":[[[[[[]]]]]]}}"
            })
    void whatIsNoRequestIsRefusedWithTheReasonAndChangesNothing(String line) throws Exception {
        try (ControlServer _ = serve()) {
            assertThat(tell(line)).contains("\"done\":false").endsWith("}\n");
            assertThat(tell("[".repeat(4_000))).contains("\"done\":false");
            assertThat(tell("x".repeat(4_096))).contains("at most 4096 bytes");
        }
        assertThat(taken).isEmpty();
    }

    @Test
    void anOrderThatCannotBeSavedIsNotCalledDone() throws Exception {
        notSaved = Optional.of("the disk is full");
        try (ControlServer _ = serve()) {
            assertThat(tell("{\"ask\":\"END_SILENCE\"}")).contains("\"done\":false", "the disk is full");
        }
    }

    @Test
    void aWatcherIsToldAtOnceAndAtEachTurn() throws Exception {
        AtomicReference<Snapshot> now = new AtomicReference<>(snapshot(Durable.EMPTY));
        List<String> heard = new ArrayList<>();
        try (ControlServer _ = serve(now::get)) {
            try (BufferedReader lines = ControlClient.open(folder, Request.of(Request.Ask.WATCH))) {
                while (heard.size() < 3) {
                    heard.add(Objects.requireNonNull(lines.readLine()));
                    now.set(new Snapshot(
                            GuardState.begin(Durable.EMPTY),
                            POLICY,
                            Optional.of("turn " + heard.size()),
                            NOW,
                            NOW.plusMillis(heard.size())));
                }
            }
        }
        assertThat(ControlClient.read(heard.getLast(), Status.class).degraded()).contains("turn 2");
    }

    @Test
    void watchersWhoDoNotReadNorGoHoldNobodyUp() throws Exception {
        List<SocketChannel> idle = new ArrayList<>();
        try (ControlServer _ = serve()) {
            for (int i = 0; i < 20; i++) {
                SocketChannel each = SocketChannel.open(UnixDomainSocketAddress.of(socket()));
                each.write(ByteBuffer.wrap("{\"ask\":\"WATCH\"}\n".getBytes(StandardCharsets.UTF_8)));
                idle.add(each);
            }
            assertThat(ask()).containsKey("pid");
        } finally {
            for (SocketChannel each : idle) {
                each.close();
            }
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
