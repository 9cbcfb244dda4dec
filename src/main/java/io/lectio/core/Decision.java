package io.lectio.core;

import java.time.Instant;
import java.util.List;

/// @param next the state to save before the actions are started
/// @param wakeAt when the core wants to be asked again, at the latest
public record Decision(GuardState next, List<Action> actions, Instant wakeAt) {
    public Decision {
        actions = List.copyOf(actions);
    }
}
