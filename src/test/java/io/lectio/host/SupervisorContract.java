package io.lectio.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.health.UnitState.Load;
import io.lectio.core.health.UnitState.Stop;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// What every supervisor does alike.
public abstract class SupervisorContract {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final BlockingQueue<String> changes = new LinkedBlockingQueue<>();

    protected abstract Supervisor supervisor();

    /// One that runs, and that is restarted by itself after 5 s.
    protected abstract String unit();

    private UnitState await(Predicate<UnitState> wanted) throws IOException, InterruptedException {
        UnitState state = supervisor().unit(unit());
        while (!wanted.test(state)) {
            assertThat(changes.poll(SOON.toMillis(), TimeUnit.MILLISECONDS))
                    .as("no change told, the last look: " + state)
                    .isNotNull();
            state = supervisor().unit(unit());
        }
        return state;
    }

    private UnitState awaitRunning() throws IOException, InterruptedException {
        supervisor().watch(Set.of(unit()), changes::add);
        return await(state -> state.active() == Active.ACTIVE);
    }

    @Test
    void aUnitIsSeenAsItIs() throws Exception {
        UnitState unit = awaitRunning();
        assertThat(unit.load()).isEqualTo(Load.LOADED);
        assertThat(unit.sub()).isEqualTo("running");
        assertThat(unit.result()).isEqualTo("success");
        assertThat(unit.exit()).isEmpty();
        assertThat(unit.restartsItself()).isTrue();
        assertThat(unit.job()).isFalse();
        assertThat(unit.mainPid()).isPositive();
        assertThat(supervisor().unit("no_such.service").load()).isEqualTo(Load.NOT_FOUND);
    }

    @Test
    void aKilledUnitIsToldAtOnceHeldAndRestartedWhenAsked() throws Exception {
        String before = awaitRunning().invocation();
        supervisor().kill(unit(), Signals.KILL);
        UnitState held = await(state -> state.sub().equals("auto-restart"));
        assertThat(held.active()).isEqualTo(Active.ACTIVATING);
        assertThat(held.result()).isEqualTo("signal");
        assertThat(held.exit()).isEqualTo("signal 9 (KILL)");
        assertThat(held.stop()).isEqualTo(Stop.NOT_ASKED);
        assertThatThrownBy(() -> supervisor().kill(unit(), Signals.KILL)).hasMessageContaining(unit());
        supervisor().resetFailed(unit());
        supervisor().restart(unit(), LONG);
        UnitState after = supervisor().unit(unit());
        assertThat(after.active()).isEqualTo(Active.ACTIVE);
        assertThat(after.invocation()).isNotEqualTo(before).isNotEmpty();
        assertThat(after.restarts()).isZero();
    }

    @Test
    void leftAloneItIsRestartedByItselfAndCounted() throws Exception {
        String before = awaitRunning().invocation();
        supervisor().kill(unit(), Signals.KILL);
        await(state -> state.sub().equals("auto-restart"));
        UnitState after = await(state -> state.active() == Active.ACTIVE);
        assertThat(after.invocation()).isNotEqualTo(before);
        assertThat(after.restarts()).isEqualTo(1);
    }

    @Test
    void aStoppedOneThatIsKilledAndRestartedIsAnotherRun() throws Exception {
        String before = awaitRunning().invocation();
        supervisor().kill(unit(), Signals.STOP);
        supervisor().kill(unit(), Signals.KILL);
        supervisor().restart(unit(), LONG);
        assertThat(supervisor().unit(unit()).active()).isEqualTo(Active.ACTIVE);
        assertThat(supervisor().unit(unit()).invocation()).isNotEqualTo(before);
    }

    @Test
    void aUnitThatItDoesNotKnowIsRefusedByName() throws Exception {
        assertThatThrownBy(() -> supervisor().restart("no_such.service", LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no_such.service");
        assertThatThrownBy(() -> supervisor().kill("no_such.service", Signals.KILL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no_such.service");
        supervisor().resetFailed("no_such.service");
    }

    @Test
    void unitsAreWatchedOnce() {
        supervisor().watch(Set.of(unit()), changes::add);
        assertThatThrownBy(() -> supervisor().watch(Set.of(unit()), changes::add))
                .isInstanceOf(IllegalStateException.class);
    }
}
