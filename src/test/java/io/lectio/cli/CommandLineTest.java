package io.lectio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.lectio.Main;
import io.lectio.control.ControlServer;
import io.lectio.core.GuardState;
import io.lectio.core.policy.Services;
import io.lectio.engine.GuardLoop.Snapshot;
import io.lectio.store.OneGuard;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands as a shell starts them: what they print, where, and with which exit code.
@Tag("slow")
class CommandLineTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Instant NOW = Instant.parse("2026-01-22T03:12:00Z");

    @TempDir
    private Path folder = Path.of("");

    private Path home = Path.of("");

    /// How a command ended.
    private record Ended(int code, String out, String err) {}

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(home.resolve("state"));
    }

    private Ended lectio(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LECTIO_") || name.startsWith("JAVA_TOOL"));
        builder.environment().put("LECTIO_HOME", home.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
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
    void itsHelpNamesEveryCommandAndAnExample() throws Exception {
        Ended ended = lectio("--help");
        assertThat(ended.code()).isEqualTo(LectioCommand.OK);
        assertThat(ended.out()).contains("Usage: lectio", "run", "check", "status", "drill", "Example: ");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void withoutArgumentsItShowsItsHelp() throws Exception {
        Ended ended = lectio();
        assertThat(ended).isEqualTo(lectio("--help"));
    }

    @Test
    void everyCommandHasHelpWithAnExample() throws Exception {
        for (String command : List.of("run", "check", "status", "drill")) {
            Ended ended = lectio(command, "--help");
            assertThat(ended.code()).isEqualTo(LectioCommand.OK);
            assertThat(ended.out()).contains("Usage: lectio " + command, "Example: ");
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
                .hasSize(2)
                .anyMatch(line -> line.startsWith("files  healthy  "))
                .anyMatch(line -> line.startsWith("page   FAILED   "));
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
        assertThat(ended.out()).contains("no-such-user").doesNotContain("files  healthy");
        assertThat(ended.err()).doesNotContain("\tat ");
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

    @Test
    void theDaemonsStatusIsToldForPeopleAndForPrograms() throws Exception {
        Snapshot snapshot = new Snapshot(
                GuardState.begin(GuardState.Durable.EMPTY), Services.NONE.checks(), Optional.empty(), NOW, NOW);
        try (ControlServer _ = ControlServer.start(home.resolve("state"), () -> Map.of("localhost", snapshot))) {
            Ended json = lectio("status", "--json");
            assertThat(json.code()).isEqualTo(LectioCommand.OK);
            isOneJsonObject(json.out());
            Ended text = lectio("status");
            assertThat(text.code()).isEqualTo(LectioCommand.OK);
            assertThat(text.out().lines())
                    .contains("started              2026-01-22T03:12:00Z", "checks files         PENDING");
        }
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
}
