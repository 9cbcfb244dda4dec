package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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

    /// A process of that user's could otherwise type into the terminal of the root who runs a command.
    @Test
    void whatRunsAsAnotherUserIsInASessionOfItsOwn() throws Exception {
        assumeTrue(Accounts.isRoot());
        List<String> command = List.of("sh", "-c", "cut -d ' ' -f 1,6 /proc/$$/stat; exit 7");
        Child.Result said = Child.run(Child.as(WebUser.lookUp("nobody"), command, LONG), LONG, 1_000);
        String[] processAndSession = said.text().strip().split(" ");
        assertThat(processAndSession[0]).isEqualTo(processAndSession[1]);
        assertThat(said.exit()).hasValue(7);
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

    @Test
    void aPipeCarriesAllAndTellsWhichEndFailed() throws Exception {
        byte[] much = new byte[1_000_000];
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Child.Result well = Child.pipe(
                List.of("cat"), Optional.of(new ByteArrayInputStream(much)), out, Duration.ofSeconds(20), 100);
        assertThat(well.exit()).hasValue(0);
        assertThat(out.toByteArray()).isEqualTo(much);
        OutputStream full = new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                throw new IOException("no room");
            }
        };
        assertThatThrownBy(() -> Child.pipe(
                        List.of("cat"), Optional.of(new ByteArrayInputStream(much)), full, Duration.ofSeconds(20), 100))
                .hasMessage("no room");
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("damaged");
            }

            @Override
            public int read(byte[] part, int from, int length) throws IOException {
                return read();
            }
        };
        assertThatThrownBy(() -> Child.pipe(List.of("cat"), Optional.of(broken), out, Duration.ofSeconds(20), 100))
                .hasMessage("damaged");
        assertThat(Child.pipe(
                                List.of("sleep", "60"),
                                Optional.of(InputStream.nullInputStream()),
                                out,
                                Duration.ofMillis(100),
                                100)
                        .timedOut())
                .isTrue();
        Child.Result said = Child.pipe(
                List.of("sh", "-c", "echo why >&2; exit 3"),
                Optional.of(InputStream.nullInputStream()),
                out,
                Duration.ofSeconds(20),
                100);
        assertThat(said.exit()).hasValue(3);
        assertThat(said.text()).isEqualTo("why\n");
    }

    /// Also where nobody closes it: its input ends with this process.
    @Test
    void aProgramThatWaitsIsThereUntilItIsClosed() throws Exception {
        List<String> command = List.of("sh", "-c", "echo ready; read end");
        Process process;
        try (Child.Waiting waiting = Child.waiting(command, Duration.ofSeconds(20), 100)) {
            process = waiting.process();
            assertThat(process.isAlive()).isTrue();
            assertThat(waiting.said()).isEqualTo("ready");
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() -> Child.waiting(List.of("sh", "-c", "echo not so >&2"), Duration.ofSeconds(20), 100))
                .hasMessage("not so");
        assertThatThrownBy(() -> Child.waiting(List.of("sleep", "60"), Duration.ofMillis(50), 100))
                .hasMessageContaining("not done within");
    }
}
