package io.lectio.core.deploy;

import java.time.Duration;

/// What a deploy does, one at a time, in this order. Each may be begun anew after it was cut off anywhere.
public enum Step {
    /// Stores what is live as a release.
    ADOPT(Duration.ofMinutes(2)),
    /// Lays the release beside the live folder, as it will be served.
    STAGE(Duration.ofMinutes(2)),
    /// Asks for all of it before any visitor can.
    EXAMINE(Duration.ofMinutes(30)),
    /// Makes a verified copy of the database, where its schema is to change.
    BACK_UP(Duration.ofMinutes(30)),
    /// Exchanges the live folder for it, and the files of the code.
    SWITCH(Duration.ofSeconds(30)),
    /// Changes the database's schema.
    MIGRATE(Duration.ofMinutes(10)),
    /// Starts the application's workers anew.
    RELOAD(Duration.ofMinutes(3)),
    /// Asks the live site for the new release.
    GATE(Duration.ofSeconds(40)),
    /// Exchanges back.
    UNDO(Duration.ofMinutes(4));

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
        return compareTo(SWITCH) >= 0;
    }
}
