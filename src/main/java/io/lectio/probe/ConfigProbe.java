package io.lectio.probe;

import io.lectio.core.health.Finding.Config;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.engine.Prober;
import io.lectio.host.NginxTest;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/// Whether nginx would start with its configuration as it lies on the disk.
public final class ConfigProbe implements Prober {
    @Override
    public Outcome look(List<URI> also) throws InterruptedException {
        try {
            Config config = NginxTest.run();
            return config.error().isEmpty() ? new Passed(config) : new Failed(config);
        } catch (IOException e) {
            return new Unknown(String.valueOf(e.getMessage()));
        }
    }
}
