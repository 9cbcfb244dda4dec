package io.lectio.release;

import io.lectio.core.deploy.Change;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import java.io.IOException;

/// Takes a deploy's steps for one part of a site. Begun anew after it was cut off anywhere, a step ends as it would
/// have.
interface SitePart {
    StepResult take(Step step, Deploy deploy, Change change) throws IOException, InterruptedException;

    /// Deletes what is stored of releases that nobody knows any more.
    void forget() throws IOException;

    /// Where its releases are.
    Places places();

    /// Makes what is stored live, in place of what is.
    void goBack(Change change) throws IOException, InterruptedException;
}
