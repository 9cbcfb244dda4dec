package io.lectio.probe;

import io.lectio.core.health.UnitState;
import io.lectio.core.policy.CheckId;
import io.lectio.engine.ServiceWatcher;
import io.lectio.host.Supervisor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Tells of changes of units as the supervisor tells them, and of processes that somebody stops or lets go on, which
/// nothing signals: their states are read once a second.
public final class UnitWatcher implements ServiceWatcher {
    private static final Duration PULSE = Duration.ofSeconds(1);

    private final Supervisor supervisor;
    private final Map<String, CheckId> units;
    private final Map<String, UnitState> runs = new ConcurrentHashMap<>();
    private final Map<String, Set<Integer>> stopped = new HashMap<>();
    private volatile boolean closed;

    /// @param units by name, each with the check that looks at it
    public UnitWatcher(Supervisor supervisor, Map<String, CheckId> units) {
        this.supervisor = supervisor;
        this.units = Map.copyOf(units);
    }

    @Override
    public void start(Consumer<CheckId> changed) {
        if (units.isEmpty()) {
            return;
        }
        supervisor.watch(units.keySet(), unit -> {
            runs.remove(unit); // it may be in another by now
            CheckId check = units.get(unit);
            if (check != null) {
                changed.accept(check);
            }
        });
        Thread.ofPlatform().name("pulse").daemon().start(() -> pulse(changed));
    }

    private void pulse(Consumer<CheckId> changed) {
        try {
            while (!closed) {
                Thread.sleep(PULSE);
                units.forEach((unit, check) -> {
                    if (isOtherwise(unit)) {
                        changed.accept(check);
                    }
                });
            }
        } catch (InterruptedException e) {
            return; // nobody interrupts but the end of the process
        }
    }

    /// Whether other processes are stopped than a second ago.
    private boolean isOtherwise(String unit) {
        try {
            UnitState run = runs.get(unit);
            if (run == null) {
                run = supervisor.unit(unit);
                runs.put(unit, run);
            }
            Set<Integer> now = supervisor.stopped(run);
            Set<Integer> before = stopped.put(unit, now);
            return before == null ? !now.isEmpty() : !now.equals(before);
        } catch (IOException e) {
            return false; // the rounds say what keeps them from looking
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            supervisor.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
