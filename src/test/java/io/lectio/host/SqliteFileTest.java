package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.host.SqliteFile.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Real databases, which Python's SQLite makes, locks and reads.
class SqliteFileTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void aDatabase() throws Exception {
        file = folder.toRealPath().resolve("db.sqlite3");
        python("db.execute('create table t(a)')", "db.executemany('insert into t values(?)', [('x' * 900,)] * 500)");
    }

    private void python(String... statements) throws IOException, InterruptedException {
        Process ended = script("db.commit()", statements).start();
        assertThat(ended.waitFor()).isZero();
    }

    private ProcessBuilder script(String last, String... statements) {
        String all = "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\n" + String.join("\n", statements) + "\n"
                + last;
        return new ProcessBuilder("python3", "-I", "-c", all, file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    private Shape shape() throws IOException {
        return SqliteFile.shape(file).orElseThrow();
    }

    private static WebUser me() {
        return WebUser.of((int) ProcessHandle.current().pid()).orElseThrow();
    }

    @Test
    void aSoundDatabaseIsWholeAndSaysSo() throws Exception {
        assertThat(shape().whole()).isTrue();
        assertThat(shape().bytes()).isEqualTo(Files.size(file));
        assertThat(SqliteFile.ask(file, me(), false, PATIENCE)).isEqualTo("ok");
        assertThat(SqliteFile.ask(file, me(), true, PATIENCE)).isEqualTo("ok");
        assertThat(SqliteFile.writer(file)).isEmpty();
        try (var beside = Files.list(folder)) {
            assertThat(beside).as("nothing is left beside it").containsExactly(folder.resolve("db.sqlite3"));
        }
    }

    @Test
    void noFileIsNoDatabaseAndAFolderIsAnError() throws Exception {
        assertThat(SqliteFile.shape(folder.resolve("none"))).isEmpty();
        assertThatThrownBy(() -> SqliteFile.shape(folder.toRealPath())).hasMessageContaining("is not a file");
    }

    @Test
    void anotherHeaderIsNotWhole() throws Exception {
        Files.writeString(file, "<html>" + "x".repeat(5_000));
        assertThat(shape().whole()).isFalse();
        Files.writeString(file, "SQLite format 3");
        assertThat(shape().whole()).as("a header that is cut").isFalse();
    }

    @Test
    void aFileThatIsCutIsNotWhole() throws Exception {
        try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
            cut.setLength(cut.length() / 2);
        }
        assertThat(shape().whole()).isFalse();
    }

    /// Where the shape is right, only SQLite can tell.
    @Test
    void aPageThatIsOverwrittenIsFoundWhenAllAreRead() throws Exception {
        try (RandomAccessFile spoilt = new RandomAccessFile(file.toFile(), "rw")) {
            spoilt.seek(spoilt.length() / 2);
            spoilt.write(new byte[8_192]);
        }
        assertThat(shape().whole()).isTrue();
        assertThat(SqliteFile.ask(file, me(), true, PATIENCE))
                .isNotEqualTo("ok")
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete", "wal"})
    void whoWritesForLongIsNamed(String mode) throws Exception {
        python("db.execute('pragma journal_mode=" + mode + "')");
        Process writer = script(
                        "print('locked', flush=True)\nsys.stdin.read()",
                        "db.execute('begin immediate')",
                        "db.execute('insert into t values(1)')")
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(said.readLine()).isEqualTo("locked");
            assertThat(SqliteFile.writer(file)).isEqualTo(OptionalInt.of((int) writer.pid()));
            writer.getOutputStream().close();
            assertThat(writer.waitFor()).isZero();
            assertThat(SqliteFile.writer(file)).isEmpty();
        } finally {
            writer.destroyForcibly();
        }
    }

    @Test
    void aLockIsNoWordAboutIt() throws Exception {
        Process writer = script("print('locked', flush=True)\nsys.stdin.read()", "db.execute('begin exclusive')")
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(said.readLine()).isEqualTo("locked");
            assertThatThrownBy(() -> SqliteFile.ask(file, me(), true, PATIENCE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("locked");
        } finally {
            writer.destroyForcibly();
        }
    }

    @Test
    void anotherNameOfTheFileAsABackupMakesItIsNoFault() throws Exception {
        Files.createLink(folder.resolve("copy"), file);
        assertThat(shape().whole()).isTrue();
    }

    @Test
    void aPipeInItsPlaceHoldsNobodyUp() throws Exception {
        Files.delete(file);
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(this::shape).hasMessageContaining("is not a file");
        assertThat(SqliteFile.writer(file)).isEmpty();
    }

    @Test
    void aReaderIsNoWriter() throws Exception {
        Process reader = script(
                        "print('reads', flush=True)\nsys.stdin.read()",
                        "c = db.execute('select * from t')",
                        "c.fetchone()")
                .start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(reader.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(said.readLine()).isEqualTo("reads");
            assertThat(SqliteFile.writer(file)).isEmpty();
        } finally {
            reader.destroyForcibly();
        }
    }

    @Test
    void whatAUserMayNotUseIsNamedWithItsOwner() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        WebUser stranger = new WebUser("stranger", 54_321, 54_321, Set.of(54_321));
        assertThat(SqliteFile.closedTo(stranger, file)).isEmpty();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(SqliteFile.closedTo(stranger, file).orElse(""))
                .startsWith(file + " ")
                .endsWith(" 0644");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(SqliteFile.closedTo(stranger, file).orElse("")).startsWith(folder.toRealPath() + " ");
    }

    @Test
    void aNameIsNoAddress() throws Exception {
        Path odd = file.resolveSibling("a b%20?#&mode=rwc.sqlite3");
        Files.move(file, odd);
        file = odd;
        assertThat(SqliteFile.ask(file, me(), true, PATIENCE)).isEqualTo("ok");
        Files.delete(odd);
        assertThat(List.of(SqliteFile.shape(odd))).containsOnly(java.util.Optional.empty());
    }
}
