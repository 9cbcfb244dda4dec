package io.lectio.engine;

import io.lectio.core.GuardState.Durable;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// A site without services, and a world in which nothing is looked at and nothing happens.
public final class StillWorld {
    public static final Site SITE = new Site(
            URI.create("http://localhost/"),
            "127.0.0.1",
            Path.of("/var/www/site"),
            Path.of("/var/www/site/build"),
            "www-data",
            new PrivatePatterns(List.of()));

    private StillWorld() {}

    public static Policy policy(boolean repairs) {
        return Policies.of(SITE, Services.NONE, repairs);
    }

    /// The same ports with another chronicle.
    public static GuardLoop.Ports told(GuardLoop.Ports ports, Chronicle chronicle) {
        return new GuardLoop.Ports(
                ports.probers(),
                ports.repairer(),
                ports.deployer(),
                ports.notifier(),
                ports.store(),
                ports.paths(),
                ports.services(),
                ports.log(),
                chronicle,
                ports.clock());
    }

    /// @param saved told of each state that is saved; each loop begins with none
    public static GuardLoop.Ports ports(Notifier notifier, Consumer<Durable> saved) {
        return new GuardLoop.Ports(
                Map.of(),
                (_, _) -> new RepairResult.Failed("nothing to repair here"),
                Deployer.NONE,
                notifier,
                new StateStore() {
                    @Override
                    public Durable load() {
                        return Durable.EMPTY;
                    }

                    @Override
                    public void save(Durable durable) {
                        saved.accept(durable);
                    }
                },
                new PathWatcher() {
                    @Override
                    public void start(Runnable changed) {}

                    @Override
                    public void close() {}
                },
                new ServiceWatcher() {
                    @Override
                    public void start(Consumer<CheckId> changed) {}

                    @Override
                    public void close() {}
                },
                EventLog.NONE,
                Chronicle.NONE,
                InstantSource.system());
    }
}
