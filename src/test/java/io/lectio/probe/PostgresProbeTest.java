package io.lectio.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.Kind;
import io.lectio.core.health.Finding.Ailments;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Undecided;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.host.WebUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A real PostgreSQL server of this machine, in a folder of its own, on a socket alone; it takes five connections, of
/// which three are for ordinary users.
class PostgresProbeTest {
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    private static final String SERVERS = "postgres";

    private Path folder = Path.of("/none");
    private Instant now = Instant.parse("2026-01-22T03:12:00Z");
    private final List<Process> sessions = new ArrayList<>();
    private Optional<WebUser> user = Optional.empty();
    private Optional<WebUser> running = Optional.empty();

    @BeforeEach
    void startServer() throws Exception {
        Optional<Path> programs = programs();
        assumeTrue(programs.isPresent(), "needs PostgreSQL's server in " + VERSIONS);
        folder = Files.createTempDirectory(
                "pg", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        user = Optional.of(WebUser.lookUp(isRoot() ? SERVERS : System.getProperty("user.name")));
        running = user;
        if (isRoot()) {
            run("chown", SERVERS, folder.toString());
        }
        asServer("initdb", "-D", data(), "-A", "trust", "--no-sync", "--locale=C");
        asServer(
                "pg_ctl",
                "-D",
                data(),
                "-w",
                "-l",
                folder.resolve("log").toString(),
                "-o",
                "-k " + folder + " -c listen_addresses= -c max_connections=5 -c superuser_reserved_connections=2"
                        + " -c max_wal_senders=0 -c fsync=off",
                "start");
        asServer("createuser", "-h", folder.toString(), "panel");
        asServer("createdb", "-h", folder.toString(), "-O", "panel", "school");
    }

    @AfterEach
    void stopServer() throws Exception {
        sessions.forEach(Process::destroyForcibly);
        if (programs().isPresent()) {
            run(server("pg_ctl", "-D", data(), "-m", "immediate", "stop"));
            run("rm", "-rf", "--", folder.toString());
        }
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    private static Optional<Path> programs() throws IOException {
        if (!Files.isDirectory(VERSIONS)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .findFirst();
        }
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private void asServer(String program, String... arguments) throws Exception {
        assertThat(run(server(program, arguments))).as(program).isZero();
    }

    private List<String> server(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=" + SERVERS, "--regid=" + SERVERS, "--init-groups"));
        }
        command.add(programs().orElseThrow().resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private int run(String... command) throws Exception {
        return run(List.of(command));
    }

    private int run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(Path.of("/tmp").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private String address(String database) {
        return "postgresql://panel@/" + database + "?host=" + folder;
    }

    private PostgresProbe probe(String database) {
        return new PostgresProbe(address(database), () -> running, () -> user, () -> now);
    }

    private static Kind kind(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Failed.class);
        return ailment(((Failed) outcome).finding()).kind();
    }

    private static Ailment ailment(io.lectio.core.health.Finding finding) {
        return ((Ailments) finding).ailing().getFirst();
    }

    /// A session that stays until its input ends.
    private void takesAConnection() throws Exception {
        Process session = new ProcessBuilder(server("psql", "-XAtq", "-d", address("school")))
                .redirectErrorStream(true)
                .start();
        sessions.add(session);
        session.getOutputStream().write("select 'in';\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        session.getOutputStream().flush();
        assertThat((char) session.getInputStream().read()).isEqualTo('i');
    }

    @Test
    @Tag("slow")
    void aServerThatAnswersIsWellAndItsConnectionsAreCounted() throws Exception {
        Outcome outcome = probe("school").look(List.of());
        assertThat(outcome).isInstanceOf(Passed.class);
        assertThat(outcome.inWords()).endsWith(", 3 of 3 connections left");
    }

    @Test
    void connectionsThatEndAndThenAreOutAreTold() throws Exception {
        PostgresProbe probe = probe("school");
        takesAConnection();
        takesAConnection();
        assertThat(probe.look(List.of()).inWords()).endsWith(", 1 of 3 connections left");
        takesAConnection();
        assertThat(probe.look(List.of())).as("asked every half minute").isInstanceOf(Passed.class);
        now = now.plusSeconds(30);
        Outcome outcome = probe.look(List.of());
        assertThat(kind(outcome)).isEqualTo(Kind.CONNECTIONS_OUT);
        assertThat(outcome.inWords()).contains("it says", "remaining connection slots");
        sessions.forEach(Process::destroyForcibly);
        for (Process session : sessions) {
            session.waitFor();
        }
        assertThat(awaited(probe, Passed.class)).as("asked again at once").isInstanceOf(Passed.class);
    }

    /// The server notices the end of its sessions, and a reload, a little later.
    private static Outcome awaited(PostgresProbe probe, Class<? extends Outcome> wanted) throws InterruptedException {
        Outcome seen = probe.look(List.of());
        for (int i = 0; i < 100 && !wanted.isInstance(seen); i++) {
            Thread.sleep(50);
            seen = probe.look(List.of());
        }
        return seen;
    }

    @Test
    @Tag("slow")
    void aDatabaseThatIsNotThereIsMissing() throws Exception {
        Outcome outcome = probe("schule").look(List.of());
        assertThat(kind(outcome)).isEqualTo(Kind.DATABASE_MISSING);
        assertThat(outcome.inWords()).contains("\"schule\" does not exist");
    }

    @Test
    @Tag("slow")
    void aServerThatIsAwayForLongerThanARestartIsUnreachable() throws Exception {
        PostgresProbe probe = probe("school");
        asServer("pg_ctl", "-D", data(), "-m", "fast", "stop");
        assertThat(probe.look(List.of())).isInstanceOf(Undecided.class);
        now = now.plus(Duration.ofSeconds(7));
        assertThat(probe.look(List.of())).isInstanceOf(Undecided.class);
        now = now.plus(Duration.ofSeconds(2));
        Outcome outcome = probe.look(List.of());
        assertThat(kind(outcome)).isEqualTo(Kind.DATABASE_AWAY);
        assertThat(outcome.inWords()).contains("No such file or directory");
    }

    @Test
    @Tag("slow")
    void aServerThatIsStoppedBySignalIsUnreachable() throws Exception {
        String main = Files.readAllLines(Path.of(data(), "postmaster.pid")).getFirst();
        PostgresProbe probe = probe("school");
        run("kill", "-STOP", main);
        try {
            assertThat(probe.look(List.of())).isInstanceOf(Undecided.class);
            now = now.plus(Duration.ofSeconds(8));
            Outcome outcome = probe.look(List.of());
            assertThat(kind(outcome)).isEqualTo(Kind.DATABASE_AWAY);
            assertThat(outcome.inWords()).contains("no answer within 4 s");
        } finally {
            run("kill", "-CONT", main);
        }
    }

    @Test
    void whoIsNotLetInSaysNothingOfTheDatabase() throws Exception {
        Files.writeString(Path.of(data(), "pg_hba.conf"), "local all postgres trust\nlocal all all reject\n");
        asServer("pg_ctl", "-D", data(), "reload");
        running = Optional.empty(); // then it is asked each time
        Outcome outcome = awaited(probe("school"), Unknown.class);
        assertThat(outcome).isInstanceOf(Unknown.class);
        assertThat(outcome.inWords()).contains("could not be asked as", "pg_hba.conf");
    }

    /// What the application ends for is to be known then, and not half a minute later.
    @Test
    void whileTheApplicationDoesNotRunItIsAskedEachTime() throws Exception {
        PostgresProbe probe = probe("school");
        assertThat(probe.look(List.of())).isInstanceOf(Passed.class);
        asServer("pg_ctl", "-D", data(), "-m", "fast", "stop");
        assertThat(probe.look(List.of())).as("from before").isInstanceOf(Passed.class);
        running = Optional.empty();
        assertThat(probe.look(List.of())).isInstanceOf(Undecided.class);
    }

    @Test
    @Tag("slow")
    void whereNobodyKnowsAsWhomToAskItIsNotAsked() throws Exception {
        running = Optional.empty();
        user = Optional.empty();
        assertThat(probe("school").look(List.of())).isInstanceOf(Unknown.class);
    }
}
