package io.lectio.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How a process of the guard's ends, seen from outside.
@Tag("slow")
class LastResortTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// A process whose main thread waits for ever, whatever becomes of the others.
    static final class Alive {
        private Alive() {}

        public static void main(String[] args) throws InterruptedException {
            LastResort.endOnUncaught();
            switch (args[0]) {
                case "bug" ->
                    Thread.ofPlatform().name("tree-watch").daemon().start(() -> {
                        throw new IllegalStateException("broken\nin two");
                    });
                case "error" ->
                    Thread.ofVirtual().name("look-files").start(() -> {
                        throw new StackOverflowError();
                    });
                case "main" -> throw new IllegalStateException("the loop");
                case "stuck" -> {
                    Runtime.getRuntime().addShutdownHook(new Thread(Alive::waitForEver));
                    LastResort.haltAfter(Duration.ofMillis(200));
                    System.exit(0);
                }
                default -> throw new IllegalArgumentException(args[0]);
            }
            waitForEver();
        }

        private static void waitForEver() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String endOf(String how) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Alive.class.getName(),
                        how)
                .redirectErrorStream(true)
                .start();
        try {
            assertThat(process.waitFor(PATIENCE)).as("it ends").isTrue();
            assertThat(process.exitValue()).isEqualTo(LastResort.BUG);
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aBugInAnyThreadEndsTheProcessAfterOneLine() throws Exception {
        assertThat(endOf("bug"))
                .hasLineCount(1)
                .startsWith(
                        "lectio: a bug ends the guard: tree-watch: java.lang.IllegalStateException: broken in two at ");
    }

    @Test
    void anErrorInAnErrandEndsTheProcess() throws Exception {
        assertThat(endOf("error")).hasLineCount(1).contains("look-files: java.lang.StackOverflowError");
    }

    @Test
    void aBugInTheLoopEndsTheProcess() throws Exception {
        assertThat(endOf("main")).hasLineCount(1).contains("main: java.lang.IllegalStateException: the loop");
    }

    @Test
    void anEndThatDoesNotComeIsMadeToCome() throws Exception {
        assertThat(endOf("stuck")).isEmpty();
    }
}
