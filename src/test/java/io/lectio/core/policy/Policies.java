package io.lectio.core.policy;

import io.lectio.core.policy.Policy.Patience;
import io.lectio.core.policy.Policy.Timing;
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
        return new Policy(
                policy.site(),
                policy.services(),
                policy.checks(),
                policy.repairs(),
                policy.limits(),
                policy.timing(),
                policy.patience(),
                policy.thresholds(),
                policy.withheld(),
                others,
                policy.windows(),
                policy.zone(),
                policy.notices(),
                policy.bounds());
    }
}
