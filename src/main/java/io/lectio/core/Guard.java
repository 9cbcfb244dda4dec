package io.lectio.core;

import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.ServiceTrack;
import io.lectio.core.health.UnitState;
import io.lectio.core.policy.Policy;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/// The product: every decision of the guard, as one function of state, event, time and policy.
public final class Guard {
    private Guard() {}

    public static Decision decide(GuardState state, Event event, Instant now, Policy policy) {
        return new Turn(state, now, policy).take(event);
    }

    /// What one look alone tells, with nothing seen before.
    public static Outcome judge(Outcome seen, Instant now, Policy policy) {
        if (!(seen instanceof Observation.Sampled(List<Finding.Service> services))) {
            return seen;
        }
        ServiceTrack none = ServiceTrack.begin(now);
        return judged(services, service -> none.next(service, now).judge(none, policy.patience()), _ -> false);
    }

    /// The deepest of these services that is not well is the one to act on; what rests on it may come up by itself. One
    /// that is left to a person, or to its time, does not stand before those behind it.
    ///
    /// @param rests whether nothing is done about a unit for now
    static Outcome judged(
            List<Finding.Service> services, Function<Finding.Service, Condition> judge, Predicate<String> rests) {
        List<Verdict> all = services.stream()
                .map(service -> new Verdict(service, judge.apply(service)))
                .toList();
        Comparator<Verdict> first = Comparator.comparingInt(each -> turn(each.condition(), rests.test(each.unit())));
        Verdict chosen = Collections.min(all, first.thenComparing(Verdict::stoppedAt, Comparator.reverseOrder()));
        List<String> also = all.stream()
                .filter(each -> !(each.condition() instanceof Condition.Well))
                .map(Verdict::unit)
                .filter(unit -> !unit.equals(chosen.unit()))
                .toList();
        return judged(chosen, also);
    }

    private record Verdict(Finding.Service service, Condition condition) {
        String unit() {
            return service.unit().name();
        }

        Instant stoppedAt() {
            return condition instanceof Condition.ByHand(var _, Instant since) ? since : Instant.MAX;
        }
    }

    /// The lowest decides: what is to be acted on or waited for, then what is left alone, then what a person has
    /// stopped, the last one first, and what systemd has healed.
    private static int turn(Condition condition, boolean rests) {
        return switch (condition) {
            case Condition.Well _ -> 4;
            case Condition.Crashed _ -> 3;
            case Condition.ByHand _ -> 2;
            case Condition.Unfit _, Condition.Paused _, Condition.Missing _, Condition.Starting _ -> 1;
            case Condition.Ended(String exit, var _) when exit.equals(UnitState.ENDED_WELL) -> 1;
            case Condition.Ended _, Condition.Waiting _, Condition.Hung _ -> rests ? 1 : 0;
            case Condition.Busy _, Condition.BootLoop _, Condition.Deaf _ -> rests ? 1 : 0;
        };
    }

    private static Outcome judged(Verdict verdict, List<String> also) {
        var finding = new Finding.Judged(
                verdict.unit(), verdict.condition(), verdict.service().packagesChange(), also);
        return switch (verdict.condition()) {
            case Condition.Well _ -> new Observation.Passed(finding);
            case Condition.Waiting _ -> new Observation.Undecided(finding);
            case Condition.Ended _, Condition.Unfit _, Condition.Crashed _, Condition.Paused _, Condition.Hung _ ->
                new Observation.Failed(finding);
            case Condition.Starting _, Condition.Busy _, Condition.BootLoop _, Condition.Deaf _ ->
                new Observation.Failed(finding);
            case Condition.ByHand _, Condition.Missing _ -> new Observation.Failed(finding);
        };
    }
}
