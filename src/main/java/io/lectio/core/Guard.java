package io.lectio.core;

import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.ServiceTrack;
import io.lectio.core.policy.Policy;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

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
        return judged(services, service -> none.next(service, now).judge(none, policy.patience()));
    }

    /// The deepest of these services that is not well is the one to act on; what rests on it may come up by itself. One
    /// that is left to a person, or to its time, does not stand before those behind it.
    static Outcome judged(List<Finding.Service> services, Function<Finding.Service, Condition> judge) {
        List<Condition> conditions = services.stream().map(judge).toList();
        int decides = firstOf(conditions, condition -> !(condition instanceof Condition.Well) && !isLeft(condition));
        if (decides < 0) {
            decides = firstOf(conditions, condition -> !(condition instanceof Condition.Well));
        }
        int chosen = Math.max(decides, 0);
        return judged(services.get(chosen), conditions.get(chosen));
    }

    private static int firstOf(List<Condition> conditions, Predicate<Condition> wanted) {
        return IntStream.range(0, conditions.size())
                .filter(i -> wanted.test(conditions.get(i)))
                .findFirst()
                .orElse(-1);
    }

    private static boolean isLeft(Condition condition) {
        return switch (condition) {
            case Condition.ByHand _, Condition.Paused _, Condition.Crashed _, Condition.Unfit _, Condition.Missing _ ->
                true;
            case Condition.Well _,
                    Condition.Waiting _,
                    Condition.Starting _,
                    Condition.Ended _,
                    Condition.Hung _,
                    Condition.Busy _,
                    Condition.BootLoop _,
                    Condition.Deaf _ -> false;
        };
    }

    private static Outcome judged(Finding.Service service, Condition condition) {
        var finding = new Finding.Judged(service.unit().name(), condition, service.packagesChange());
        return switch (condition) {
            case Condition.Well _ -> new Observation.Passed(finding);
            case Condition.Waiting _ -> new Observation.Undecided(finding);
            case Condition.Ended _,
                    Condition.Unfit _,
                    Condition.Starting _,
                    Condition.Crashed _,
                    Condition.Paused _,
                    Condition.Hung _,
                    Condition.Busy _,
                    Condition.BootLoop _,
                    Condition.Deaf _,
                    Condition.ByHand _,
                    Condition.Missing _ -> new Observation.Failed(finding);
        };
    }
}
