package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.host.SqliteCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Real databases; the application is one that only says whether it may run, and with how many lessons it began.
class RestoreTest {
    private static final int COPIED = 1;
    private static final int PRESENT = 3;

    @TempDir
    Path own;

    @TempDir
    Path theirs;

    private Path state;
    private School school;
    private Copies copies;
    private Copy copy;
    private final Played application = new Played();
    private final Quiet told = new Quiet();
    private FailingDisk disk = new FailingDisk(Integer.MAX_VALUE, false);

    private final class Played implements Application {
        private boolean held;
        private boolean ill;
        private boolean dies;
        private List<String> companion = List.of();
        private final List<Integer> began = new ArrayList<>();

        @Override
        public void hold() throws IOException {
            disk.call();
            held = true;
        }

        @Override
        public Started release() throws IOException, InterruptedException {
            if (dies) {
                disk.die();
            }
            disk.call();
            held = false;
            began.add(school.lessons());
            return new Started(true, companion);
        }

        @Override
        public Optional<String> ails() {
            return Optional.of("it is silent").filter(_ -> ill);
        }

        @Override
        public void forget() throws IOException {
            disk.call();
        }
    }

    private void begin(boolean wal) throws IOException, InterruptedException {
        state = Files.createDirectories(own.toRealPath().resolve("state"));
        school = new School(theirs.toRealPath(), wal, 20);
        school.addLesson();
        copies = new Copies(
                school.place(own.toRealPath().resolve("backups"), state, false),
                new Retention(7, 4, 6),
                ZoneOffset.UTC,
                InstantSource.system(),
                Disk.REAL);
        copy = copies.make(false, told);
        school.addLesson();
        school.addLesson();
    }

    @BeforeEach
    void inWalMode() throws IOException, InterruptedException {
        begin(true);
    }

    private Restore restore() {
        return new Restore(state, application, disk);
    }

    private Path restored(String stamp) throws IOException, InterruptedException {
        return copies.read(copy, false, put(stamp, false));
    }

    private Copies.Reader<Path> put(String stamp, boolean keep) throws IOException {
        SqliteCopy.Opener opener = SqliteCopy.opener(school.file(), Optional.empty());
        return (content, bytes) -> restore().run(school.file(), opener, stamp, content, bytes, keep, told);
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(school.folder())) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.endsWith("-wal") && !name.endsWith("-shm")) // a reader's
                    .sorted()
                    .toList();
        }
    }

    /// A writer that was killed leaves its log behind, in which the last commits are.
    private void killAWriter() throws IOException, InterruptedException {
        Process writer = School.builder(school.file(), """
                        db.execute("PRAGMA wal_autocheckpoint=0")
                        db.execute("INSERT INTO lesson VALUES('in the log')")
                        db.execute("UPDATE counted SET a = a + 1")
                        db.commit()
                        print("done", flush=True)
                        time.sleep(60)
                        """).start();
        assertThat(writer.getInputStream().read()).isEqualTo('d');
        assertThat(writer.destroyForcibly().waitFor()).isNotZero();
        assertThat(Files.size(Path.of(school.file() + "-wal"))).isPositive();
    }

    @Test
    void aCopyTakesTheDatabasesPlaceAndThatIsKeptWithItsLog() throws Exception {
        killAWriter();
        Files.setPosixFilePermissions(school.file(), PosixFilePermissions.fromString("rw-rw----"));
        Path aside = restored("now");
        assertThat(school.lessons()).isEqualTo(COPIED);
        assertThat(application.began).containsExactly(COPIED);
        assertThat(aside.getFileName()).hasToString("db.sqlite3.before-now");
        assertThat(Path.of(aside + "-wal")).exists();
        assertThat(School.lessons(aside)).isEqualTo(PRESENT + 1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(school.file())))
                .isEqualTo("rw-rw----");
        assertThat(Files.getOwner(school.file())).isEqualTo(Files.getOwner(school.folder()));
        assertThat(restore().isUnderWay()).isFalse();
    }

    @Test
    void aDatabaseThatIsGoneComesBack() throws Exception {
        Files.delete(school.file());
        Path _ = restored("now");
        assertThat(school.lessons()).isEqualTo(COPIED);
    }

    @Test
    void anApplicationThatDoesNotWorkWithItHasTheOldOneBack() throws Exception {
        killAWriter();
        application.ill = true;
        assertThatThrownBy(() -> restored("now"))
                .hasMessage("not restored, and the database is the one from before: the application does not work with"
                        + " it: it is silent")
                .extracting("end")
                .isEqualTo(Restore.Failed.End.TAKEN_BACK);
        assertThat(school.lessons()).isEqualTo(PRESENT + 1);
        assertThat(application.began).containsExactly(COPIED, PRESENT + 1);
        assertThat(application.held).isFalse();
        assertThat(files()).containsExactly("db.sqlite3", "db.sqlite3.undone-now");
        assertThat(School.lessons(school.folder().resolve("db.sqlite3.undone-now")))
                .isEqualTo(COPIED);
    }

    @Test
    void itStaysWhereAPersonWantsItThoughTheApplicationDoesNotWork() throws Exception {
        application.ill = true;
        Path _ = copies.read(copy, false, put("now", true));
        assertThat(school.lessons()).isEqualTo(COPIED);
        assertThat(told.warnings).containsExactly("the application does not work with it: it is silent");
    }

    @Test
    void whatDoesNotStartBesideItIsAWarningAndNoReasonToTryAgain() throws Exception {
        application.ill = true;
        application.companion = List.of("celery.service does not start");
        assertThatThrownBy(() -> restored("now")).hasMessageContaining("it is silent");
        assertThat(told.warnings).contains("celery.service does not start");
        assertThat(restore().isUnderWay()).isFalse();
    }

    @Test
    void whatWasThereBeforeComesBackByItsNameWithItsLog() throws Exception {
        killAWriter();
        Path aside = restored("now");
        Path again = copies.read(aside, put("again", false));
        assertThat(school.lessons()).isEqualTo(PRESENT + 1);
        assertThat(School.lessons(again)).isEqualTo(COPIED);
    }

    @Test
    @Tag("slow")
    void whoeverHasItOpenByAnotherNameKeepsItFromBeingReplaced() throws Exception {
        Path link = Files.createLink(school.folder().resolve("link"), school.file());
        Process reader = School.builder(link, """
                        held = open(sys.argv[1])
                        print("open", flush=True)
                        time.sleep(60)
                        """).start();
        try {
            assertThat(reader.getInputStream().read()).isEqualTo('o');
            assertThatThrownBy(() -> restored("now")).hasMessageContaining("(" + reader.pid() + ")");
        } finally {
            reader.destroyForcibly();
        }
        assertThat(school.lessons()).isEqualTo(PRESENT);
    }

    @Test
    @Tag("slow")
    void whoeverHasItOpenKeepsItFromBeingReplaced() throws Exception {
        try (School.Writer writer = school.write(1, Integer.MAX_VALUE)) {
            assertThatThrownBy(() -> restored("now")).hasMessageContaining("cannot be replaced");
            assertThat(writer.process().isAlive()).isTrue();
        }
        assertThat(school.lessons()).isGreaterThanOrEqualTo(PRESENT);
    }

    /// Each call fails in turn, for once or from then on; then whoever comes next looks after it.
    @Tag("slow")
    @ParameterizedTest
    @CsvSource({
        "true,true,false",
        "true,false,false",
        "false,true,false",
        "false,false,false",
        "true,true,true",
        "true,false,true"
    })
    void whicheverCallFailsTheDatabaseIsTheOneOrTheOther(boolean wal, boolean dead, boolean ill) throws Exception {
        if (!wal) {
            try (var files = Files.list(school.folder())) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            begin(false);
        }
        int present = PRESENT;
        int nth = 0;
        do {
            nth++;
            if (wal) {
                killAWriter();
                present++;
            }
            application.began.clear();
            disk = new FailingDisk(nth, dead);
            application.ill = ill;
            boolean done = false;
            try {
                Path aside = restored("at-" + nth);
                assertThat(School.lessons(aside)).isEqualTo(present);
                done = true;
            } catch (IOException e) {
                assertThat(e).hasMessageContaining(disk.hasFailed() ? "fails" : "silent");
            }
            FailingDisk failed = disk;
            disk = new FailingDisk(Integer.MAX_VALUE, false);
            Optional<String> _ = restore().recover(false);
            assertThat(restore().isUnderWay()).isFalse();
            assertThat(application.held).isFalse();
            int now = school.lessons();
            assertThat(now).as("after call %d", nth).isIn(COPIED, present);
            if (done) {
                assertThat(now).isEqualTo(COPIED);
            }
            assertThat(application.began).allMatch(lessons -> lessons == COPIED || lessons == now);
            assertThat(files()).noneMatch(name -> name.contains(".restored-"));
            if (now == COPIED) {
                present = COPIED;
            }
            if (!failed.hasFailed()) {
                break;
            }
        } while (nth < 100);
        assertThat(nth).isBetween(15, 99);
    }

    /// What visitors have written since is nowhere else.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneThatWasCutOffWhenTheApplicationStartedGoesOnUnlessAPersonWantsItBack(boolean back) throws Exception {
        application.dies = true;
        assertThatThrownBy(() -> restored("now")).hasMessageContaining("sudo lectio restore --undo");
        disk = new FailingDisk(Integer.MAX_VALUE, false);
        application.dies = false;
        application.ill = true;
        school.addLesson();
        assertThat(restore().tries()).isZero();
        assertThat(restore().recover(back)).isPresent();
        assertThat(school.lessons()).isEqualTo(back ? PRESENT : COPIED + 1);
        Path other = school.folder().resolve(back ? "db.sqlite3.undone-now" : "db.sqlite3.before-now");
        assertThat(School.lessons(other)).isEqualTo(back ? COPIED + 1 : PRESENT);
        assertThat(restore().recover(back)).isEmpty();
    }

    @Test
    void anotherOneDoesNotBeginBeforeItsEndAndEachTryIsCounted() throws Exception {
        application.dies = true;
        assertThatThrownBy(() -> restored("now")).extracting("end").isEqualTo(Restore.Failed.End.STUCK);
        application.dies = false;
        for (int i = 1; i < 4; i++) {
            disk = new FailingDisk(5, true);
            assertThatThrownBy(() -> restore().recover(true)).isInstanceOf(IOException.class);
            assertThat(restore().tries()).isEqualTo(i);
        }
        disk = new FailingDisk(Integer.MAX_VALUE, false);
        assertThatThrownBy(() -> restored("again")).extracting("end").isEqualTo(Restore.Failed.End.UNCHANGED);
        Files.writeString(state.resolve("restore"), "nonsense");
        assertThatThrownBy(() -> restore().recover(true)).hasMessageContaining("is damaged");
    }

    @Test
    void aFileThatIsNoDatabaseIsRefused() throws Exception {
        Path file = Files.writeString(own.toRealPath().resolve("notes.txt"), "no database ".repeat(100));
        assertThatThrownBy(() -> copies.read(file, (content, _) -> content))
                .hasMessageContaining("is no sound database: file is not a database");
        assertThat(state.resolve("given")).doesNotExist();
        Path latest = copies.read(own.toRealPath().resolve("backups").resolve(Copies.LATEST), put("now", false));
        assertThat(latest).exists();
        assertThat(school.lessons()).isEqualTo(COPIED);
    }

    @Test
    void theOwnerOfADatabaseIsNeverRoot() throws Exception {
        if (School.isRoot()) {
            Files.setAttribute(school.file(), "unix:uid", 0);
            assertThatThrownBy(() -> SqliteCopy.opener(school.file(), Optional.empty()))
                    .hasMessageContaining("sudo chown");
        }
    }
}
