package io.lectio.repair;

import io.lectio.core.health.Finding.Config;
import io.lectio.core.health.UnitState;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Remedy;
import io.lectio.host.NginxTest;
import io.lectio.host.Signals;
import io.lectio.host.Supervisor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Starts a service anew through its supervisor. What hangs is killed first, since its stop would be waited for.
/// What was before is kept as evidence: the processes are read before the act, the journal after it, so that nobody
/// waits.
public final class ServiceRestarter {
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
        String unit = remedy.unit();
        try {
            if (remedy.test()) {
                Config config = NginxTest.run();
                if (!config.error().isEmpty()) {
                    return new RepairResult.Refused(config);
                }
            }
            UnitState before = supervisor.unit(unit);
            Evidence seen = Evidence.of(before, supervisor.processes(before));
            if (remedy.kill()) {
                supervisor.kill(unit, Signals.KILL);
            }
            supervisor.resetFailed(unit);
            supervisor.restart(unit, START);
            seen.addJournal(supervisor);
            log.ifPresent(seen::addLog);
            Path file = seen.save(evidence, name);
            return new RepairResult.Restarted(unit, remedy.kill(), seen.telling(), file);
        } catch (IOException e) {
            return new RepairResult.Failed(String.valueOf(e.getMessage()));
        }
    }
}
