package io.lectio.engine;

import io.lectio.core.Decision;
import io.lectio.core.Event;
import io.lectio.core.GuardState;
import java.time.Instant;

/// Port: the history that people ask later. It is told of each turn after the save and before the actions; it never
/// throws, and never holds the loop up.
public interface Chronicle {
    /// Where nobody asks.
    Chronicle NONE = (_, _, _, _) -> {};

    void turn(GuardState before, Event event, Decision decision, Instant now);
}
