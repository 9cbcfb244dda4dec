package io.lectio.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.lectio.Main;
import io.lectio.control.ControlServer;
import io.lectio.control.NoDeploys;
import io.lectio.core.GuardState;
import io.lectio.core.GuardState.Durable;
import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Finding;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policy;
import io.lectio.engine.EventLog;
import io.lectio.engine.GuardLoop.Snapshot;
import io.lectio.engine.StillWorld;
import io.lectio.host.Signals;
import io.lectio.store.HistoryEvent;
import io.lectio.store.HistoryEvent.What;
import io.lectio.store.OneGuard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands as a shell starts them: what they print, where, and with which exit code.
@Tag("slow")
class CommandLineTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final int HANGUP = 1;
    private static final Instant NOW = Instant.parse("2026-01-22T03:12:00Z");

    @TempDir
    private Path folder = Path.of("");

    private Path home = Path.of("");
    private final List<Process> lasting = new ArrayList<>();

    private static final Policy POLICY = StillWorld.policy(false);

    /// How a command ended.
    private record Ended(int code, String out, String err) {}

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(home.resolve("state"));
    }

    @AfterEach
    void endWhatGoesOn() {
        lasting.forEach(Process::destroyForcibly);
    }

    private Ended lectio(String... arguments) throws Exception {
        return ended(new ProcessBuilder(command(arguments)));
    }

    /// What a terminal shows of it.
    private String onATerminal(Map<String, String> environment, String... arguments) throws Exception {
        String line = command(arguments).stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        ProcessBuilder builder = new ProcessBuilder("script", "-qec", line, "/dev/null");
        builder.environment().put("TERM", "xterm");
        builder.environment().putAll(environment);
        return ended(builder).out();
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private Process start(ProcessBuilder builder) throws IOException {
        builder.environment().keySet().removeIf(name -> name.startsWith("LECTIO_") || name.startsWith("JAVA_TOOL"));
        builder.environment().put("LECTIO_HOME", home.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        return builder.start();
    }

    /// A command that goes on until it is ended, which the deadline does too.
    private Process goingOn(List<String> command) throws IOException {
        Process process = start(new ProcessBuilder(command).redirectErrorStream(true));
        CompletableFuture.delayedExecutor(DEADLINE.toSeconds(), TimeUnit.SECONDS)
                .execute(process::destroyForcibly);
        lasting.add(process);
        return process;
    }

    /// What it says up to a line with these words.
    private static List<String> linesUntil(Process process, String words) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = process.inputReader().readLine();
                line != null;
                line = process.inputReader().readLine()) {
            lines.add(line);
            if (line.contains(words)) {
                return lines;
            }
        }
        throw new AssertionError("it ended without: " + words + "\n" + String.join("\n", lines));
    }

    private Ended ended(ProcessBuilder builder) throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = start(builder.redirectOutput(out.toFile()).redirectError(err.toFile()));
        try {
            process.getOutputStream().close();
            assertThat(process.waitFor(DEADLINE))
                    .as("ended within %s", DEADLINE)
                    .isTrue();
            return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            process.destroyForcibly();
        }
    }

    private void configure(String... lines) throws IOException {
        Files.write(home.resolve("config.env"), List.of(lines));
    }

    /// A page that nobody serves, and a web root with one file.
    private void configureSiteThatDoesNotAnswer() throws IOException {
        Path build = Files.createDirectories(folder.resolve("site/build"));
        Files.writeString(build.resolve("index.html"), "<html></html>");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        configure(
                "LECTIO_SITE_ROOT=" + folder.resolve("site"),
                "LECTIO_WEB_ROOT=" + build,
                "LECTIO_WEB_USER=nobody",
                "LECTIO_SITE_URL=http://localhost:" + closedPort() + "/");
    }

    private static int closedPort() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return taken.getLocalPort();
        }
    }

    private static void isOneJsonObject(String text) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(text)) {
            assertThat(json.nextToken()).isNotNull().matches(token -> token.isStructStart());
            json.skipChildren();
            assertThat(json.nextToken()).isNull();
        }
    }

    @Test
    void tellsItsVersion() throws Exception {
        Ended ended = lectio("--version");
        assertThat(ended.code()).isEqualTo(LectioCommand.OK);
        assertThat(ended.out()).startsWith("lectio ").hasLineCount(1);
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void theSchemaIsTheOneOfTheDocuments() throws Exception {
        Ended ended = lectio("config", "schema");
        assertThat(ended.code()).isEqualTo(LectioCommand.OK);
        assertThat(ended.out()).isEqualTo(Files.readString(Path.of("docs/lectio.schema.json")));
    }

    @Test
    void itsHelpNamesEveryCommandAndAnExample() throws Exception {
        Ended ended = lectio("--help");
        assertThat(ended.code()).isEqualTo(LectioCommand.OK);
        assertThat(ended.out()).contains("Usage: lectio", "run", "check", "status", "drill", "report", "Example: ");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void withoutArgumentsItShowsItsHelp() throws Exception {
        Ended ended = lectio();
        assertThat(ended).isEqualTo(lectio("--help"));
    }

    @Test
    void eachCommandsHelpIsUnderItsWholeName() throws Exception {
        for (String command : List.of("status", "silence", "config check")) {
            Ended ended = lectio((command + " --help").split(" "));
            assertThat(ended.code()).isEqualTo(LectioCommand.OK);
            assertThat(ended.out()).contains("Usage: lectio " + command, "Example: lectio " + command);
        }
    }

    @Test
    void anUnknownCommandIsBadInput() throws Exception {
        Ended ended = lectio("mend");
        assertThat(ended.code()).isEqualTo(LectioCommand.BAD_INPUT);
        assertThat(ended.err()).contains("mend").doesNotContain("\tat ");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void anUnknownOptionIsBadInput() throws Exception {
        Ended ended = lectio("check", "--repair");
        assertThat(ended.code()).isEqualTo(LectioCommand.BAD_INPUT);
        assertThat(ended.err()).contains("Unknown option: '--repair'");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void aBadConfigurationIsToldByFileAndLineBeforeAnythingElse() throws Exception {
        configure("# the owner's", "LECTIO_LANGUAGE=de", "LECTIO_WEB_USR=nginx");
        for (List<String> arguments : List.of(List.of("check"), List.of("check", "--json"), List.of("run"))) {
            Ended ended = lectio(arguments.toArray(String[]::new));
            assertThat(ended.code()).isEqualTo(LectioCommand.BAD_INPUT);
            assertThat(ended.err().lines())
                    .containsExactlyInAnyOrder(
                            home.resolve("config.env") + ":2: LECTIO_LANGUAGE is ru or en",
                            home.resolve("config.env")
                                    + ":3: unknown key LECTIO_WEB_USR; did you mean LECTIO_WEB_USER?");
            assertThat(ended.out()).isEmpty();
        }
    }

    @Test
    void aSiteThatDoesNotAnswerIsNotHealthyAndTheJsonSaysWhy() throws Exception {
        configureSiteThatDoesNotAnswer();
        Ended ended = lectio("check", "--json");
        assertThat(ended.code()).isEqualTo(LectioCommand.NOT_HEALTHY);
        isOneJsonObject(ended.out());
        assertThat(ended.out()).contains("\"page\":{\"result\":\"FAILED\",\"detail\":\"http://localhost:");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void forPeopleEachCheckIsALine() throws Exception {
        configureSiteThatDoesNotAnswer();
        Ended ended = lectio("check");
        assertThat(ended.code()).isEqualTo(LectioCommand.NOT_HEALTHY);
        assertThat(ended.out().lines())
                .hasSize(4)
                .anyMatch(line -> line.matches("disk +(healthy|FAILED) +.*"))
                .anyMatch(line -> line.matches("memory +(healthy|FAILED) +.*"))
                .anyMatch(line -> line.matches("files +healthy +.*"))
                .anyMatch(line -> line.matches("page +FAILED +.*"));
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void aCheckLeavesNothingBehind() throws Exception {
        configureSiteThatDoesNotAnswer();
        lectio("check");
        try (var entries = Files.walk(home)) {
            assertThat(entries).containsExactlyInAnyOrder(home, home.resolve("state"), home.resolve("config.env"));
        }
    }

    @Test
    void aWebUserWhoDoesNotExistIsNotHealth() throws Exception {
        configureSiteThatDoesNotAnswer();
        Files.writeString(
                home.resolve("config.env"),
                Files.readString(home.resolve("config.env")).replace("=nobody", "=no-such-user"));
        Ended ended = lectio("check");
        assertThat(ended.code()).isEqualTo(LectioCommand.NOT_HEALTHY);
        assertThat(ended.out()).contains("no-such-user").doesNotContainPattern("files +healthy");
        assertThat(ended.err()).doesNotContain("\tat ");
    }

    @Test
    void theDoctorSaysOfEachPointHowItIsAndCountsThem() throws Exception {
        configureSiteThatDoesNotAnswer();
        Ended text = lectio("doctor");
        assertThat(text.code()).isEqualTo(LectioCommand.NOT_HEALTHY);
        assertThat(text.out())
                .contains("Configuration\n", "! advice", "sudo lectio telegram setup")
                .containsPattern("✗ wrong {2,}page: ")
                .containsPattern("\n\\d+ well, \\d+ with advice, [1-9]\\d* wrong, \\d+ not looked at");
        Ended json = lectio("doctor", "--json");
        assertThat(json.code()).isEqualTo(LectioCommand.NOT_HEALTHY);
        isOneJsonObject(json.out());
    }

    @Test
    void whereThereIsNoSiteTheDoctorSaysThatOnceAndLooksAtTheMachine() throws Exception {
        configure("LECTIO_SITE_ROOT=/srv/no-such-site");
        Ended ended = lectio("doctor");
        assertThat(ended.code()).isEqualTo(LectioCommand.NOT_HEALTHY);
        assertThat(ended.out())
                .contains("there is no site at ", "not looked at  all: there is no site\n", "root-file-system: ")
                .doesNotContain("access: ", "page: ");
    }

    @Test
    void theDoctorTellsABadLineAndLooksAtTheRest() throws Exception {
        configure("LECTIO_ROUND=soon");
        Ended ended = lectio("doctor");
        assertThat(ended.code()).isEqualTo(LectioCommand.BAD_INPUT);
        assertThat(ended.out())
                .contains("config.env:1: ", "sudo nano +1 ", "the configuration is not known", "root-file-system: ");
    }

    @Test
    void theDoctorMendsNothingUnasked() throws Exception {
        configure("LECTIO_LANGUAGE=en");
        Path file = home.resolve("config.env");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Ended ended = lectio("doctor", "--fix");
        assertThat(ended.code()).isEqualTo(LectioCommand.BAD_INPUT);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r--r--");
    }

    @Test
    void withoutADaemonThereIsNoStatus() throws Exception {
        Ended ended = lectio("status");
        assertThat(ended.code()).isEqualTo(LectioCommand.NO_DAEMON);
        assertThat(ended.err()).contains(home.resolve("state").toString(), "lectio run");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void aHomeThatDoesNotExistHasNoDaemonEither() throws Exception {
        home = folder.resolve("nowhere");
        assertThat(lectio("status", "--json").code()).isEqualTo(LectioCommand.NO_DAEMON);
        assertThat(home).doesNotExist();
    }

    private ControlServer serve(Durable durable) throws IOException {
        Snapshot snapshot = new Snapshot(GuardState.begin(durable), POLICY, Optional.empty(), NOW, NOW);
        return ControlServer.start(
                home.resolve("state"),
                () -> snapshot,
                _ -> new CompletableFuture<>(),
                NoDeploys.HERE,
                () -> CompletableFuture.completedFuture(
                        new Finding.Config(home.resolve("config.env") + ":1", "LECTIO_X: no such key")),
                EventLog.NONE,
                InstantSource.fixed(NOW));
    }

    @Test
    void aBadConfigurationIsToldWithItsLineToWhoReloads() throws Exception {
        try (ControlServer _ = serve(Durable.EMPTY)) {
            Ended ended = lectio("reload");
            assertThat(ended.code()).isEqualTo(LectioCommand.BAD_INPUT);
            assertThat(ended.err()).contains("config.env:1: LECTIO_X: no such key; what was in force stays so");
        }
        assertThat(lectio("reload").code()).isEqualTo(LectioCommand.NO_DAEMON);
    }

    @Test
    void theDaemonsStatusIsToldForPeopleAndForPrograms() throws Exception {
        try (ControlServer _ = serve(Durable.EMPTY)) {
            Ended json = lectio("status", "--json");
            assertThat(json.code()).isEqualTo(LectioCommand.OK);
            isOneJsonObject(json.out());
            Ended text = lectio("status");
            assertThat(text.code()).isEqualTo(LectioCommand.OK);
            assertThat(text.out().lines())
                    .anyMatch(line -> line.matches("Lectio Monitor  only looks, since .*, process \\d+"))
                    .contains("files      PENDING                no result yet")
                    .noneMatch(line -> line.contains("\u001b"));
        }
    }

    /// A page that was closed for a minute.
    private void writeHistory() throws IOException {
        Instant broken = Instant.now().truncatedTo(ChronoUnit.MILLIS).minusSeconds(600);
        Map<String, Object> cause = Map.of(
                "brokenAt",
                broken,
                "openedAt",
                broken.plusSeconds(52),
                "subject",
                "files",
                "kind",
                "PathsClosed",
                "cause",
                "kept out");
        Map<String, Object> proof = Map.of("down", true, "attempts", 2L, "provedMillis", 60_000L);
        Files.createDirectories(home.resolve("state/history"));
        for (HistoryEvent each : List.of(
                event(broken.minusSeconds(600), 0, What.STARTED, Map.of()),
                event(broken, 7, What.OPENED, cause),
                event(broken.plusSeconds(60), 7, What.RESOLVED, proof),
                event(
                        broken.plusSeconds(600),
                        0,
                        What.NOTE,
                        Map.of()))) { // an hour of which nothing is written was not guarded
            append(each);
        }
    }

    private void append(HistoryEvent event) throws IOException {
        YearMonth month = YearMonth.from(event.at().atOffset(ZoneOffset.UTC));
        Files.writeString(
                home.resolve("state/history/events-" + month + ".jsonl"),
                event.json() + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static HistoryEvent event(Instant at, long incident, What what, Map<String, Object> more) {
        return new HistoryEvent(at, "shop", incident, what, Level.WARNING, what.word(), more);
    }

    @Test
    void itsHistoryIsToldForPeopleAndForPrograms() throws Exception {
        writeHistory();
        for (String command : List.of("incidents", "explain", "report")) {
            Ended json = lectio(command, "--json");
            assertThat(json.code()).as(json.err()).isEqualTo(LectioCommand.OK);
            isOneJsonObject(json.out());
        }
        assertThat(lectio("incidents").out().lines().toList())
                .hasSize(2)
                .last()
                .asString()
                .contains(" 7 ", "WARNING", "1 min 0 s", " 2 ", "kept out");
        assertThat(lectio("report").out())
                .containsPattern("uptime +9[45]\\.")
                .contains("99.9 % is asked", "1 min 0 s used", "60 s / 10 s", "yes  PathsClosed of files");
        assertThat(lectio("explain", "7", "--markdown").out()).contains("# Incident 7", "## Proof", "+60.000 s");
        assertThat(lectio("incidents", "--month", "2026-01").out()).startsWith("Nothing was broken");
        assertThat(lectio("report", "--month", "--json").out())
                .as("this month")
                .contains(ZonedDateTime.now(ZoneId.systemDefault())
                        .withDayOfMonth(1)
                        .truncatedTo(ChronoUnit.DAYS)
                        .toInstant()
                        .toString());
    }

    @Test
    void ofWhatIsStillOpenNothingIsJudgedWhileThereIsTimeLeft() throws Exception {
        writeHistory();
        Instant broken = Instant.now().truncatedTo(ChronoUnit.MILLIS).minusSeconds(5);
        Map<String, Object> cause = Map.of(
                "brokenAt", broken, "openedAt", broken, "subject", "files", "kind", "PathsClosed", "cause", "closed");
        append(event(broken, 9, What.OPENED, cause));
        assertThat(lectio("report").out()).containsPattern(" 9 .* -  PathsClosed of files");
        assertThat(lectio("explain", "9").out()).contains("promised 60 s / 10 s\n");
    }

    @Test
    void whatIsNotInTheHistoryIsSaid() throws Exception {
        assertThat(lectio("report"))
                .returns(LectioCommand.CANNOT, Ended::code)
                .extracting(Ended::err, InstanceOfAssertFactories.STRING)
                .contains(home.resolve("state/history") + ": there is no history here", "lectio run");
        writeHistory();
        assertThat(lectio("explain", "8"))
                .returns(LectioCommand.BAD_INPUT, Ended::code)
                .extracting(Ended::err, InstanceOfAssertFactories.STRING)
                .contains("no incident 8", "lectio incidents");
        assertThat(lectio("report", "--month", "2026-13").code()).isEqualTo(LectioCommand.BAD_INPUT);
    }

    @Test
    void whereNoSiteIsItNamesTheKeysToSet() throws Exception {
        configure("LECTIO_SITE_ROOT=" + folder.resolve("none"), "LECTIO_WEB_ROOT=" + folder.resolve("none/build"));
        Ended ended = lectio("run");
        assertThat(ended.code()).isEqualTo(LectioCommand.NOT_HEALTHY);
        assertThat(ended.err())
                .contains(
                        folder.resolve("none") + " is missing",
                        home.resolve("config.env").toString(),
                        "LECTIO_SITE_ROOT",
                        "LECTIO_WEB_ROOT",
                        "LECTIO_SITE_URL");
    }

    @Test
    void aSecondGuardOnTheSameHomeStepsBack() throws Exception {
        configureSiteThatDoesNotAnswer();
        try (OneGuard _ = OneGuard.take(home.resolve("state")).orElseThrow()) {
            Ended ended = lectio("run");
            assertThat(ended.code()).isEqualTo(LectioCommand.NO_DAEMON);
            assertThat(ended.err()).contains("Another guard is at work", "lectio status");
        }
    }

    /// Without a terminal, where a hangup is no end. Changes of a file are followed anyhow; that it is gone is not.
    @Test
    void onHangupTheConfigurationIsReadAnewAlsoWhereItsFileIsGone() throws Exception {
        Path site = Files.createDirectory(folder.resolve("site"));
        Files.writeString(
                home.resolve("lectio.yaml"),
                "sites: [{url: 'http://localhost:%d/', root: %s, web: {unit: '', user: nobody}, app: {unit: ''}}]\n"
                        .formatted(closedPort(), site));
        configure("LECTIO_LANGUAGE=en");
        List<String> service = new ArrayList<>(List.of("env", "--default-signal=HUP", "setsid"));
        service.addAll(command("run"));
        Process guard = goingOn(service);
        linesUntil(guard, site.toString());
        configure("LECTIO_LANGUAGE=en", "LECTIO_ALIVE=09:30");
        linesUntil(guard, "is in force: 1 guarded");
        Files.delete(home.resolve("config.env"));
        Signals.send((int) guard.pid(), HANGUP);
        linesUntil(guard, "is in force: 1 guarded");
        assertThat(lectio("status").out()).contains("process " + guard.pid());
    }

    @Test
    void withoutAGuardSilenceAndMaintenanceAreKeptForTheNextOne() throws Exception {
        Ended silence = lectio("silence", "1h30m", "--reason", "two\nlines");
        assertThat(silence.code()).as(silence.err()).isEqualTo(LectioCommand.OK);
        assertThat(lectio("maintenance", "start", "2d").code()).isEqualTo(LectioCommand.OK);
        assertThat(Files.readString(home.resolve("state/state.json")))
                .containsPattern("\"silence\" : \\{\\s*\"since\"")
                .containsPattern("\"maintenance\" : \\{\\s*\"since\"");
        assertThat(Files.readAllLines(home.resolve("logs/health.log")))
                .hasSize(2)
                .first()
                .asString()
                .matches(".* INFO silence until .* by .*: two\\\\u000alines");
        assertThat(lectio("maintenance", "end").code()).isEqualTo(LectioCommand.OK);
        assertThat(lectio("silence", "end").code()).isEqualTo(LectioCommand.OK);
        assertThat(Files.readString(home.resolve("state/state.json")))
                .contains("\"silence\" : null", "\"maintenance\" : null");
    }

    @Test
    void whileAGuardThatDoesNotAnswerHoldsTheStateNobodyElseChangesIt() throws Exception {
        lectio("silence", "1h");
        List<String> before = lines("state/state.json", "logs/health.log");
        try (OneGuard _ = OneGuard.take(home.resolve("state")).orElseThrow()) {
            for (String order : List.of("silence 2h", "silence end", "maintenance start 1h", "maintenance end")) {
                assertThat(lectio(order.split(" ")))
                        .isEqualTo(new Ended(
                                LectioCommand.NO_DAEMON,
                                "",
                                "A guard holds " + home.resolve("state")
                                        + " and does not answer, so nothing is changed: lectio logs\n"));
            }
        }
        assertThat(lines("state/state.json", "logs/health.log")).isEqualTo(before);
    }

    private List<String> lines(String... files) throws IOException {
        List<String> all = new ArrayList<>();
        for (String each : files) {
            all.addAll(Files.readAllLines(home.resolve(each)));
        }
        return all;
    }

    @Test
    void whatIsNoOrderChangesNothing() throws Exception {
        for (List<String> wrong : List.of(
                List.of("silence", "soon"),
                List.of("silence", "2"),
                List.of("silence"),
                List.of("maintenance", "start"),
                List.of("maintenance", "begin", "1h"))) {
            assertThat(lectio(wrong.toArray(String[]::new)).code()).isEqualTo(LectioCommand.BAD_INPUT);
        }
        Ended tooLong = lectio("silence", "25h");
        assertThat(tooLong.code()).isEqualTo(LectioCommand.CANNOT);
        assertThat(tooLong.err()).contains("it may last up to 24 hours");
        assertThat(home.resolve("state/state.json")).doesNotExist();
    }

    @Test
    void thePlanOfAGuardIsThatOfItsOwnState() throws Exception {
        Incident incident = new Incident(
                7,
                NOW,
                NOW,
                new Diagnosis.Blind(CheckId.FILES, "no such user"),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                new Incident.Open(),
                Level.CRITICAL,
                Optional.empty());
        Durable durable = new Durable(
                8, List.of(incident), Map.of(), Outbox.EMPTY, 0, Optional.empty(), Optional.empty(), Optional.empty());
        try (ControlServer _ = serve(durable)) {
            Ended plan = lectio("plan");
            assertThat(plan.code()).isEqualTo(LectioCommand.NOT_HEALTHY);
            assertThat(plan.out().lines().toList())
                    .startsWith("The guard:")
                    .anyMatch(line -> line.matches("incident 7, files .*no such user.*"))
                    .contains("  next    nothing but telling: it is for a person to mend");
            Ended json = lectio("plan", "--json");
            assertThat(json.code()).isEqualTo(LectioCommand.NOT_HEALTHY);
            isOneJsonObject(json.out());
            assertThat(json.out()).contains("\"incident\":7");
        }
        try (ControlServer _ = serve(Durable.EMPTY)) {
            assertThat(lectio("plan"))
                    .isEqualTo(new Ended(LectioCommand.OK, "The guard:\ndo nothing: every check is well\n", ""));
        }
    }

    @Test
    void thePlanWithoutAGuardIsWhatOneWouldDoAfterOneLook() throws Exception {
        configureSiteThatDoesNotAnswer();
        Ended healthyFiles = lectio("plan");
        assertThat(healthyFiles.code()).isEqualTo(LectioCommand.NOT_HEALTHY);
        assertThat(healthyFiles.out()).contains("incident 1, page", "nothing but telling");
        Path page = folder.resolve("site/build/index.html");
        Files.setPosixFilePermissions(page, PosixFilePermissions.fromString("---------"));
        Ended closed = lectio("plan");
        assertThat(closed.out())
                .contains("incident 1, files", "next    open what is closed to nobody in ", ", attempt 1")
                .contains("1 of 3 attempts in a row, 1 of 20 within an hour");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(page)))
                .isEqualTo("---------");
        assertThat(home.resolve("state/state.json")).doesNotExist();
        isOneJsonObject(lectio("plan", "--json").out());
    }

    @Test
    void theLogsLastLinesAreShownAtTheLevelThatIsAskedFor() throws Exception {
        Files.createDirectories(home.resolve("logs"));
        Files.writeString(
                home.resolve("logs/health.log"),
                "2026-01-22 06:12:00.007 INFO a\n2026-01-22 06:12:01.007 CRITICAL b\n2026-01-22 06:12:02.007 INFO c\n");
        assertThat(lectio("logs", "-n", "1").out()).isEqualTo("2026-01-22 06:12:02.007 INFO c\n");
        assertThat(lectio("logs", "health", "--level", "warning").out())
                .isEqualTo("2026-01-22 06:12:01.007 CRITICAL b\n");
        Ended none = lectio("logs", "cron");
        assertThat(none.code()).isEqualTo(LectioCommand.CANNOT);
        assertThat(none.err()).contains("cron.log: no such file");
    }

    @Test
    void aFollowedLogGoesOnInTheFileThatTakesItsPlaceWithEachLineOnce() throws Exception {
        Path log = Files.createDirectories(home.resolve("logs")).resolve("health.log");
        Files.writeString(log, "line 0\n");
        Process following = goingOn(command("logs", "-f"));
        List<String> seen = new ArrayList<>(linesUntil(following, "line 0"));
        for (int i = 1; i < 10; i += 3) {
            Files.writeString(log, "line " + i + "\n", StandardOpenOption.APPEND);
            Files.move(log, home.resolve("logs/health.log.1"), StandardCopyOption.REPLACE_EXISTING);
            Files.writeString(log, "line " + (i + 1) + "\n");
            seen.addAll(linesUntil(following, "line " + (i + 1)));
            Files.writeString(log, "line " + (i + 2) + "\n", StandardOpenOption.APPEND);
            seen.addAll(linesUntil(following, "line " + (i + 2)));
        }
        assertThat(seen)
                .isEqualTo(IntStream.range(0, 10).mapToObj(i -> "line " + i).toList());
    }

    @Test
    void onATerminalThatHasColoursALineIsInThatOfItsLevel() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "no script(1) here");
        Files.createDirectories(home.resolve("logs"));
        Files.writeString(home.resolve("logs/health.log"), "2026-01-22 06:12:01.007 CRITICAL b\n");
        String red = "\u001b[31m2026-01-22 06:12:01.007 CRITICAL b\u001b[m";
        assertThat(onATerminal(Map.of(), "logs")).contains(red);
        assertThat(onATerminal(Map.of("NO_COLOR", "1"), "logs"))
                .contains("CRITICAL b")
                .doesNotContain("\u001b");
        assertThat(onATerminal(Map.of("TERM", "dumb"), "logs"))
                .contains("CRITICAL b")
                .doesNotContain("\u001b");
        assertThat(lectio("logs").out()).doesNotContain("\u001b");
    }

    @Test
    void programsGetJsonOfOrdersErrorsLogsAndOfNothing() throws Exception {
        configureSiteThatDoesNotAnswer();
        isOneJsonObject(lectio("silence", "1h", "--json").out());
        isOneJsonObject(lectio("config", "check", "--json").out());
        Files.createDirectories(home.resolve("state/history"));
        assertThat(lectio("explain", "--json").out()).isEqualTo("[]\n");
        configure("# the owner's", "LECTIO_LANGUAGE=de");
        Ended bad = lectio("config", "check", "--json");
        assertThat(bad.code()).isEqualTo(LectioCommand.BAD_INPUT);
        isOneJsonObject(bad.out());
        assertThat(bad.out()).contains("\"line\" : 2", "LECTIO_LANGUAGE is ru or en");
        Files.createDirectories(home.resolve("logs"));
        Files.writeString(home.resolve("logs/health.log"), "2026-01-22 06:12:01.007 CRITICAL \"b\"\n");
        assertThat(lectio("logs", "--json").out())
                .isEqualTo("{\"level\":\"CRITICAL\",\"line\":\"2026-01-22 06:12:01.007 CRITICAL \\\"b\\\"\"}\n");
    }

    @Test
    void theVersionIsToldWithItsJava() throws Exception {
        assertThat(lectio("version").out()).startsWith("lectio ").contains(", Java 25");
        isOneJsonObject(lectio("version", "--json").out());
        assertThat(lectio("status", "--version").out()).startsWith("lectio ");
    }

    @Test
    void bashCompletesCommandsAndOptions() throws Exception {
        Path script = folder.resolve("completion.sh");
        Files.writeString(script, lectio("completion", "bash").out());
        assertThat(completed(script, "lectio", "mai")).contains("maintenance");
        assertThat(completed(script, "lectio", "status", "--js")).contains("--json");
        assertThat(completed(script, "lectio", "drill", "app-h")).contains("app-hang");
        assertThat(completed(script, "lectio", "maintenance", "st")).contains("start");
    }

    @Test
    void zshCompletesCommandsAndOptionsAndWhatItCompletedBefore() throws Exception {
        assumeTrue(onPath("zsh"), "no zsh here");
        Files.writeString(
                folder.resolve("completion.zsh"), lectio("completion", "zsh").out());
        Files.writeString(folder.resolve(".zshrc"), """
                autoload -Uz compinit; compinit -u
                _other() { compadd found }; compdef _other other
                . $ZDOTDIR/completion.zsh
                lectio() { print -r -- "got <$*>" }; other() { lectio other $* }
                """);
        assertThat(onTab("lectio mai")).contains("got <maintenance>");
        assertThat(onTab("lectio status --js")).contains("got <status --json>");
        assertThat(onTab("other fo")).contains("got <other found>");
    }

    /// What an interactive zsh says to this line with a Tab behind it.
    private String onTab(String line) throws Exception {
        ProcessBuilder zsh = new ProcessBuilder("zsh", "-fc", """
                zmodload zsh/zpty
                zpty shell zsh -di
                zpty -wn shell $1$'\t\n'
                zpty -r shell said '*got <*>*'
                print -r -- $said
                """, "zsh", line);
        zsh.environment().put("ZDOTDIR", folder.toString());
        return ended(zsh).out();
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private String completed(Path script, String... words) throws Exception {
        String line = String.join(" ", words);
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source \"$1\"; COMP_LINE=\"$2\"; COMP_POINT=${#2}; COMP_WORDS=($2);"
                                + " COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _complete_lectio; printf '%s ' \"${COMPREPLY[@]}\"",
                        "bash",
                        script.toString(),
                        line)
                .redirectErrorStream(true)
                .start();
        return new String(bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private Ended elsewhere(int exit, String... arguments) throws Exception {
        Path ssh = Files.createDirectories(folder.resolve("bin")).resolve("ssh");
        Files.deleteIfExists(folder.resolve("asked"));
        Files.writeString(
                ssh, "#!/bin/sh\ncd %s; printf '%%s\\n' \"$@\" >asked; cat >sent; exit %d\n".formatted(folder, exit));
        Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwx------"));
        List<String> all = new ArrayList<>(List.of("deploy", "--to"));
        all.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command(all.toArray(String[]::new)));
        builder.environment().merge("PATH", folder.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
        builder.environment()
                .put("JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")));
        Ended ended = ended(builder);
        assertThat(folder.resolve("tmp")).isEmptyDirectory();
        return ended;
    }

    /// By an ssh that is none.
    @Test
    void aDeployElsewhereIsStandardInputThere() throws Exception {
        Path build = Files.createDirectories(folder.resolve("сборка сайта"));
        Files.writeString(build.resolve("index.html"), "<html></html>");
        String there = "-T\n-o\nServerAliveInterval=15\n--\ndeploy@tp\nsudo -n /opt/lectio-monitor/deploy_safe.sh ";
        assertThat(elsewhere(0, "deploy@tp", "frontend", build.toString(), "--json", "--dry-run", "--site", "shop")
                        .code())
                .isZero();
        assertThat(folder.resolve("asked")).hasContent(there + "frontend - --json --site shop --dry-run");
        Process tar = new ProcessBuilder("tar", "-tzf", folder.resolve("sent").toString()).start();
        assertThat(tar.inputReader().readAllAsString().strip()).isEqualTo("index.html");
        Path archive = Files.writeString(folder.resolve("build.tgz"), "as it is");
        assertThat(elsewhere(5, "deploy@tp", "backend", archive.toString()).code())
                .isEqualTo(5);
        assertThat(folder.resolve("asked")).hasContent(there + "backend -");
        assertThat(folder.resolve("sent")).hasContent("as it is");
        assertThat(elsewhere(7, "deploy@tp", "full", build.toString(), archive.toString())
                        .code())
                .isEqualTo(7);
        assertThat(folder.resolve("asked")).hasContent(there + "full - -");
        Process both = new ProcessBuilder("tar", "-xOf", folder.resolve("sent").toString(), "part-1").start();
        assertThat(both.inputReader().readAllAsString()).isEqualTo("as it is");
        Ended unknown = elsewhere(1, "deploy@tp", "backend", archive.toString());
        assertThat(unknown.code()).isEqualTo(4);
        assertThat(unknown.err()).contains("is lectio installed there", "lectio-deploy");
        Ended broken = elsewhere(255, "deploy@tp", "backend", archive.toString());
        assertThat(broken.code()).isEqualTo(4);
        assertThat(broken.err()).contains("goes on there");
    }

    @Test
    void whatSshOrAShellWouldTakeForSomethingElseIsNotSent() throws Exception {
        Path build = Files.createDirectories(folder.resolve("build"));
        for (String[] bad : new String[][] {
            {"-oProxyCommand=id", "backend", "-"},
            {"tp", "backend", "-", "--site", "a;id"},
            {"tp", "backend", "-", "--site", "-i"}
        }) {
            assertThat(elsewhere(0, bad).code()).as(String.join(" ", bad)).isEqualTo(2);
        }
        Files.createSymbolicLink(build.resolve("index.html"), Path.of("/etc/passwd"));
        Ended link = elsewhere(0, "tp", "frontend", build.toString());
        assertThat(link.code()).isEqualTo(2);
        assertThat(link.err()).contains("index.html: it is a link");
        assertThat(folder.resolve("asked")).doesNotExist();
    }

    /// systemd starts at once anew what ends, so it waits; and a server is no place for a demo.
    @Test
    void aUnitThatFindsNoSiteBeginsNoDemoAndWaitsBeforeItEnds() throws Exception {
        List<String> asUnit = new ArrayList<>(List.of("env", "NOTIFY_SOCKET=" + folder.resolve("nobody")));
        asUnit.addAll(command("run"));
        Process unit = goingOn(asUnit);
        assertThat(linesUntil(unit, "There is no site here")).noneMatch(line -> line.contains("Break it"));
        assertThat(unit.waitFor(2, TimeUnit.SECONDS)).as("it has ended at once").isFalse();
    }
}
