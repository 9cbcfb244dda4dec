package io.lectio.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Two homes, one site.
@Tag("slow")
@Timeout(60)
class SiteLockTest {
    private static final Path SITE = Path.of("/srv/site");

    @TempDir
    private Path base = Path.of("");

    private Path folder = Path.of("");
    private Optional<Process> other = Optional.empty();

    /// Another guard's process, which holds the lock until its input ends.
    static final class Other {
        private Other() {}

        public static void main(String[] args) throws IOException {
            try (SiteLock _ = SiteLock.take(Path.of(args[0]), SITE, Path.of("/other/home"))) {
                System.out.println("held");
                System.in.read();
            }
        }
    }

    @BeforeEach
    void needsRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: the lock's folder is root's");
        folder = base.resolve("run");
    }

    @AfterEach
    void endTheOther() {
        other.ifPresent(Process::destroyForcibly);
    }

    private Process startOther() throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        other = Optional.of(process);
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        assertThat(lines.readLine()).isEqualTo("held");
        return process;
    }

    private SiteLock take(Path site) throws IOException {
        return SiteLock.take(folder, site, Path.of("/own/home"));
    }

    @Test
    void aSecondHomeIsRefusedAndToldWhoIsAtWork() throws Exception {
        Process holder = startOther();
        for (int i = 0; i < 2; i++) { // refusing does not free it
            assertThatThrownBy(() -> take(SITE))
                    .isInstanceOf(SiteLock.Refused.class)
                    .hasMessageContaining(SITE + ": process " + holder.pid() + ", home /other/home");
        }
        try (SiteLock another = take(Path.of("/srv/another"))) {
            assertThat(another).isNotNull();
        }
        holder.destroyForcibly().waitFor();
        try (SiteLock mine = take(SITE)) {
            assertThat(mine).isNotNull();
        }
    }

    @Test
    void itsFileIsRootsAlone() throws IOException {
        take(SITE).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        try (var files = Files.list(folder)) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(files.findFirst().orElseThrow())))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void aFolderThatOthersMadeIsRefused() throws IOException {
        Files.createSymbolicLink(folder, Files.createDirectory(base.resolve("elsewhere")));
        assertThatThrownBy(() -> take(SITE)).isInstanceOf(SiteLock.Refused.class);
        Files.delete(folder);
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> take(SITE)).isInstanceOf(SiteLock.Refused.class);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Files.setAttribute(folder, "unix:uid", 65_534);
        assertThatThrownBy(() -> take(SITE))
                .isInstanceOf(SiteLock.Refused.class)
                .hasMessageContaining("remove it");
    }
}
