package io.lectio.core;

import java.time.Instant;

/// The product: every decision of the guard, as one function of state, event, time and policy.
public final class Guard {
    private Guard() {}

    public static Decision decide(GuardState state, Event event, Instant now, io.lectio.core.policy.Policy policy) {
        return new Turn(state, now, policy).take(event);
    }
}
