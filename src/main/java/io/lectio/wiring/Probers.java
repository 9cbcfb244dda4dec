package io.lectio.wiring;

import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.UnitState;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.engine.Prober;
import io.lectio.host.KernelLog;
import io.lectio.host.Memory;
import io.lectio.host.Supervisor;
import io.lectio.host.WebUser;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpClient;
import io.lectio.probe.ApiProbe;
import io.lectio.probe.ConfigProbe;
import io.lectio.probe.DiskProbe;
import io.lectio.probe.MemoryProbe;
import io.lectio.probe.PageProbe;
import io.lectio.probe.PathAccessProbe;
import io.lectio.probe.ServiceProbe;
import io.lectio.probe.SqliteProbe;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// A prober for each check of a policy.
///
/// @param appLog the application's own error log
record Probers(Policy policy, Supervisor supervisor, Path appLog, InstantSource clock) {
    static final Duration PAGE_DEADLINE = Duration.ofSeconds(8);
    private static final List<Path> SYSTEM = List.of(Path.of("/"), Path.of("/tmp"), Path.of("/var/log"));

    /// @param wait how long a look at a service waits for its answer
    /// @param written folders that must be writable, and have room
    /// @param settings what is to be said of the guard's own configuration
    Map<CheckId, Prober> all(Duration wait, Supplier<Set<Path>> written, Supplier<Outcome> settings) {
        Map<CheckId, Prober> probers = new EnumMap<>(CheckId.class);
        policy.checks().forEach(check -> probers.put(check, of(check, wait, written, settings)));
        return probers;
    }

    private Prober of(CheckId check, Duration wait, Supplier<Set<Path>> written, Supplier<Outcome> settings) {
        Site site = policy.site();
        Services services = policy.services();
        return switch (check) {
            case DISK -> {
                Optional<Path> database = services.database().map(Probers::real).map(Path::getParent);
                yield new DiskProbe(
                        () -> {
                            Set<Path> all = new HashSet<>(written.get());
                            database.ifPresent(all::add);
                            return all;
                        },
                        SYSTEM,
                        policy.bounds(),
                        clock);
            }
            case MEMORY -> new MemoryProbe(new Memory(), new KernelLog(), policy.bounds(), clock);
            case DATABASE ->
                new SqliteProbe(real(services.database().orElseThrow()), this::application, clock, policy.zone());
            case APP -> {
                Services.App app = services.app().orElseThrow();
                yield new ServiceProbe(
                        supervisor, app.unit(), direct(app), directly(app, site), wait, clock, Optional.of(appLog));
            }
            case PROXY -> {
                Services.Proxy proxy = services.proxy().orElseThrow();
                HttpClient http = new HttpClient(new Dialer.Fixed(site.server()), false);
                yield new ServiceProbe(supervisor, proxy.unit(), http, site.page(), wait, clock, Optional.empty());
            }
            case CONFIG -> new ConfigProbe();
            case FILES, LEFT_ALONE -> new PathAccessProbe(site);
            case API -> new ApiProbe(site.server(), services.app().orElseThrow().api(), site.page(), PAGE_DEADLINE);
            case PAGE -> new PageProbe(site, PAGE_DEADLINE);
            case SETTINGS -> _ -> settings.get();
        };
    }

    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file; // it is not there, as the look will say
        }
    }

    /// As whom the application runs, while it does.
    private Optional<WebUser> application() {
        return policy.services().app().flatMap(app -> {
            try {
                UnitState unit = supervisor.unit(app.unit());
                return unit.mainPid() == 0 ? Optional.empty() : WebUser.of(unit.mainPid());
            } catch (IOException e) {
                return Optional.empty(); // the look at the application says why
            }
        });
    }

    private static HttpClient direct(Services.App app) {
        String where = app.direct();
        return new HttpClient(
                where.startsWith("unix:")
                        ? new Dialer.Unix(Path.of(where.substring("unix:".length())))
                        : new Dialer.Fixed(where.substring(0, where.lastIndexOf(':'))),
                false);
    }

    /// The API's address as the application itself is asked: with the site's name, on its own port.
    private static URI directly(Services.App app, Site site) {
        String where = app.direct();
        String port = where.startsWith("unix:") ? "" : where.substring(where.lastIndexOf(':'));
        return URI.create("http://" + site.page().getHost() + port + app.api().getRawPath());
    }
}
