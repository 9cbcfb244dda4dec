package io.lectio.probe;

import io.lectio.core.health.Finding.Service;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Sampled;
import io.lectio.engine.Prober;
import io.lectio.host.Supervisor;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/// Looks at several units that are asked nothing. The deepest is looked at last, so that where others have failed with
/// it, it is never seen as it was before. One that cannot be looked at says nothing of the others, so then there is no
/// result.
public final class UnitsProbe implements Prober {
    private final List<ServiceProbe> units;

    /// @param units the deepest first
    public UnitsProbe(Supervisor supervisor, List<String> units) {
        this.units =
                units.stream().map(unit -> new ServiceProbe(supervisor, unit)).toList();
    }

    @Override
    public Outcome look(List<URI> also) throws InterruptedException {
        List<Service> services = new ArrayList<>();
        for (ServiceProbe unit : units.reversed()) {
            Outcome outcome = unit.look(List.of());
            if (!(outcome instanceof Sampled(List<Service> one))) {
                return outcome;
            }
            services.addAll(0, one);
        }
        return new Sampled(services);
    }
}
