package io.lectio.sim;

import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Sampled;
import io.lectio.core.health.ProcessView;
import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.health.UnitState.Load;
import io.lectio.core.health.UnitState.Stop;
import io.lectio.core.policy.CheckId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A service as systemd and its processes have it. Source: systemd.service(5).
final class SiteUnit {
    static final long WAIT = 300;
    private static final URI DIRECT = URI.create("http://127.0.0.1:8000/");
    private static final Duration QUICK = Duration.ofMillis(3);
    private static final long LONGEST_QUESTION = 60_000;

    enum Mode {
        WELL,
        OVERLOADED,
        HUNG,
        PAUSED
    }

    final CheckId check;
    final String name;
    final boolean restartsItself;
    /// Whether it is asked anything; of the others the unit and its processes tell all.
    private final boolean asked;

    Active active = Active.ACTIVE;
    String sub = "running";
    String result = "success";
    String exit = "";
    int run = 1;
    int restarts;
    boolean masked;
    boolean neverStarts;
    Mode mode = Mode.WELL;
    long readyAt;
    long startedAt;
    /// When it last became what it is.
    long changedAt;

    private Stop stop = Stop.UNKNOWN;
    private int stopSeenBy;
    private Optional<Answer> last = Optional.empty();
    private Instant answeredAt = Instant.EPOCH;
    private long silentSince;
    private long work;

    private UnitState unit;
    private List<ProcessView> processes = List.of();

    SiteUnit(CheckId check, String name, boolean restartsItself) {
        this.check = check;
        asked = check == CheckId.APP || check == CheckId.PROXY;
        this.name = name;
        this.restartsItself = restartsItself;
        unit = read(Instant.EPOCH, 1);
    }

    boolean runs() {
        return active == Active.ACTIVE;
    }

    boolean isWell(long at) {
        return runs() && mode == Mode.WELL && at >= readyAt && !neverStarts;
    }

    boolean answers(long at) {
        return runs() && mode == Mode.WELL && at >= readyAt;
    }

    /// Whether a person has ended it, or forbids its start.
    boolean byHand() {
        return !runs() && (masked || stop == Stop.ASKED);
    }

    /// Whether it ended in order while nobody watched: to this guard, that was a person.
    boolean endedUnseen(int life) {
        return active == Active.INACTIVE && stopSeenBy != life;
    }

    void begin(long at, long ready, Instant clock, int life) {
        active = Active.ACTIVE;
        sub = "running";
        run++;
        mode = Mode.WELL;
        startedAt = at;
        readyAt = ready;
        last = Optional.empty();
        silentSince = at;
        stop = Stop.UNKNOWN;
        changed(at, clock, life);
    }

    void end(Active into, String nowSub, String nowResult, String nowExit, Stop by, long at, Instant clock, int life) {
        active = into;
        sub = nowSub;
        result = nowResult;
        exit = nowExit;
        mode = Mode.WELL;
        stop = by;
        stopSeenBy = life;
        changed(at, clock, life);
    }

    void turn(Mode into, long at, Instant clock, int life) {
        mode = into;
        silentSince = at;
        changed(at, clock, life);
    }

    void changed(long at, Instant clock, int life) {
        changedAt = at;
        unit = read(clock, life);
        processes = runs() ? processes(clock) : List.of();
    }

    /// What a guard that has watched since `life` began can tell.
    private UnitState read(Instant clock, int life) {
        return new UnitState(
                name,
                masked ? Load.MASKED : Load.LOADED,
                active,
                sub,
                result,
                Integer.toString(run),
                restarts,
                runs() ? 1_000 * run : 0,
                exit,
                clock,
                restartsItself,
                stopSeenBy == life ? stop : Stop.UNKNOWN,
                false,
                "/system.slice/" + name);
    }

    private List<ProcessView> processes(Instant clock) {
        char state = mode == Mode.PAUSED ? 'T' : 'S';
        Duration used = Duration.ofSeconds(work);
        int main = 1_000 * run;
        return List.of(
                new ProcessView(main, 1, name, state, clock, Duration.ofSeconds(1), Set.of()),
                new ProcessView(main + 1, main, name, state, clock, used, Set.of(work + 1)),
                new ProcessView(main + 2, main, name, state, clock, used, Set.of(work + 2)));
    }

    boolean isSilent(long at) {
        return runs() && !answers(at);
    }

    /// One look, at the truth.
    Outcome look(long at, Instant clock, int life, boolean answerLost, boolean answersOnce, boolean packages) {
        if (stopSeenBy != life && unit.stop() != Stop.UNKNOWN) {
            unit = read(clock, life);
        }
        if (!runs() || !asked) {
            return new Sampled(new Finding.Service(
                    unit, processes, Optional.empty(), Instant.EPOCH, packages, Optional.empty(), asked));
        }
        if ((answers(at) || answersOnce) && !answerLost) {
            if (last.isEmpty() || last.get().status().isEmpty()) {
                last = Optional.of(new Answer(DIRECT, Optional.of(200), QUICK, Optional.empty()));
            }
            answeredAt = clock;
            silentSince = at;
        } else if (at < readyAt) {
            last = Optional.of(none(Fault.Kind.REFUSED, "connection refused"));
            answeredAt = clock;
        } else if (at - silentSince > LONGEST_QUESTION) {
            last = Optional.of(none(Fault.Kind.TIMEOUT, "no answer within 60 s"));
            answeredAt = clock;
        }
        if (mode == Mode.OVERLOADED || at < readyAt) {
            work += 10;
            processes = processes(unit.since());
        }
        return new Sampled(new Finding.Service(unit, processes, last, answeredAt, packages, Optional.empty(), true));
    }

    private static Answer none(Fault.Kind kind, String words) {
        return new Answer(DIRECT, Optional.empty(), Duration.ofSeconds(1), Optional.of(new Fault(kind, words)));
    }
}
