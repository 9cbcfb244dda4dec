package io.lectio.demo;

import io.lectio.core.health.ProcessView;
import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.health.UnitState.Load;
import io.lectio.core.health.UnitState.Stop;
import io.lectio.host.Child;
import io.lectio.host.Processes;
import io.lectio.host.Signals;
import io.lectio.host.Supervisor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// In systemd's place for the demo: `Restart=always`, `RestartSec=5`, as the plan's unit has it. One thread starts
/// and ends its processes: they end with that thread, so also when the guard is killed.
public final class DemoSupervisor implements Supervisor {
    private static final Duration RESTART_PAUSE = Duration.ofSeconds(5);
    private static final Duration TO_END = Duration.ofSeconds(1);
    private static final int SIGNALLED = 128; // Process.exitValue of signal n is 128 + n

    private final Path folder;
    private final Map<String, Unit> units = new TreeMap<>();
    private final Processes processes = new Processes();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("supervisor").daemon().factory());
    private volatile Optional<Consumer<String>> told = Optional.empty();

    private static final class Unit {
        private final String name;
        private final List<String> command;
        private Optional<Process> process = Optional.empty();
        private Optional<Future<?>> pending = Optional.empty();
        private volatile UnitState state;

        private Unit(String name, List<String> command) {
            this.name = name;
            this.command = command;
            state = state(name, Active.ACTIVATING, "start", "success", "", 0, 0, "");
        }
    }

    /// Starts them.
    ///
    /// @param folder for each unit's log and the number of its process
    /// @param commands for each unit
    public DemoSupervisor(Path folder, Map<String, List<String>> commands) {
        this.folder = folder;
        commands.forEach((name, command) -> units.put(name, new Unit(name, command)));
        units.values().forEach(unit -> thread.execute(() -> start(unit, 0)));
    }

    /// Where the process's number is while the unit runs.
    public static Path pidFile(Path folder, String unit) {
        return folder.resolve(unit.replace(".service", ".pid"));
    }

    public static Path log(Path folder, String unit) {
        return folder.resolve(unit.replace(".service", ".log"));
    }

    private static UnitState state(
            String name, Active active, String sub, String result, String run, int restarts, int pid, String exit) {
        boolean known = !sub.isEmpty();
        return new UnitState(
                name,
                known ? Load.LOADED : Load.NOT_FOUND,
                active,
                known ? sub : "dead",
                result,
                run,
                restarts,
                pid,
                exit,
                Instant.now(),
                known,
                Stop.NOT_ASKED,
                active == Active.DEACTIVATING,
                "");
    }

    private void start(Unit unit, int restarts) {
        unit.pending.ifPresent(due -> due.cancel(false));
        try {
            Process process = Child.start(unit.command, log(folder, unit.name));
            unit.process = Optional.of(process);
            int pid = Math.toIntExact(process.pid());
            Files.writeString(pidFile(folder, unit.name), String.valueOf(pid));
            String run = UUID.randomUUID().toString().replace("-", "");
            show(unit, Active.ACTIVE, "running", "success", run, restarts, pid, "");
            var _ = process.onExit().thenRun(() -> thread.execute(() -> ended(unit, process)));
        } catch (IOException e) {
            again(unit, "resources", String.valueOf(e.getMessage()), restarts);
        }
    }

    private void ended(Unit unit, Process process) {
        if (unit.process.filter(process::equals).isPresent()) {
            int code = process.exitValue();
            boolean signal = code > SIGNALLED;
            again(
                    unit,
                    signal ? "signal" : code == 0 ? "success" : "exit-code",
                    signal ? Signals.show(code - SIGNALLED) : UnitState.EXIT_CODE + code,
                    unit.state.restarts());
        }
    }

    private void again(Unit unit, String result, String exit, int restarts) {
        unit.process = Optional.empty();
        show(unit, Active.ACTIVATING, "auto-restart", result, unit.state.invocation(), restarts, 0, exit);
        unit.pending = Optional.of(
                thread.schedule(() -> start(unit, restarts + 1), RESTART_PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void stop(Unit unit) throws InterruptedException {
        if (unit.process.isPresent()) {
            Process process = unit.process.get();
            unit.process = Optional.empty(); // its end is nobody's fault
            UnitState was = unit.state;
            String run = was.invocation();
            show(unit, Active.DEACTIVATING, "stop-sigterm", "success", run, was.restarts(), was.mainPid(), "");
            process.destroy();
            if (!process.waitFor(TO_END)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private void show(
            Unit unit, Active active, String sub, String result, String run, int restarts, int pid, String exit) {
        unit.state = state(unit.name, active, sub, result, run, restarts, pid, exit);
        told.ifPresent(tell -> tell.accept(unit.name));
    }

    private Unit find(String name, String what) throws IOException {
        Unit unit = units.get(name);
        if (unit == null) {
            throw new IOException(what + " " + name + ": the demo has no such unit");
        }
        return unit;
    }

    @Override
    public UnitState unit(String name) {
        Unit unit = units.get(name);
        return unit == null ? state(name, Active.INACTIVE, "", "success", "", 0, 0, "") : unit.state;
    }

    @Override
    public List<ProcessView> processes(UnitState unit) throws IOException {
        return unit.mainPid() == 0 ? List.of() : processes.of(Set.of(unit.mainPid()));
    }

    @Override
    public Set<Integer> stopped(UnitState unit) {
        return unit.mainPid() != 0 && processes.isStopped(unit.mainPid()) ? Set.of(unit.mainPid()) : Set.of();
    }

    @Override
    public List<String> journal(UnitState run) throws IOException {
        return Files.readAllLines(log(folder, run.name()));
    }

    /// What it runs is this program.
    @Override
    public boolean updating() {
        return false;
    }

    @Override
    public void kill(String name, int signal) throws IOException {
        int pid = find(name, "kill").state.mainPid();
        if (pid == 0 || !Signals.send(pid, signal)) {
            throw new IOException("kill " + name + ": it has no process");
        }
    }

    @Override
    public void signalMain(String name, int signal) throws IOException {
        kill(name, signal);
    }

    @Override
    public void resetFailed(String name) {
        // nothing of the demo fails for good
    }

    @Override
    public void restart(String name, Duration within) throws IOException, InterruptedException {
        Unit unit = find(name, "restart");
        Future<?> done = thread.submit(() -> {
            stop(unit);
            start(unit, 0);
            return unit;
        });
        try {
            done.get(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IOException("restart " + name + ": not done within " + within.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException("restart " + name + ": " + e.getCause(), e);
        }
        if (unit.state.active() != Active.ACTIVE) {
            throw new IOException("restart " + name + ": " + unit.state.exit());
        }
    }

    @Override
    public synchronized void watch(Set<String> names, Consumer<String> changed) {
        if (told.isPresent()) {
            throw new IllegalStateException("units are watched already");
        }
        told = Optional.of(name -> {
            if (names.contains(name)) {
                changed.accept(name);
            }
        });
        thread.execute(() -> names.forEach(changed));
    }

    /// Ends its processes, at once.
    @Override
    public synchronized void close() {
        if (thread.isShutdown()) {
            return;
        }
        thread.execute(() -> units.values().forEach(unit -> {
            unit.pending.ifPresent(due -> due.cancel(false));
            unit.process.ifPresent(Process::destroyForcibly);
            unit.process = Optional.empty();
        }));
        thread.shutdown();
        try {
            boolean _ = thread.awaitTermination(TO_END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
