package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.ProcessView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {
    @TempDir
    Path folder;

    Processes processes;

    @BeforeEach
    void layOut() {
        processes = new Processes(folder, Path.of("/proc"));
    }

    private void group(String name, long... pids) throws IOException {
        StringBuilder all = new StringBuilder();
        for (long pid : pids) {
            all.append(pid).append('\n');
        }
        Files.writeString(Files.createDirectories(folder.resolve(name)).resolve("cgroup.procs"), all);
    }

    @Test
    void aProcessIsSeenAsTheKernelShowsIt() throws Exception {
        Process sleep = new ProcessBuilder("sleep", "60").start();
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThat(socket.isBound()).isTrue();
            group("a.slice/b.service", ProcessHandle.current().pid());
            group("a.slice/b.service/inner", sleep.pid());
            List<ProcessView> views = processes.of("/a.slice/b.service");
            assertThat(views).hasSize(2);
            ProcessView self = views.stream()
                    .filter(view -> view.pid() == ProcessHandle.current().pid())
                    .findFirst()
                    .orElseThrow();
            ProcessView child = views.stream()
                    .filter(view -> view.pid() == sleep.pid())
                    .findFirst()
                    .orElseThrow();
            assertThat(self.sockets()).isNotEmpty();
            assertThat(self.processorTime()).isGreaterThan(Duration.ofMillis(10));
            assertThat(self.started()).isBefore(Instant.now());
            assertThat(child.parent()).isEqualTo(self.pid());
            assertThat(child.name()).isEqualTo("sleep");
            assertThat(child.state()).isIn('S', 'R', 'D');
            assertThat(child.started())
                    .isBetween(Instant.now().minusSeconds(20), Instant.now().plusSeconds(2));
            assertThat(child.processorTime()).isBetween(Duration.ofNanos(1), Duration.ofSeconds(5));
            assertThat(child.sockets()).isEmpty();
        } finally {
            sleep.destroyForcibly();
        }
    }

    @Test
    void whatIsGoneIsLeftOut() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        group("a.service", ended.pid(), ProcessHandle.current().pid(), 0);
        assertThat(processes.of("/a.service")).extracting(ProcessView::pid).containsExactly((int)
                ProcessHandle.current().pid());
        assertThat(processes.of("/gone.service")).isEmpty();
        assertThat(processes.of("")).isEmpty();
    }

    /// As a server has clients come and go.
    @Test
    @Tag("slow")
    void aDescriptorThatIsClosedWhileAllAreReadHidesNoOther() throws Exception {
        Path file = Files.createFile(folder.resolve("wgunicorn-it"));
        String opensAndCloses = """
                import os, sys
                file = os.open(sys.argv[1], os.O_RDONLY); os.dup2(file, 200); os.close(file)
                print("ready", flush=True)
                while True: os.close(os.open("/dev/null", os.O_RDONLY))
                """;
        Process server = new ProcessBuilder("python3", "-c", opensAndCloses, file.toString()).start();
        try {
            assertThat(server.inputReader().readLine()).isEqualTo("ready");
            Set<String> wanted = Set.of(Processes.inode(file).orElseThrow());
            for (int i = 0; i < 300; i++) {
                assertThat(WorkerFile.isThere((int) server.pid())).isTrue();
                assertThat(processes.havingOpen(wanted, Set.of())).hasSize(1);
            }
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    @Test
    void aHeldLockIsSeenAndAFreeOneIsNot() throws Exception {
        Path free = Files.createFile(folder.resolve("free"));
        Path held = Files.createFile(folder.resolve("held"));
        List<Path> both = List.of(free, held, folder.resolve("missing"));
        try (FileChannel channel = FileChannel.open(held, StandardOpenOption.WRITE)) {
            assertThat(Processes.anyLocked(both)).isFalse();
            try (FileLock lock = channel.lock()) {
                assertThat(lock.isValid()).isTrue();
                assertThat(Processes.anyLocked(both)).isTrue();
                assertThat(Processes.anyLocked(List.of(free))).isFalse();
            }
            assertThat(Processes.anyLocked(both)).isFalse();
        }
        assertThat(processes.packageManagerWorks()).isIn(true, false);
    }
}
