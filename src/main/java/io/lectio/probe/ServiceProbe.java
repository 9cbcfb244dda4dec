package io.lectio.probe;

import io.lectio.core.health.Condition.Reason;
import io.lectio.core.health.Condition.Unfit;
import io.lectio.core.health.Finding.Service;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Sampled;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.core.health.ProcessView;
import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.engine.Prober;
import io.lectio.host.LastWords;
import io.lectio.host.Listeners;
import io.lectio.host.Supervisor;
import io.lectio.host.http.HttpClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Looks at a service: its unit, its processes, and what it answers when it is asked directly. What that comes to,
/// the core judges.
public final class ServiceProbe implements Prober {
    private final Supervisor supervisor;
    private final String unit;
    private final Optional<Question> question;
    private final Duration wait;
    private final int port;
    private final Optional<Path> log;
    private String read = "";
    private Optional<Unfit> said = Optional.empty();

    /// @param address any answer of it is a sign of life
    /// @param wait how long a look waits for an answer that does not come at once
    /// @param log the service's own
    public ServiceProbe(
            Supervisor supervisor,
            String unit,
            HttpClient http,
            URI address,
            Duration wait,
            InstantSource clock,
            Optional<Path> log) {
        this.supervisor = supervisor;
        this.unit = unit;
        this.wait = wait;
        port = address.getPort();
        this.log = log;
        question = Optional.of(new Question(http, address, clock));
    }

    /// Of a unit that is asked nothing.
    public ServiceProbe(Supervisor supervisor, String unit) {
        this.supervisor = supervisor;
        this.unit = unit;
        wait = Duration.ZERO;
        port = -1;
        log = Optional.empty();
        question = Optional.empty();
    }

    @Override
    public Outcome look(List<URI> also) throws InterruptedException {
        try {
            UnitState state = supervisor.unit(unit);
            List<ProcessView> running = supervisor.processes(state);
            boolean runs = state.active() == Active.ACTIVE || state.active() == Active.RELOADING;
            if (runs && state.mainPid() != 0 && running.isEmpty()) {
                return new Unknown(
                        "none of the processes of " + unit + " can be seen in /sys/fs/cgroup" + state.cgroup());
            }
            Optional<Question.Answered> answered =
                    runs && question.isPresent() ? question.get().ask(state.invocation(), wait) : Optional.empty();
            boolean silent =
                    answered.filter(last -> last.answer().status().isEmpty()).isPresent();
            if (silent && !Loopback.carries()) {
                return new Unknown("this machine cannot connect to itself (loopback)");
            }
            return new Sampled(new Service(
                    state,
                    running,
                    answered.map(Question.Answered::answer),
                    answered.map(Question.Answered::at).orElse(Instant.EPOCH),
                    supervisor.updating(),
                    runs ? Optional.empty() : unfit(state),
                    question.isPresent()));
        } catch (IOException e) {
            return new Unknown(String.valueOf(e.getMessage()));
        }
    }

    /// What ended with an exit code of its own has mostly said why.
    private Optional<Unfit> unfit(UnitState ended) throws InterruptedException {
        if (!ended.exit().startsWith(UnitState.EXIT_CODE) || ended.exit().equals(UnitState.EXIT_CODE + 0)) {
            return Optional.empty();
        }
        try {
            if (!ended.invocation().equals(read)) {
                said = LastWords.unfit(LastWords.of(supervisor, ended, log));
                read = ended.invocation();
            }
            if (said.filter(why -> why.reason() == Reason.PORT_TAKEN).isEmpty()) {
                return said;
            }
            return port < 0
                    ? Optional.empty()
                    : Listeners.on(port).map(holder -> new Unfit(Reason.PORT_TAKEN, port + " by " + holder));
        } catch (IOException e) {
            return Optional.empty(); // last words that cannot be read keep nobody from starting it
        }
    }
}
