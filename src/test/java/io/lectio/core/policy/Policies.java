package io.lectio.core.policy;

import io.lectio.core.policy.Policy.Patience;
import io.lectio.core.policy.Policy.Timing;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Policies with the plan's figures.
public final class Policies {
    private Policies() {}

    public static Policy of(Site site, Services services, boolean repairs) {
        return new Policy(
                site,
                services,
                services.checks(),
                repairs,
                Limits.DEFAULT,
                Timing.DEFAULT,
                Patience.DEFAULT,
                Policy.THRESHOLDS,
                Set.of(),
                Set.of(),
                List.of(),
                ZoneOffset.UTC,
                Optional.empty(),
                Bounds.DEFAULT);
    }

    public static Policy telling(Policy policy, Notices ofItself) {
        return policy.here(policy.site(), policy.services(), policy.repairs(), Set.of(), Optional.of(ofItself));
    }

    /// With remedies that are another guard's.
    public static Policy others(Policy policy, Set<String> others) {
        return with(policy, policy.timing(), policy.withheld(), others, policy.windows());
    }

    /// With remedies that the owner keeps for himself.
    public static Policy withheld(Policy policy, Set<String> withheld) {
        return with(policy, policy.timing(), withheld, policy.others(), policy.windows());
    }

    public static Policy resting(Policy policy, Window window) {
        return with(policy, policy.timing(), policy.withheld(), policy.others(), List.of(window));
    }

    public static Policy round(Policy policy, Duration round) {
        Timing timing = policy.timing();
        Timing slower = new Timing(
                round,
                timing.slowRound(),
                timing.settle(),
                timing.settleAtMost(),
                timing.quiet(),
                timing.quietAtMost(),
                timing.telling(),
                timing.unknownAfter());
        return with(policy, slower, policy.withheld(), policy.others(), policy.windows());
    }

    private static Policy with(
            Policy policy, Timing timing, Set<String> withheld, Set<String> others, List<Window> windows) {
        return new Policy(
                policy.site(),
                policy.services(),
                policy.checks(),
                policy.repairs(),
                policy.limits(),
                timing,
                policy.patience(),
                policy.thresholds(),
                withheld,
                others,
                windows,
                policy.zone(),
                policy.notices(),
                policy.bounds());
    }
}
