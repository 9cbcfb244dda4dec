package io.lectio.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The lock between processes, the way that two guards meet.
@Tag("slow")
class OneGuardTest {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final String HELD = "held";
    private static final String TAKEN = "taken by another";

    @TempDir
    private Path folder = Path.of("");

    private Optional<Process> other = Optional.empty();

    /// Another guard's process: tells whether it got the lock, and holds it until its input ends.
    static final class Other {
        private Other() {}

        static void main(String[] args) throws IOException {
            Optional<OneGuard> guard = OneGuard.take(Path.of(args[0]));
            System.out.println(guard.isPresent() ? HELD : TAKEN);
            System.in.read();
            if (guard.isPresent()) {
                guard.get().close();
            }
        }
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
        return process;
    }

    private static String says(Process process) throws Exception {
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        CompletableFuture<String> line = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                line.complete(String.valueOf(lines.readLine()));
            } catch (IOException e) {
                line.completeExceptionally(e);
            }
        });
        return line.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }

    private static void awaitEnd(Process process) throws InterruptedException {
        assertThat(process.waitFor(DEADLINE)).isTrue();
    }

    @Test
    void aSecondProcessGetsNothingWhileThisOneHoldsIt() throws Exception {
        try (OneGuard _ = OneGuard.take(folder).orElseThrow()) {
            assertThat(says(startOther())).isEqualTo(TAKEN);
        }
    }

    @Test
    void thisProcessGetsNothingWhileAnotherHoldsIt() throws Exception {
        assertThat(says(startOther())).isEqualTo(HELD);
        assertThat(OneGuard.take(folder)).isEmpty();
    }

    @Test
    void aHolderThatIsKilledLeavesItFree() throws Exception {
        Process holder = startOther();
        assertThat(says(holder)).isEqualTo(HELD);
        holder.destroyForcibly();
        awaitEnd(holder);
        try (OneGuard mine = OneGuard.take(folder).orElseThrow()) {
            assertThat(mine).isNotNull();
        }
    }

    @Test
    void aHolderThatEndsWellLeavesItFree() throws Exception {
        Process holder = startOther();
        assertThat(says(holder)).isEqualTo(HELD);
        holder.outputWriter().close();
        awaitEnd(holder);
        try (OneGuard mine = OneGuard.take(folder).orElseThrow()) {
            assertThat(mine).isNotNull();
        }
    }

    @Test
    void anOldLockFileIsNoLock() throws Exception {
        Files.writeString(folder.resolve("lock"), "4711");
        try (OneGuard mine = OneGuard.take(folder).orElseThrow()) {
            assertThat(mine).isNotNull();
        }
        assertThat(Files.readString(folder.resolve("lock"))).isEqualTo("4711");
    }

    @Test
    void asksOftenAndLeaksNothing() throws Exception {
        assertThat(says(startOther())).isEqualTo(HELD);
        long before = openFiles();
        for (int i = 0; i < 200; i++) {
            assertThat(OneGuard.take(folder)).isEmpty();
        }
        assertThat(openFiles()).isLessThan(before + 100);
    }

    private static long openFiles() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }
}
