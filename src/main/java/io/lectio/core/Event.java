package io.lectio.core;

import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order;
import java.time.Instant;
import java.util.Optional;

/// What reaches the core, one at a time.
public sealed interface Event {
    /// The guard has begun; what was under way when it last ended is lost.
    ///
    /// @param graceUntil after a boot: nothing is repaired until then, or until the site was well once
    record Started(Optional<Instant> graceUntil) implements Event {
        public Started() {
            this(Optional.empty());
        }
    }

    /// The guard is told to end, and has a moment left to say so.
    record Stopping() implements Event {}

    record Observed(Observation observation) implements Event {}

    /// Something below or above the web root has changed; what, the next look tells.
    record PathsChanged(Instant at) implements Event {}

    /// A service may have changed, as systemd or its processes tell; how, the next look tells.
    record ServiceChanged(CheckId check) implements Event {}

    record RepairDone(long incident, RepairResult result) implements Event {}

    record Delivered(Outbox.Parcel parcel, Delivery delivery) implements Event {}

    /// A person wants something left undone for a while, or no longer.
    record Ordered(Order order) implements Event {}

    /// A person hands in a release, or wants one back.
    record DeployWanted(Deploy deploy) implements Event {}

    record StepDone(String deploy, Step step, StepResult result) implements Event {}

    record Tick() implements Event {}
}
