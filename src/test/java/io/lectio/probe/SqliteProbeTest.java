package io.lectio.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.Kind;
import io.lectio.core.health.Finding.Ailments;
import io.lectio.core.health.Observation;
import io.lectio.host.WebUser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteProbeTest {
    @TempDir
    Path folder;

    private Instant now = Instant.parse("2026-01-22T12:00:00Z");
    private Path file;
    private SqliteProbe probe;
    private boolean own;
    private Optional<WebUser> application =
            WebUser.of((int) ProcessHandle.current().pid());

    @BeforeEach
    void aDatabase() throws Exception {
        file = folder.toRealPath().resolve("db.sqlite3");
        sqlite(
                "db.execute('create table t(a)'); db.executemany('insert into t values(?)', [('x' * 900,)] * 500); db.commit()");
        SqliteProbe.Application its = new SqliteProbe.Application() {
            @Override
            public Optional<WebUser> user() {
                return application;
            }

            @Override
            public boolean isOne(int pid) {
                return own;
            }
        };
        probe = new SqliteProbe(file, its, () -> now, ZoneOffset.UTC);
    }

    private void sqlite(String statements) throws Exception {
        assertThat(new ProcessBuilder(
                                "python3",
                                "-I",
                                "-c",
                                "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); " + statements,
                                file.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    private List<Ailment> look() throws InterruptedException {
        now = now.plusSeconds(5);
        return switch (probe.look(List.of())) {
            case Observation.Passed(Ailments(var ailing, var _)) -> ailing;
            case Observation.Failed(Ailments(var ailing, var _)) -> ailing;
            case Observation.Outcome other -> throw new AssertionError(other);
        };
    }

    private void isWell() throws InterruptedException {
        assertThat(look()).isEmpty();
    }

    private Ailment ails(Kind kind) throws InterruptedException {
        List<Ailment> ailing = look();
        assertThat(ailing)
                .singleElement()
                .satisfies(ill -> assertThat(ill.kind()).isEqualTo(kind));
        assertThat(ailing.getFirst().what()).isEqualTo(file.toString());
        return ailing.getFirst();
    }

    /// What is read in the background is known a little later.
    private Ailment ailsSoon(Kind kind) throws InterruptedException {
        for (int i = 0; i < 200 && look().isEmpty(); i++) {
            now = now.minusSeconds(5);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        return ails(kind);
    }

    @Test
    void aDatabaseThatIsGoneOrEmptyIsMissing() throws Exception {
        isWell();
        Files.delete(file);
        ails(Kind.DATABASE_MISSING);
        Files.createFile(file); // what Django makes of it
        assertThat(ails(Kind.DATABASE_MISSING).inWords()).contains("file of 0 B");
    }

    @Test
    void anotherFileInItsPlaceIsCorrupt() throws Exception {
        isWell();
        Files.writeString(file, "broken".repeat(100));
        ails(Kind.DATABASE_CORRUPT);
    }

    @Test
    void aDatabaseThatHasBeenReplacedIsReadAsAWhole() throws Exception {
        isWell();
        Path spoilt = file.resolveSibling("other");
        Files.copy(file, spoilt);
        try (RandomAccessFile bytes = new RandomAccessFile(spoilt.toFile(), "rw")) {
            bytes.seek(bytes.length() / 2);
            bytes.write(new byte[8_192]);
        }
        Files.move(spoilt, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(ailsSoon(Kind.DATABASE_CORRUPT).inWords()).contains("it says ");
    }

    @Test
    void whatIsSpoiltInPlaceIsFoundInTheNight() throws Exception {
        isWell();
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(bytes.length() / 2);
            bytes.write(new byte[8_192]);
        }
        isWell();
        now = Instant.parse("2026-01-23T03:31:00Z");
        ailsSoon(Kind.DATABASE_CORRUPT);
    }

    @Test
    @Tag("slow")
    void aLockThatIsHeldThroughoutTenSecondsIsToldWithItsHolder() throws Exception {
        isWell();
        Process writer = new ProcessBuilder(
                        "python3",
                        "-I",
                        "-c",
                        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('begin exclusive');"
                                + "print('locked', flush=True); sys.stdin.read()",
                        file.toString())
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(said.readLine()).isEqualTo("locked");
            isWell();
            isWell();
            assertThat(ails(Kind.DATABASE_LOCKED).inWords())
                    .endsWith("(held by python3 (" + writer.pid() + "), for 10 s)");
            own = true; // what the application holds itself, a restart frees
            isWell();
            isWell();
            isWell();
            own = false;
            writer.getOutputStream().close();
            assertThat(writer.waitFor()).isZero();
            isWell();
        } finally {
            writer.destroyForcibly();
        }
    }

    @Test
    void aDatabaseThatIsNotTheApplicationsIsOfTheWrongOwner() throws Exception {
        application = Optional.of(new WebUser("app", 54_321, 54_321, java.util.Set.of(54_321)));
        assertThat(ails(Kind.DATABASE_OWNER).inWords()).contains("closed: " + file, "for app");
        application = Optional.empty();
        ails(Kind.DATABASE_OWNER); // whose it is meant to be is remembered while it does not run
    }

    /// A writer that was killed leaves a journal, which the next one takes back: that is no corruption.
    @Test
    void aHotJournalIsNoCorruption() throws Exception {
        sqlite("import os; db.execute('pragma cache_size=5'); db.execute('begin immediate');"
                + "db.executemany('insert into t values(?)', [('y' * 900,)] * 2000); os._exit(0)");
        assertThat(Files.size(Path.of(file + "-journal"))).isPositive();
        isWell();
    }

    @Test
    void looksLeaveNoDescriptorOpenWhateverTheyFind() throws Exception {
        look();
        long before = descriptors();
        for (int i = 0; i < 40; i++) {
            application = Optional.of(new WebUser("app", 54_321, 54_321, java.util.Set.of(54_321)));
            look();
        }
        Files.delete(file);
        for (int i = 0; i < 40; i++) {
            look();
        }
        assertThat(descriptors() - before).isLessThan(20);
    }

    private static long descriptors() throws java.io.IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @Test
    void whoseItShouldBeIsNotGuessed() throws Exception {
        application = Optional.empty();
        isWell();
    }
}
