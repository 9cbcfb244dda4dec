package io.lectio.core.deploy;

import java.time.Duration;

/// What a deploy does, one at a time. Each may be begun anew after it was cut off anywhere.
public enum Step {
    /// Stores what is live as a release.
    ADOPT(Duration.ofMinutes(2)),
    /// Lays the release beside the live folder, as it will be served.
    STAGE(Duration.ofMinutes(2)),
    /// Asks for all of it before any visitor can.
    EXAMINE(Duration.ofMinutes(2)),
    /// Exchanges the live folder for it.
    SWITCH(Duration.ofSeconds(30)),
    /// Asks the live site for the new release.
    GATE(Duration.ofSeconds(20)),
    /// Exchanges back.
    UNDO(Duration.ofSeconds(30));

    private final Duration deadline;

    Step(Duration deadline) {
        this.deadline = deadline;
    }

    /// After so long it counts as failed.
    public Duration deadline() {
        return deadline;
    }

    /// Whether visitors may meet what it does, so that repairs of what is served wait for it.
    public boolean isLive() {
        return this == SWITCH || this == GATE || this == UNDO;
    }
}
