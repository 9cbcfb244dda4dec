package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChildTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private static Child.Result run(Duration within, int mostBytes, String... command)
            throws IOException, InterruptedException {
        return Child.run(List.of(command), within, mostBytes);
    }

    @Test
    void whatItSaysAndItsExitCodeComeBack() throws Exception {
        assertThat(run(LONG, 1_000, "seq", "3").text()).isEqualTo("1\n2\n3\n");
        assertThat(run(LONG, 1_000, "seq", "3").exit()).hasValue(0);
        Child.Result failed = run(LONG, 1_000, "cat", "/no/such/file");
        assertThat(failed.exit()).hasValue(1);
        assertThat(failed.text()).contains("/no/such/file");
    }

    @Test
    void theEndOfALongOutputIsKept() throws Exception {
        assertThat(run(LONG, 14, "seq", "100000").text()).isEqualTo("\n99999\n100000\n");
        assertThat(run(LONG, 4_096, "seq", "2000000").text()).hasSize(4_096).endsWith("1999999\n2000000\n");
    }

    @Test
    void itHasNothingToReadAndABareEnvironment() throws Exception {
        assertThat(run(LONG, 100, "cat").exit()).hasValue(0);
        assertThat(run(LONG, 1_000, "env").text().lines())
                .containsExactlyInAnyOrder(
                        "LC_ALL=C.UTF-8", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }

    @Test
    void atTheDeadlineItEndsWithAllThatItStarted() throws Exception {
        long start = System.nanoTime();
        Child.Result result = run(Duration.ofMillis(300), 100, "timeout", "4322", "sleep", "4321");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        assertThat(result.timedOut()).isTrue();
        long deadline = System.nanoTime() + LONG.toNanos();
        while (ProcessHandle.allProcesses()
                .anyMatch(each -> each.info()
                        .arguments()
                        .filter(arguments -> List.of(arguments).contains("4321"))
                        .isPresent())) {
            assertThat(System.nanoTime()).as("the sleep lives on").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void aSignalIsSeen() throws Exception {
        assertThat(run(LONG, 100, "timeout", "-s", "KILL", "0.05", "sleep", "60")
                        .exit())
                .hasValue(137);
    }

    @Test
    void aProgramThatIsNotThereIsToldByName() {
        assertThatThrownBy(() -> run(LONG, 100, "no-such-program"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no-such-program");
    }
}
