package io.lectio.wiring;

import io.lectio.config.Settings;
import io.lectio.core.deploy.Releases;
import io.lectio.core.health.ProcessView;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Part;
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
import io.lectio.probe.ClockProbe;
import io.lectio.probe.ConfigProbe;
import io.lectio.probe.DiskProbe;
import io.lectio.probe.MemoryProbe;
import io.lectio.probe.PageProbe;
import io.lectio.probe.PathAccessProbe;
import io.lectio.probe.PostgresProbe;
import io.lectio.probe.PublicProbe;
import io.lectio.probe.ServiceProbe;
import io.lectio.probe.SqliteProbe;
import io.lectio.probe.UnitsProbe;
import io.lectio.release.Places;
import io.lectio.release.ReleaseProbe;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// A prober for each check of a policy.
///
/// @param appLog the application's own error log
/// @param releases what has been deployed
/// @param time whose clock this machine's is compared with
record Probers(
        Policy policy,
        Supervisor supervisor,
        Path appLog,
        Optional<Settings.Telegram> time,
        Supplier<Releases> releases,
        InstantSource clock) {
    static final Duration PAGE_DEADLINE = Duration.ofSeconds(8);
    private static final List<Path> SYSTEM = List.of(Path.of("/"), Path.of("/tmp"), Path.of("/var/log"));

    /// @param wait how long a look at a service waits for its answer
    /// @param written the guard's own folders, if this site stands for the machine
    /// @param own those of what is the guard's own: its configuration, its copies
    Map<CheckId, Prober> all(Duration wait, Collection<Path> written, Map<CheckId, Prober> own) {
        Map<CheckId, Prober> probers = new EnumMap<>(CheckId.class);
        policy.checks().forEach(check -> probers.put(check, of(check, wait, written, own)));
        return probers;
    }

    private Prober of(CheckId check, Duration wait, Collection<Path> written, Map<CheckId, Prober> own) {
        Site site = policy.site();
        Services services = policy.services();
        return switch (check) {
            case DISK -> {
                Set<Path> mustBeWritten = new HashSet<>(written);
                if (services.database().orElse(null) instanceof Services.SqliteDatabase(Path file)) {
                    Optional.ofNullable(real(file).getParent()).ifPresent(mustBeWritten::add);
                }
                Set<Path> others = new HashSet<>(written.isEmpty() ? List.of() : SYSTEM);
                others.add(site.siteRoot());
                yield new DiskProbe(mustBeWritten, others, policy.bounds(), clock);
            }
            case NEEDED -> new UnitsProbe(supervisor, services.needed());
            case BESIDE -> new UnitsProbe(supervisor, services.beside());
            case MEMORY -> new MemoryProbe(new Memory(), new KernelLog(), policy.bounds(), clock);
            case DATABASE ->
                switch (services.database().orElseThrow()) {
                    case Services.SqliteDatabase(Path file) ->
                        new SqliteProbe(real(file), application(), clock, policy.zone());
                    case Services.PostgresDatabase(String address) ->
                        new PostgresProbe(address, application()::user, this::webUser, clock);
                };
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
            case API ->
                new ApiProbe(site.server(), services.app().orElseThrow().api(), site.page(), PAGE_DEADLINE, appLog);
            case PAGE -> new PageProbe(site, PAGE_DEADLINE);
            case PUBLIC -> new PublicProbe(site, clock);
            case CLOCK -> {
                Settings.Telegram telegram = time.orElseThrow();
                yield new ClockProbe(telegram.api(), telegram.proxy(), clock);
            }
            case RELEASE ->
                new ReleaseProbe(
                        places(),
                        () -> releases.get().served(),
                        () -> releases.get().kept(Part.PAGES),
                        clock);
            case SETTINGS, COPIES -> Objects.requireNonNull(own.get(check));
        };
    }

    Places places() {
        return Places.of(policy.site().siteRoot(), policy.site().webRoot());
    }

    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file; // it is not there, as the look will say
        }
    }

    private SqliteProbe.Application application() {
        return new SqliteProbe.Application() {
            @Override
            public Optional<WebUser> user() {
                return Probers.user(processes());
            }

            @Override
            public boolean isOne(int pid) {
                return processes().anyMatch(each -> each == pid);
            }
        };
    }

    /// As whom the application mostly runs.
    private Optional<WebUser> webUser() {
        try {
            return Optional.of(WebUser.lookUp(policy.site().webUser()));
        } catch (IOException e) {
            return Optional.empty(); // the look at the files says why
        }
    }

    private Stream<Integer> processes() {
        return policy.services().app().stream().flatMap(app -> {
            try {
                return processes(supervisor, app.unit());
            } catch (IOException e) {
                return Stream.empty(); // the look at the application says why
            }
        });
    }

    static Stream<Integer> processes(Supervisor supervisor, String unit) throws IOException {
        return supervisor.processes(supervisor.unit(unit)).stream().map(ProcessView::pid);
    }

    /// As whom an application runs: a main process of root's has workers of another user.
    static Optional<WebUser> user(Stream<Integer> processes) {
        return processes
                .flatMap(pid -> WebUser.of(pid).stream())
                .filter(user -> user.uid() != 0)
                .findFirst();
    }

    static HttpClient direct(Services.App app) {
        String where = app.direct();
        return new HttpClient(
                where.startsWith("unix:")
                        ? new Dialer.Unix(Path.of(where.substring("unix:".length())))
                        : new Dialer.Fixed(where.substring(0, where.lastIndexOf(':'))),
                false);
    }

    /// The API's address as the application itself is asked: with the site's name, on its own port.
    static URI directly(Services.App app, Site site) {
        String where = app.direct();
        String port = where.startsWith("unix:") ? "" : where.substring(where.lastIndexOf(':'));
        return URI.create("http://" + site.page().getHost() + port + app.api().getRawPath());
    }
}
