package io.lectio.core.health;

import io.lectio.core.health.Condition.Busy;
import io.lectio.core.health.Condition.ByHand;
import io.lectio.core.health.Condition.Deaf;
import io.lectio.core.health.Condition.Ended;
import io.lectio.core.health.Condition.Waiting;
import io.lectio.core.health.Condition.Well;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Service;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.health.UnitState.Load;
import io.lectio.core.health.UnitState.Stop;
import io.lectio.core.policy.Policy.Patience;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What the looks at one service have shown so far: what one look cannot tell, such as a hang, is told from these.
/// Time is summed up from look to look, each step bounded, so that a clock that jumps makes nothing hang.
///
/// @param last the last look, at `lastAt`
/// @param activeRun the last run that was seen active; empty before the first
/// @param answeredRun the last run that has answered; empty before the first
/// @param lastExit how the last run ended, if a look saw it; systemd forgets it with the next run
/// @param endedAt when the last run was first seen to be over; 1970 before that
/// @param silent how long there has been no answer of this run
/// @param idle how long there has been no sign of work: no answer, no request that was over, no processor time
/// @param paused how long all of its workers have been seen stopped; empty while one is not
/// @param slowest the slowest answer of this hour and of the one before
public record ServiceTrack(
        Optional<Service> last,
        Instant lastAt,
        String activeRun,
        String answeredRun,
        String lastExit,
        Instant endedAt,
        Duration silent,
        Duration idle,
        Optional<Duration> paused,
        Slowest slowest) {
    private static final Duration LONGEST_STEP = Duration.ofSeconds(10);

    /// Below this share of one core, processes only idle: a worker's heartbeat is no progress.
    private static final int IDLE_SHARE = 100;

    /// What a look may come earlier than its round.
    private static final Duration NEARLY = Duration.ofSeconds(1);

    private static final Duration YOUNG = Duration.ofSeconds(10);

    /// What ends by itself may take so long for its last processes, and what starts for the steps before.
    private static final Duration ENDING = Duration.ofSeconds(3);

    private static final Duration STARTING = Duration.ofSeconds(60);

    /// Two hours' slowest answers: what is older than an hour goes after two at the latest.
    public record Slowest(Instant hour, Duration now, Duration before) {
        private static final Duration HOUR = Duration.ofHours(1);

        Slowest with(Duration answer, Instant at) {
            if (at.isAfter(hour.plus(HOUR)) || at.isBefore(hour)) {
                return new Slowest(at, answer, at.isAfter(hour.plus(HOUR).plus(HOUR)) ? Duration.ZERO : now);
            }
            return answer.compareTo(now) > 0 ? new Slowest(hour, answer, before) : this;
        }

        Duration most() {
            return now.compareTo(before) > 0 ? now : before;
        }
    }

    public static ServiceTrack begin(Instant now) {
        return new ServiceTrack(
                Optional.empty(),
                now,
                "",
                "",
                "",
                Instant.EPOCH,
                Duration.ZERO,
                Duration.ZERO,
                Optional.empty(),
                new Slowest(now, Duration.ZERO, Duration.ZERO));
    }

    /// The track of a fault that was seen before, as far as the same run is still at it.
    ///
    /// @param at a run that is younger is another
    public static Optional<ServiceTrack> resume(Condition seen, Instant at) {
        return switch (seen) {
            case Condition.Hung(Duration silent, var _) -> Optional.of(begin(at).after(silent, Optional.empty()));
            case Condition.Paused(var _, Duration since) ->
                Optional.of(begin(at).after(Duration.ZERO, Optional.of(since)));
            case Well _, Waiting _, Busy _, Deaf _, Ended _, ByHand _, Condition.Starting _ -> Optional.empty();
            case Condition.Unfit _, Condition.Crashed _, Condition.BootLoop _, Condition.Missing _ -> Optional.empty();
        };
    }

    private ServiceTrack after(Duration silence, Optional<Duration> pause) {
        return new ServiceTrack(
                last, lastAt, activeRun, answeredRun, lastExit, endedAt, silence, silence, pause, slowest);
    }

    /// Takes the next look in.
    public ServiceTrack next(Service seen, Instant now) {
        Duration step = step(now);
        boolean another = last.isEmpty()
                ? silent.isZero() || seen.unit().since().isAfter(lastAt)
                : !last.get().unit().invocation().equals(seen.unit().invocation());
        boolean answered = hasAnswered(seen);
        boolean well = answered
                || another
                || (!seen.asked()
                        && (seen.unit().active() == Active.ACTIVE || seen.unit().active() == Active.RELOADING));
        List<ProcessView> workers = workers(seen);
        boolean stopped = !workers.isEmpty() && workers.stream().allMatch(ProcessView::isStopped);
        return new ServiceTrack(
                Optional.of(seen),
                now,
                seen.unit().active() == Active.ACTIVE ? seen.unit().invocation() : activeRun,
                answered ? seen.unit().invocation() : answeredRun,
                seen.unit().exit().isEmpty() ? lastExit : seen.unit().exit(),
                isUp(seen) ? Instant.EPOCH : last.filter(ServiceTrack::isUp).isPresent() ? now : endedAt,
                well ? Duration.ZERO : silent.plus(step),
                well || (last.isPresent() && works(last.get(), seen, step)) ? Duration.ZERO : idle.plus(step),
                stopped ? Optional.of(paused.map(step::plus).orElse(Duration.ZERO)) : Optional.empty(),
                answered ? slowest.with(seen.answer().orElseThrow().took(), now) : slowest);
    }

    private static boolean isUp(Service seen) {
        return seen.unit().active() != Active.INACTIVE && seen.unit().active() != Active.FAILED;
    }

    /// systemd forgets that of a unit which nothing else names.
    private Instant endedAt(UnitState unit) {
        return endedAt.isAfter(Instant.EPOCH) ? endedAt : unit.since();
    }

    private Duration step(Instant now) {
        Duration since = Duration.between(lastAt, now);
        return since.isNegative() ? Duration.ZERO : since.compareTo(LONGEST_STEP) > 0 ? LONGEST_STEP : since;
    }

    /// Whether the look brings an answer that the look before did not have.
    private boolean hasAnswered(Service seen) {
        return seen.answer().flatMap(Finding.Answer::status).isPresent()
                && !last.map(Service::answeredAt).equals(Optional.of(seen.answeredAt()));
    }

    private static boolean works(Service before, Service seen, Duration time) {
        Map<Integer, ProcessView> earlier = workers(before).stream()
                .collect(Collectors.toMap(ProcessView::pid, Function.identity(), (one, _) -> one));
        Duration used = Duration.ZERO;
        for (ProcessView worker : workers(seen)) {
            ProcessView was = earlier.get(worker.pid());
            if (was == null) {
                return true;
            }
            Set<Long> over = new HashSet<>(was.sockets());
            over.removeAll(worker.sockets());
            if (!over.isEmpty()) {
                return true;
            }
            used = used.plus(worker.processorTime()).minus(was.processorTime());
        }
        return !used.isZero() && used.toNanos() * IDLE_SHARE >= time.toNanos();
    }

    /// All but the main process, which keeps its heartbeat while all of its workers hang.
    private static List<ProcessView> workers(Service service) {
        return service.processes().size() < 2
                ? service.processes()
                : service.processes().stream()
                        .filter(process -> process.pid() != service.unit().mainPid())
                        .toList();
    }

    /// What is to be thought of the service after its last look.
    ///
    /// @param before the track before that look
    public Condition judge(ServiceTrack before, Patience patience) {
        Service seen = last.orElseThrow();
        UnitState unit = seen.unit();
        boolean starts = unit.active() == Active.ACTIVATING && !unit.sub().startsWith("auto-restart");
        if (starts && silent.compareTo(STARTING) >= 0) {
            return new Condition.Starting(unit.sub(), silent);
        }
        if (starts || (unit.job() && unit.active() != Active.ACTIVE)) {
            return new Waiting();
        }
        return switch (unit.active()) {
            case INACTIVE, FAILED, ACTIVATING -> ended(seen);
            case DEACTIVATING -> ending(seen);
            case ACTIVE, RELOADING ->
                crashed(before, unit)
                        ? new Condition.Crashed(lastExit, unit.restarts())
                        : running(before, seen, patience);
        };
    }

    /// What is left of it may hold up its end until systemd's stop timeout.
    private Condition ending(Service seen) {
        UnitState unit = seen.unit();
        if (unit.stop() == Stop.ASKED) {
            return new ByHand(false, endedAt(unit));
        }
        if (!seen.asked() && silent.compareTo(STARTING) >= 0) { // these have all the time that systemd gives them
            return new Condition.Starting(unit.sub(), silent);
        }
        boolean dead = seen.asked()
                && unit.stop() == Stop.NOT_ASKED
                && unit.mainPid() == 0
                && silent.compareTo(ENDING) >= 0
                && !unit.since().plus(ENDING).isAfter(lastAt);
        return dead ? new Ended(unit.exit(), unit.result()) : new Waiting();
    }

    private Condition ended(Service seen) {
        UnitState unit = seen.unit();
        if (unit.load() == Load.MASKED) {
            return new ByHand(true, endedAt(unit));
        }
        if (unit.load() != Load.LOADED) {
            return new Condition.Missing();
        }
        boolean byItself = unit.active() != Active.INACTIVE || unit.stop() == Stop.NOT_ASKED;
        Condition ended =
                seen.unfit().<Condition>map(why -> why).orElseGet(() -> new Ended(unit.exit(), unit.result()));
        return byItself && unit.stop() != Stop.ASKED ? ended : new ByHand(false, endedAt(unit));
    }

    /// Whether systemd has started another run by itself since this was last seen active.
    private static boolean crashed(ServiceTrack before, UnitState unit) {
        return unit.restarts() > 0 && !before.activeRun.isEmpty() && !before.activeRun.equals(unit.invocation());
    }

    private Condition running(ServiceTrack before, Service seen, Patience patience) {
        if (paused.isPresent()) {
            return paused.get().compareTo(patience.paused()) < 0
                    ? new Waiting()
                    : new Condition.Paused(
                            seen.processes().stream()
                                    .filter(ProcessView::isStopped)
                                    .map(ProcessView::pid)
                                    .toList(),
                            paused.get());
        }
        if (silent.isZero()
                && (!seen.asked()
                        || seen.answer().flatMap(Finding.Answer::status).isPresent())) {
            return new Well();
        }
        Duration hung = hungAfter(patience);
        // where this run has never listened, something else is wrong: another address, or it is not up yet
        Optional<Fault> deaf = seen.answer()
                .flatMap(Finding.Answer::fault)
                .filter(why -> why.kind() == Fault.Kind.REFUSED
                        && seen.answeredAt().plus(LONGEST_STEP).isAfter(lastAt) // later ones were let in
                        && !answeredRun.equals(seen.unit().invocation()));
        if (deaf.isEmpty() && silent.compareTo(hung) >= 0 && idle.compareTo(hung) >= 0) {
            return new Condition.Hung(
                    silent,
                    seen.processes().stream()
                            .filter(ProcessView::isOutOfFiles)
                            .findFirst()
                            .map(ProcessView::files));
        }
        if (silent.compareTo(patience.start()) >= 0) {
            if (deaf.isPresent()) {
                return new Deaf(deaf.get().words());
            }
            // between the end of all and the next one there is only the main process
            List<ProcessView> workers = seen.processes().size() > 1
                    ? workers(seen)
                    : before.last.map(ServiceTrack::workers).orElse(List.of());
            if (!workers.isEmpty()
                    && workers.stream()
                            .allMatch(worker -> worker.started().plus(YOUNG).isAfter(lastAt))) {
                return new Condition.BootLoop();
            }
        }
        // work that went on long after the last answer; what works no more may be a hang that has just begun
        boolean busy = silent.minus(idle).compareTo(patience.busy()) >= 0;
        return busy ? new Busy(silent) : new Waiting();
    }

    /// Whether a little more of the same is a verdict, so that another look should come soon.
    public boolean isNearlyDecided(Patience patience) {
        Duration still = silent.compareTo(idle) < 0 ? silent : idle;
        Duration hung = hungAfter(patience);
        return paused.map(soFar -> soFar.compareTo(patience.paused()) < 0)
                .orElse(still.compareTo(hung) < 0 && still.plus(NEARLY).compareTo(hung) >= 0);
    }

    private Duration hungAfter(Patience patience) {
        Duration slow = Duration.ofNanos(slowest.most().toNanos() / 2 * 3);
        Duration after = slow.compareTo(patience.hung()) > 0 ? slow : patience.hung();
        return after.compareTo(patience.hungAtMost()) > 0 ? patience.hungAtMost() : after;
    }
}
