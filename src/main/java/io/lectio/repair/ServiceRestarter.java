package io.lectio.repair;

import io.lectio.core.health.Finding.Config;
import io.lectio.core.health.ProcessView;
import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.health.UnitState.Load;
import io.lectio.core.health.UnitState.Stop;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Remedy;
import io.lectio.host.NginxTest;
import io.lectio.host.Signals;
import io.lectio.host.Supervisor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Starts a service anew through its supervisor. What hangs is killed first, since its stop would be waited for;
/// what is left of a run that is over, too. What a person does to the unit meanwhile comes first. What was before
/// is kept as evidence: processes and log are read before the act, the journal after it, so that nobody waits.
public final class ServiceRestarter {
    private static final int LOOKS_TO_END = 100;
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Duration START = Duration.ofSeconds(40);

    private final Supervisor supervisor;
    private final Path evidence;
    private final Optional<Path> log;

    /// @param evidence the folder for what was before, one file a repair; made when first needed
    /// @param log the application's own error log
    public ServiceRestarter(Supervisor supervisor, Path evidence, Optional<Path> log) {
        this.supervisor = supervisor;
        this.evidence = evidence;
        this.log = log;
    }

    /// @param name a short name for this repair, fit for a file name
    public RepairResult run(Remedy.Restart remedy, String name) throws InterruptedException {
        try {
            if (remedy.test()) {
                Config config = NginxTest.run();
                if (!config.error().isEmpty()) {
                    return new RepairResult.Refused(config);
                }
            }
            UnitState before = supervisor.unit(remedy.unit());
            boolean up = before.active() == Active.ACTIVE || before.active() == Active.RELOADING;
            Optional<RepairResult> another = before.job() && !up
                    ? Optional.of(new RepairResult.Forgone("systemd has a job of " + remedy.unit()))
                    : forgone(before);
            return another.isPresent() ? another.get() : restart(before, remedy.kill(), !up, name);
        } catch (IOException e) {
            return new RepairResult.Failed(String.valueOf(e.getMessage()));
        }
    }

    /// @param down whether what still runs of it is left over and would keep its port
    private RepairResult restart(UnitState before, boolean kill, boolean down, String name)
            throws IOException, InterruptedException {
        String unit = before.name();
        List<ProcessView> running = supervisor.processes(before);
        Evidence seen = Evidence.of(before, running);
        log.ifPresent(seen::addLog); // before the new run writes there, too
        boolean killed = kill || (down && !running.isEmpty());
        Optional<RepairResult> bad;
        Path file;
        try {
            if (killed) {
                kill(before, down);
            }
            supervisor.resetFailed(unit);
            bad = forgone(supervisor.unit(unit));
            if (bad.isEmpty()) {
                supervisor.restart(unit, START);
            }
        } catch (IOException e) {
            UnitState after = supervisor.unit(unit);
            String last = Evidence.lastWords(supervisor, after);
            bad = forgone(after)
                    .or(() ->
                            Optional.of(new RepairResult.Failed(e.getMessage() + (last.isEmpty() ? "" : ": " + last))));
        } finally {
            seen.addJournal(supervisor);
            file = seen.save(evidence, name);
        }
        return bad.orElseGet(() -> new RepairResult.Restarted(unit, killed, seen.telling(), file));
    }

    /// What is left over is waited for: a new run wants its port, and whoever kills is not told of the end.
    private void kill(UnitState before, boolean down) throws IOException, InterruptedException {
        try {
            supervisor.kill(before.name(), Signals.KILL);
        } catch (IOException e) {
            if (!down) {
                throw e; // else it has ended by itself
            }
        }
        for (int i = 0;
                down && i < LOOKS_TO_END && !supervisor.processes(before).isEmpty();
                i++) {
            Thread.sleep(PAUSE);
        }
    }

    /// What a person has decided meanwhile.
    private static Optional<RepairResult> forgone(UnitState unit) {
        boolean masked = unit.load() == Load.MASKED;
        return masked || unit.stop() == Stop.ASKED
                ? Optional.of(new RepairResult.Forgone("systemctl " + (masked ? "mask " : "stop ") + unit.name()))
                : Optional.empty();
    }
}
