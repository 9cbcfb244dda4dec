package io.lectio.core;

import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Step;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.Remark;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Remedy;
import java.net.URI;
import java.util.List;

/// What the core wants done, as a value. What an action brought comes back as an event.
public sealed interface Action {
    /// @param also addresses that must answer besides the page's own, for the sake of a proof
    record Look(CheckId check, List<URI> also) implements Action {}

    record Repair(long incident, int attempt, Remedy remedy) implements Action {}

    record Send(Outbox.Parcel parcel) implements Action {}

    record TakeStep(Deploy deploy, Step step) implements Action {}

    /// A line for the health log.
    record Log(Level level, Remark remark) implements Action {}
}
