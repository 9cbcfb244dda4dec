package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.host.HeldFolder;
import io.lectio.host.SqliteCopy;
import io.lectio.host.SqliteCopy.Verdict.Kind;
import io.lectio.host.WebUser;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Real databases with a real writer.
class CopiesTest {
    private static final int COMMITS_A_SECOND = 20;
    private static final double MORE_MILLIS = 50;

    @TempDir
    Path own;

    @TempDir
    Path theirs;

    private Path folder;
    private Path state;
    private final Quiet told = new Quiet();
    private Instant now = Instant.parse("2026-01-22T03:00:00Z");

    @BeforeEach
    void inOneFolder() throws IOException {
        folder = own.toRealPath().resolve("backups");
        state = Files.createDirectory(own.toRealPath().resolve("state"));
    }

    private School school(boolean wal, int kilobytes) throws IOException, InterruptedException {
        return new School(theirs.toRealPath(), wal, kilobytes);
    }

    private Copies copies(School school, Disk disk) {
        return copies(school.place(folder, state, false), disk);
    }

    private Copies copies(Copies.Place place, Disk disk) {
        InstantSource clock = () -> now;
        return new Copies(place, new Retention(3, 0, 0), ZoneOffset.UTC, clock, disk);
    }

    private Copies copies(School school) {
        return copies(school, Disk.REAL);
    }

    private Copy made(School school) throws IOException, InterruptedException {
        return copies(school).make(false, told);
    }

    /// As its owner would have it back.
    private int restored(School school, Copy copy) throws IOException, InterruptedException {
        Path scratch = school.folder().resolve("scratch.sqlite3");
        SqliteCopy.Opener opener = SqliteCopy.opener(school.file(), Optional.empty());
        Path _ = copies(school).read(copy, false, (content, bytes) -> {
            SqliteCopy.place(content, school.file(), scratch, opener, bytes);
            return scratch;
        });
        int lessons = School.lessons(scratch);
        for (String each : List.of("", "-wal", "-shm")) {
            Files.deleteIfExists(Path.of(scratch + each));
        }
        return lessons;
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCopyIsProvedAndHasAllThatWasCommitted(boolean wal) throws Exception {
        School school = school(wal, 100);
        school.addLesson();
        Copy copy = made(school);
        assertThat(copy.id()).isEqualTo("20260122T030000Z");
        assertThat(copies(school).all()).containsExactly(copy);
        assertThat(copies(school).verify(copy).isGood()).isTrue();
        assertThat(restored(school, copy)).isEqualTo(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwxr-x---");
        try (var files = Files.list(folder)) {
            assertThat(files.toList()).hasSize(2).allSatisfy(file -> {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            });
        }
        try (var files = Files.list(school.folder())) {
            assertThat(files.toList())
                    .allSatisfy(file -> assertThat(Files.getOwner(file)).isEqualTo(Files.getOwner(school.folder())));
        }
        Path latest = theirs.toRealPath().resolve("latest");
        Files.copy(folder.resolve(Copies.LATEST), latest);
        Files.setOwner(latest, Files.getOwner(school.folder()));
        assertThat(School.lessons(latest)).isEqualTo(1);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fiftyCopiesUnderAWriterAreAllSoundAndHoldItUpLittle(boolean wal) throws Exception {
        underAWriter(wal, 50);
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fiveHundredCopiesUnderAWriterAreAllSoundAndHoldItUpLittle(boolean wal) throws Exception {
        underAWriter(wal, 500);
    }

    private void underAWriter(boolean wal, int count) throws Exception {
        School school = school(wal, 5_000);
        double alone;
        try (School.Writer writer = school.write(COMMITS_A_SECOND, 10 * COMMITS_A_SECOND)) {
            alone = writer.p99();
        }
        double beside;
        int before = 0;
        try (School.Writer writer = school.write(COMMITS_A_SECOND, Integer.MAX_VALUE)) {
            for (int i = 0; i < count; i++) {
                now = now.plus(Duration.ofHours(5));
                Copy copy = made(school);
                assertThat(copies(school).all()).isNotEmpty().hasSizeLessThan(10);
                int lessons = restored(school, copy);
                assertThat(lessons).isGreaterThanOrEqualTo(before);
                before = lessons;
            }
            writer.end();
            beside = writer.p99();
        }
        System.out.printf(
                "%d copies, %s: p99 of the writer %.1f ms alone, %.1f ms beside them%n",
                count, wal ? "WAL" : "rollback", alone, beside);
        assertThat(before).isGreaterThan(100);
        assertThat(beside).isLessThan(alone + MORE_MILLIS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Tag("slow")
    void whicheverCallFailsAGoodCopyIsThereAndTheNextOneIsMade(boolean dead) throws Exception {
        School school = school(true, 10);
        for (int i = 0; i < 5; i++) {
            now = now.plus(Duration.ofDays(1));
            Copy _ = made(school);
        }
        int failed = 0;
        FailingDisk disk;
        do {
            now = now.plus(Duration.ofDays(1));
            disk = new FailingDisk(failed + 1, dead);
            try {
                Copy _ = copies(school, disk).make(false, told);
            } catch (IOException e) {
                assertThat(disk.hasFailed()).isTrue();
            }
            failed++;
            List<Copy> left = copies(school).all();
            assertThat(left).hasSizeGreaterThanOrEqualTo(5).hasSizeLessThanOrEqualTo(20);
            assertThat(copies(school).verify(left.getFirst()).isGood()).isTrue();
        } while (disk.hasFailed());
        assertThat(failed).isGreaterThan(10);
        assertThat(copies(school).all()).hasSize(5);
        try (var files = Files.list(folder)) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".new"));
        }
    }

    private void spoil(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(bytes.length() / 2);
            bytes.write(new byte[20]);
        }
    }

    @Test
    void aCopyThatHasRottenCountsNoLongerUnlessItIsTheOnlyOne() throws Exception {
        School school = school(false, 50);
        Copy copy = made(school);
        spoil(folder.resolve(copy.file()));
        assertThat(copies(school).verify(copy).kind()).isEqualTo(Kind.CORRUPT);
        assertThat(copies(school).all()).containsExactly(copy);
        now = now.plusSeconds(1);
        Copy later = made(school);
        assertThat(copies(school).verify(copy).kind()).isEqualTo(Kind.CORRUPT);
        assertThat(copies(school).all()).containsExactly(later);
        assertThat(folder.resolve(copy.file() + ".bad")).exists();
    }

    @Test
    void aDatabaseThatIsDamagedInPartIsKeptAsItIsAndTakesNoGoodCopyAway() throws Exception {
        School school = school(false, 500);
        Copy good = made(school);
        try (RandomAccessFile file = new RandomAccessFile(school.file().toFile(), "rw")) {
            file.seek(40_000);
            file.write(new byte[12_288]);
        }
        for (int i = 0; i < 4; i++) {
            now = now.plus(Duration.ofDays(1));
            assertThatThrownBy(() -> made(school))
                    .hasMessageContaining("is not sound")
                    .hasMessageContaining("kept as");
        }
        assertThat(copies(school).all()).containsExactly(good);
        assertThat(names()).filteredOn(name -> name.endsWith(".unsound")).hasSize(2);
    }

    /// The rule came later than the row; only the application has the function.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE sqlite_master SET sql = 'CREATE TABLE ballast(a, b NOT NULL)' WHERE name = 'ballast'",
                "UPDATE sqlite_master SET sql = 'CREATE TABLE lesson(a CHECK(a <> ''another''))' WHERE name = 'lesson'",
                "UPDATE sqlite_master SET sql = 'CREATE TABLE lesson(a CHECK(a REGEXP ''x''))' WHERE name = 'lesson'",
                "UPDATE sqlite_master SET sql = 'CREATE INDEX i ON ballast(a COLLATE school)' WHERE name = 'i'"
            })
    void aBrokenRuleIsARemarkAndNoDamage(String change) throws Exception {
        School school = school(false, 10);
        school.addLesson();
        String _ = School.python(
                school.file(),
                "db.execute('CREATE INDEX i ON ballast(a)')\ndb.execute('PRAGMA writable_schema=ON')\ndb.execute(\""
                        + change + "\")\ndb.commit()");
        Copy copy = made(school);
        assertThat(told.warnings).singleElement().asString().startsWith("the copy is whole, but ");
        assertThat(copies(school).verify(copy).kind()).isEqualTo(Kind.REMARK);
    }

    /// Its rule takes more memory than a child may have.
    @Test
    void whatCannotBeExaminedIsNoDamageAndLosesNoCopy() throws Exception {
        School school = school(false, 10);
        school.addLesson();
        Copy good = made(school);
        String _ = School.python(school.file(), """
                db.execute("PRAGMA writable_schema=ON")
                db.execute("UPDATE sqlite_master SET sql = "
                    "'CREATE TABLE lesson(a CHECK(length(hex(zeroblob(999000000))) > 0))' WHERE name = 'lesson'")
                db.commit()
                """);
        now = now.plusSeconds(1);
        assertThatThrownBy(() -> made(school)).hasMessageContaining("could not be examined");
        assertThat(copies(school).all()).containsExactly(good);
        assertThat(names()).noneMatch(name -> name.endsWith(".unsound"));
    }

    /// Longer than ten seconds, in which the copy begins anew with each commit.
    @Tag("slow")
    @Test
    void aWriterThatNeverRestsIsHeldUpForOneReading() throws Exception {
        School school = school(false, 150_000);
        try (School.Writer writer = school.write(COMMITS_A_SECOND, Integer.MAX_VALUE)) {
            Copy copy = made(school);
            assertThat(restored(school, copy)).isPositive();
            writer.end();
            assertThat(writer.p99()).isLessThan(3_000);
        }
    }

    @Test
    void aCommitThatWasCutOffIsTakenBackFirst() throws Exception {
        School school = school(false, 300);
        Process writer = School.builder(school.file(), """
                        db.execute("PRAGMA cache_size=1")
                        db.execute("UPDATE ballast SET a = a || 'z'")
                        print("done", flush=True)
                        time.sleep(60)
                        """).start();
        assertThat(writer.getInputStream().read()).isEqualTo('d');
        assertThat(writer.destroyForcibly().waitFor()).isNotZero();
        assertThat(Files.size(Path.of(school.file() + "-journal"))).isPositive();
        Copy copy = made(school);
        assertThat(restored(school, copy)).isZero();
    }

    /// The application's user may write to it by its group; what the copying leaves beside it must be that user's.
    @Test
    void itIsOpenedAsTheApplicationAndNotAsItsOwner() throws Exception {
        if (!School.isRoot()) {
            return;
        }
        School school = school(true, 10);
        WebUser nobody = SqliteCopy.opener(school.file(), Optional.empty()).user();
        Files.setAttribute(school.file(), "unix:uid", 12_345);
        Files.setPosixFilePermissions(school.file(), PosixFilePermissions.fromString("rw-rw-r--"));
        Copies.Place place = new Copies.Place(
                folder, false, school.file(), Copy.identity(school.file()), state, () -> Optional.of(nobody));
        Copy _ = copies(place, Disk.REAL).make(false, told);
        assertThat(place.opener().isOwner()).isFalse();
        school.addLesson();
        assertThat(school.lessons()).isEqualTo(1);
    }

    @Test
    void twoDatabasesInOneFolderLeaveEachOtherAlone() throws Exception {
        School one = school(false, 1);
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-xr-x"));
        School other = new School(Files.createDirectory(own.toRealPath().resolve("other")), false, 1);
        Copy kept = copies(other).make(true, told);
        for (int i = 0; i < 8; i++) {
            now = now.plus(Duration.ofDays(1));
            Copy _ = copies(one).make(true, told);
        }
        assertThat(copies(other).all()).containsExactly(kept);
        assertThat(copies(one).all()).hasSize(5);
    }

    @Test
    void aFolderThatOthersMayWriteToIsRefusedAndLeftAsItIs() throws Exception {
        School school = school(false, 1);
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> copies(school).all()).isInstanceOf(HeldFolder.NotOwn.class);
        assertThatThrownBy(() -> made(school)).hasMessageContaining("sudo chmod go-w");
        assertThat(mode(folder)).isEqualTo("rwxrwxrwx");
        Files.delete(folder);
        Files.createSymbolicLink(folder, theirs.toRealPath());
        assertThatThrownBy(() -> made(school)).isInstanceOf(IOException.class);
    }

    @Test
    void thePlansFolderIsTakenOverOnceAndWhatOthersLeftThereIsNoCopyAndNotInTheWay() throws Exception {
        if (!School.isRoot()) {
            return;
        }
        School school = school(false, 1);
        Files.createDirectory(folder);
        Path left = Files.createFile(folder.resolve(
                "db-" + Copy.identity(school.file()) + "-20260101T000000Z-" + "0".repeat(32) + ".sqlite3.gz"));
        for (String name : List.of("copy.new", "db_latest.sqlite3.new", "db_latest.sqlite3", "db_latest.sqlite3-wal")) {
            Files.createDirectories(folder.resolve(name).resolve("full"));
        }
        Files.setOwner(folder, Files.getOwner(school.folder()));
        Files.setOwner(left, Files.getOwner(school.folder()));
        Copies copies = copies(school.place(folder, state, true), Disk.REAL);
        assertThatThrownBy(copies::all).isInstanceOf(HeldFolder.NotOwn.class);
        assertThat(Files.getOwner(folder)).isEqualTo(Files.getOwner(school.folder()));
        Copy copy = copies.make(false, told);
        assertThat(told.warnings).isEmpty();
        assertThat(copies.all()).containsExactly(copy);
        assertThat(Files.getOwner(folder)).isEqualTo(Files.getOwner(own));
        assertThat(mode(folder)).isEqualTo("rwxr-x---");
        assertThat(folder.resolve("db_latest.sqlite3")).isRegularFile();
        Files.setOwner(folder, Files.getOwner(school.folder()));
        assertThatThrownBy(() -> copies.make(false, told)).isInstanceOf(HeldFolder.NotOwn.class);
    }

    @Test
    void anotherFolderInItsPlaceIsTakenForNoneUntilAPersonSaysSo() throws Exception {
        School school = school(false, 1);
        Copy _ = made(school);
        Files.move(folder, folder.resolveSibling("moved"));
        assertThatThrownBy(() -> copies(school).newest()).hasMessageContaining("is gone, the one in which");
        assertThatThrownBy(() -> made(school)).isInstanceOf(HeldFolder.NotOwn.class);
        Files.createDirectory(folder);
        assertThatThrownBy(() -> made(school)).hasMessageContaining("is another folder than the one");
        Copy copy = copies(school).make(true, told);
        assertThat(copies(school).newest()).contains(copy);
    }

    @Test
    void copiesOfTheFutureCrowdOutNothing() throws Exception {
        School school = school(false, 1);
        Instant today = now;
        for (int i = 0; i < 6; i++) {
            now = today.plus(Duration.ofDays(300 + i));
            Copy _ = made(school);
        }
        now = today;
        Copy copy = made(school);
        assertThat(copies(school).all()).contains(copy);
        assertThat(copies(school).newest()).contains(copy);
        now = Instant.EPOCH;
        Copy ancient = made(school);
        assertThat(copies(school).all()).contains(copy, ancient);
    }

    @Test
    void aPlainCopyIsLaidDownForAProgram() throws Exception {
        School school = school(true, 10);
        school.addLesson();
        Path to = school.folder().resolve("for-a-migration.sqlite3");
        copies(school).lay(to);
        assertThat(mode(to)).isEqualTo("rw-------");
        Files.setOwner(to, Files.getOwner(school.file())); // as whom the test asks it
        assertThat(School.lessons(to)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nobodyUsesADatabaseThatIsLocked(boolean wal) throws Exception {
        School school = school(wal, 10);
        WebUser user = SqliteCopy.opener(school.file(), Optional.empty()).user();
        String read = """
                db.execute("PRAGMA busy_timeout=0")
                try:
                    print(db.execute("SELECT count(*) FROM lesson").fetchone()[0])
                except sqlite3.OperationalError as e:
                    print(e)
                """;
        try (SqliteCopy.Lock lock = SqliteCopy.lock(school.file(), user)) {
            assertThat(lock.processes()).isNotEmpty();
            assertThat(School.python(school.file(), read)).isEqualTo("database is locked");
        }
        assertThat(School.lessons(school.file())).isZero();
    }

    @Test
    void aDatabaseThatIsALinkIsNotOpened() throws Exception {
        School school = school(false, 1);
        Files.move(school.file(), school.folder().resolve("other"), StandardCopyOption.ATOMIC_MOVE);
        Files.createSymbolicLink(school.file(), Path.of("/etc/passwd"));
        assertThatThrownBy(() -> made(school)).hasMessageContaining("is not a file");
    }
}
