package io.lectio.engine;

import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Remedy;

/// Port: carries out a remedy. What it could not do is a [RepairResult.Failed].
public interface Repairer {
    /// @param name a short name for the journal of this repair, fit for a file name
    RepairResult run(Remedy remedy, String name) throws InterruptedException;
}
