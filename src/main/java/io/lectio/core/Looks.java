package io.lectio.core;

import io.lectio.core.GuardState.Burst;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.CheckHealth.Status;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// What is looked at, and when: every check in its round, files once their changes have settled, and what is on its
/// way up again and again. It lives for one [Turn].
final class Looks {
    private static final Duration LONGEST_REST = Duration.ofSeconds(5);

    private final Instant now;
    private final Policy policy;
    private final Consumer<CheckId> start;
    private final Map<CheckId, Boolean> looking;
    private Optional<Burst> burst;
    private Instant nextRound;
    private Instant nextProof;
    private Instant filesRestUntil;

    /// @param start called with each check whose look starts now
    Looks(GuardState.Schedule left, Instant now, Policy policy, Consumer<CheckId> start) {
        this.now = now;
        this.policy = policy;
        this.start = start;
        looking = new EnumMap<>(left.looking());
        burst = left.burst();
        nextRound = earlier(left.nextRound(), now.plus(policy.timing().round()));
        nextProof = left.nextProof();
        filesRestUntil = left.filesRestUntil();
    }

    GuardState.Schedule left() {
        return new GuardState.Schedule(looking, burst, nextRound, nextProof, filesRestUntil);
    }

    void clockWasSetBack() {
        burst = burst.map(_ -> new Burst(now, now));
        nextProof = nextProof.equals(Instant.MAX) ? nextProof : now;
        filesRestUntil = now;
    }

    void pathsChanged() {
        burst = Optional.of(new Burst(burst.map(Burst::first).orElse(now), now));
    }

    /// A look that is under way saw the world before this event: another one follows it.
    void look(CheckId wanted) {
        CheckId check = wanted == CheckId.LEFT_ALONE ? CheckId.FILES : wanted;
        if (!policy.checks().contains(check)) {
            return;
        }
        if (looking.containsKey(check)) {
            looking.put(check, true);
            return;
        }
        looking.put(check, false);
        start.accept(check);
    }

    void ended(Observation look) {
        if (look.check() == CheckId.FILES) {
            filesRestUntil = now.plus(rest(Duration.between(look.startedAt(), now)));
        }
        if (Boolean.TRUE.equals(looking.remove(look.check()))) {
            look(look.check());
        }
    }

    /// After a walk, files may change for nine times its length before the next one: constant change costs a tenth
    /// of a core at most.
    private static Duration rest(Duration walk) {
        Duration rest = walk.multipliedBy(9);
        return rest.isNegative() ? Duration.ZERO : rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
    }

    /// @param hurried what is on its way up, or nearly decided: it is asked again soon
    void startWhatIsDue(Map<CheckId, CheckHealth> health, Set<CheckId> hurried) {
        if (burst.isPresent() && !settledAt(burst.get()).isAfter(now)) {
            burst = Optional.empty();
            look(CheckId.FILES);
            look(CheckId.RELEASE);
            look(CheckId.PAGE);
        }
        if (!nextRound.isAfter(now)) {
            nextRound = now.plus(policy.timing().round());
            policy.checks().stream().filter(check -> isDue(check, health)).forEach(this::lookUnlessLooking);
        }
        Instant soon = now.plus(policy.patience().proof());
        if (hurried.isEmpty()) {
            nextProof = Instant.MAX;
        } else if (nextProof.isAfter(now)) {
            nextProof = earlier(nextProof, soon);
        } else {
            nextProof = soon;
            hurried.forEach(this::lookUnlessLooking);
        }
    }

    private void lookUnlessLooking(CheckId check) {
        if (!looking.containsKey(check)) {
            look(check);
        }
    }

    /// Whether a check has its turn in this round: what is dear has it seldom, unless it is ill or about to be. Of what
    /// lies outside this machine only the latter: it lasts.
    private boolean isDue(CheckId check, Map<CheckId, CheckHealth> health) {
        CheckHealth seen = health.get(check);
        if (!check.isSeldom() || seen == null || seen.known().isEmpty()) {
            return true;
        }
        Observation last = seen.known().get();
        boolean well = seen.status() == Status.HEALTHY;
        boolean doubtful = seen.status() != Status.UNHEALTHY && !(last.outcome() instanceof Observation.Passed);
        if (doubtful || (!well && check == CheckId.CONFIG)) {
            return true;
        }
        Duration since = Duration.between(last.startedAt(), now);
        return since.isNegative() || since.compareTo(policy.timing().slowRound()) >= 0;
    }

    private Instant settledAt(Burst soFar) {
        Instant settled = earlier(
                soFar.last().plus(policy.timing().settle()),
                soFar.first().plus(policy.timing().settleAtMost()));
        return settled.isBefore(filesRestUntil) ? filesRestUntil : settled;
    }

    Instant wakeAt() {
        Instant at = earlier(nextRound, nextProof);
        return burst.map(soFar -> earlier(at, settledAt(soFar))).orElse(at);
    }

    static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
