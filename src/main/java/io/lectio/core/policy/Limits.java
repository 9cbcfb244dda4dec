package io.lectio.core.policy;

import java.time.Duration;

/// How often a remedy may be tried.
///
/// @param attemptsInRow attempts without proof before a cooldown
/// @param cooldown how long nothing is tried then; it ends by itself, with one trial
/// @param repairsPerHour the ceiling over any hour, proved or not
public record Limits(int attemptsInRow, Duration cooldown, int repairsPerHour) {
    /// The plan's figures, and the ceiling of this project.
    public static final Limits DEFAULT = new Limits(3, Duration.ofMinutes(5), 20);

    public Limits {
        if (attemptsInRow < 1 || repairsPerHour < 1 || cooldown.isNegative()) {
            throw new IllegalArgumentException("limits must allow at least one attempt");
        }
    }
}
