package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.Kind;
import io.lectio.core.health.Finding.Ailments;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.Bounds;
import io.lectio.probe.MemoryProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Memory as recorded files of proc show it, and a kill as the kernel's own lines tell it.
class MemoryTest {
    private static final List<String> KERNEL = List.of(
            "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,"
                    + "task_memcg=/system.slice/teaching_panel.service,task=gunicorn,pid=4711,uid=33",
            "Out of memory: Killed process 4711 (gunicorn) total-vm:812344kB, anon-rss:700112kB, file-rss:0kB");

    @TempDir
    Path proc;

    private Instant now = Instant.parse("2026-01-22T03:12:00Z");
    private List<String> kernel = KERNEL;
    private MemoryProbe probe;

    @BeforeEach
    void aMachine() throws IOException {
        memory(900_000, 0, 3);
        Files.createDirectories(proc.resolve("812"));
        Files.writeString(proc.resolve("812/status"), "Name:\tmysqld\nState:\tS\nVmRSS:\t  512000 kB\n");
        Files.createDirectories(proc.resolve("7"));
        Files.writeString(proc.resolve("7/status"), "Name:\tkworker/0:1\nState:\tI\n");
        probe = new MemoryProbe(new Memory(proc, proc), new KernelLog(() -> kernel), Bounds.DEFAULT, () -> now);
    }

    private void memory(long available, int pressure, int kills) throws IOException {
        Files.writeString(
                proc.resolve("meminfo"),
                "MemTotal:        2000000 kB\nMemFree: 1 kB\nMemAvailable:    " + available + " kB\n");
        Files.createDirectories(proc.resolve("pressure"));
        Files.writeString(
                proc.resolve("pressure/memory"),
                "some avg10=" + pressure
                        + ".12 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
        Files.writeString(proc.resolve("vmstat"), "nr_free_pages 1\noom_kill " + kills + "\nzswpin 0\n");
    }

    private List<Ailment> look() throws InterruptedException {
        now = now.plusSeconds(5);
        return switch (probe.look(List.of())) {
            case Observation.Passed(Ailments(var ailing, var _)) -> ailing;
            case Observation.Failed(Ailments(var ailing, var _)) -> ailing;
            case Observation.Outcome other -> throw new AssertionError(other);
        };
    }

    @Test
    void littleMemoryIsShortWhereSomethingWaitsForIt() throws Exception {
        assertThat(look()).isEmpty();
        memory(180_000, 0, 3);
        assertThat(look()).as("a cache that is full is no fault").isEmpty();
        memory(180_000, 22, 3);
        assertThat(look()).singleElement().satisfies(ill -> {
            assertThat(ill.kind()).isEqualTo(Kind.MEMORY_SHORT);
            assertThat(ill.inWords())
                    .isEqualTo(
                            "memory short (free 175.8 MiB, waiting for memory 22 %, held by mysqld (812) 500.0 MiB)");
        });
        memory(180_000, 0, 3);
        assertThat(look()).as("nobody waits for a moment, and it is as short").hasSize(1);
        memory(400_000, 0, 3);
        assertThat(look()).isEmpty();
    }

    @Test
    void whereTheKernelTellsNoPressureLittleMemoryIsEnough() throws Exception {
        memory(180_000, 0, 3);
        Files.delete(proc.resolve("pressure/memory"));
        assertThat(look())
                .singleElement()
                .satisfies(ill -> assertThat(ill.inWords()).startsWith("memory short (free 175.8 MiB, held by "));
    }

    @Test
    void aKillIsToldWithItsUnitForAWhile() throws Exception {
        assertThat(look()).as("what was killed before this guard is no news").isEmpty();
        memory(900_000, 0, 4);
        assertThat(look())
                .singleElement()
                .satisfies(ill -> assertThat(ill.inWords())
                        .isEqualTo("OOM kill: teaching_panel.service (it says gunicorn (4711))"));
        now = now.plus(Duration.ofMinutes(3));
        assertThat(look()).isEmpty();
    }

    @Test
    void aKillOfWhatBelongsToNoUnitIsToldByItsProcess() throws Exception {
        assertThat(look()).isEmpty();
        kernel = List.of(KERNEL.getFirst().replace("/system.slice/teaching_panel.service", "/"));
        memory(900_000, 0, 4);
        assertThat(look())
                .singleElement()
                .satisfies(ill -> assertThat(ill.what()).isEqualTo("gunicorn"));
    }

    @Test
    void withoutTheKernelsLinesAKillIsNotInvented() throws Exception {
        assertThat(look()).isEmpty();
        kernel = List.of("audit: something else");
        memory(900_000, 0, 4);
        assertThat(look()).isEmpty();
    }

    @Test
    void aKernelLogThatCannotBeReadKeepsNobodyFromLooking() throws Exception {
        KernelLog unreadable = new KernelLog(() -> {
            throw new IOException("no journalctl");
        });
        MemoryProbe blind = new MemoryProbe(new Memory(proc, proc), unreadable, Bounds.DEFAULT, () -> now);
        assertThat(blind.look(List.of())).isInstanceOf(Observation.Passed.class);
        memory(900_000, 0, 4);
        assertThat(blind.look(List.of())).isInstanceOf(Observation.Passed.class);
    }

    @Test
    void whatCannotBeReadSaysNothing() throws Exception {
        Files.delete(proc.resolve("meminfo"));
        assertThat(probe.look(List.of())).isInstanceOf(Observation.Unknown.class);
    }

    @Test
    void thisMachineHasSome() throws Exception {
        Memory.Reading here = new Memory().read();
        assertThat(here.total()).isGreaterThan(here.available());
        assertThat(here.availablePercent()).isBetween(1, 100);
        assertThat(new Memory().largest()).isPresent();
    }

    private void group(String name, String max, long current, long inactive) throws IOException {
        Path group = Files.createDirectories(proc.resolve(name));
        Files.writeString(group.resolve("memory.max"), max + "\n");
        Files.writeString(group.resolve("memory.high"), "max\n");
        Files.writeString(group.resolve("memory.current"), current + "\n");
        Files.writeString(group.resolve("memory.stat"), "anon 1\ninactive_file " + inactive + "\n");
    }

    @Test
    void theRoomOfAGroupIsTheLeastThatItAndThoseAboveItHaveLeft() throws IOException {
        Memory memory = new Memory(proc, proc);
        assertThat(memory.room("")).isEqualTo(900_000L * 1024);
        group("a.slice", "max", 800 << 20, 0);
        group("a.slice/b.service", "max", 300 << 20, 0);
        assertThat(memory.room("/a.slice/b.service")).isEqualTo(900_000L * 1024);
        group("a.slice/b.service", String.valueOf(400 << 20), 300 << 20, 50 << 20);
        assertThat(memory.room("/a.slice/b.service")).isEqualTo(150 << 20);
        group("a.slice", String.valueOf(700 << 20), 800 << 20, 0);
        assertThat(memory.room("/a.slice/b.service")).isZero();
        assertThat(memory.room("/gone.service")).isEqualTo(900_000L * 1024);
    }
}
