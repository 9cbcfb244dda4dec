package io.lectio.engine;

import io.lectio.core.health.Observation;
import java.net.URI;
import java.util.List;

/// Port: one check's look at the world. It changes nothing, and what keeps it from looking is an
/// [Observation.Unknown], never an exception and never a failure.
public interface Prober {
    /// @param also addresses to ask besides the page's own
    Observation.Outcome look(List<URI> also) throws InterruptedException;
}
