package io.lectio.engine;

import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;

/// Port: takes a deploy's step. What it could not do is a [StepResult.Failed]; begun anew after it was cut off
/// anywhere, it ends as it would have.
@FunctionalInterface
public interface Deployer {
    /// Where nothing is deployed.
    Deployer NONE = (_, _) -> new StepResult.Failed("nothing can be deployed here");

    StepResult take(Step step, Deploy deploy) throws InterruptedException;
}
