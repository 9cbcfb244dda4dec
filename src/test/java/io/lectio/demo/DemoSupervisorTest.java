package io.lectio.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.host.Signals;
import io.lectio.host.Supervisor;
import io.lectio.host.SupervisorContract;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DemoSupervisorTest extends SupervisorContract {
    private static final String UNIT = "sleeps.service";

    @TempDir
    private Path folder = Path.of("");

    private DemoSupervisor supervisor = new DemoSupervisor(Path.of(""), Map.of());

    @BeforeEach
    void begin() {
        supervisor.close();
        supervisor = new DemoSupervisor(
                folder, Map.of(UNIT, List.of("sleep", "600"), "fails.service", List.of("no-such-program")));
    }

    @AfterEach
    void end() {
        supervisor.close();
    }

    @Override
    protected Supervisor supervisor() {
        return supervisor;
    }

    @Override
    protected String unit() {
        return UNIT;
    }

    private UnitState running() throws InterruptedException {
        BlockingQueue<String> changes = new LinkedBlockingQueue<>();
        supervisor.watch(Set.of(UNIT), changes::add);
        while (supervisor.unit(UNIT).active() != Active.ACTIVE) {
            changes.take();
        }
        return supervisor.unit(UNIT);
    }

    @Test
    void aStoppedProcessIsSeen() throws Exception {
        UnitState unit = running();
        assertThat(supervisor.stopped(unit)).isEmpty();
        supervisor.kill(UNIT, Signals.STOP);
        while (supervisor.stopped(unit).isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(supervisor.processes(unit)).singleElement().matches(process -> process.isStopped());
    }

    @Test
    void aProgramThatCannotBeStartedIsTriedAgainAndToldByReason() throws Exception {
        running();
        UnitState unit = supervisor.unit("fails.service");
        assertThat(unit.sub()).isEqualTo("auto-restart");
        assertThat(unit.result()).isEqualTo("resources");
        assertThat(unit.exit()).contains("no-such-program");
    }

    @Test
    void closingEndsTheProcesses() throws Exception {
        ProcessHandle process = ProcessHandle.of(running().mainPid()).orElseThrow();
        supervisor.close();
        process.onExit().join();
        assertThat(process.isAlive()).isFalse();
    }
}
