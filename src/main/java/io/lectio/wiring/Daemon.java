package io.lectio.wiring;

import io.lectio.alert.LogOnlyNotifier;
import io.lectio.alert.LoggedNotifier;
import io.lectio.alert.TelegramNotifier;
import io.lectio.alert.Texts;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.control.ControlServer;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Limits;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Site;
import io.lectio.engine.GuardLoop;
import io.lectio.engine.Notifier;
import io.lectio.engine.Prober;
import io.lectio.probe.PageProbe;
import io.lectio.probe.PathAccessProbe;
import io.lectio.probe.WebRootWatcher;
import io.lectio.repair.PathRepairer;
import io.lectio.store.FileStateStore;
import io.lectio.store.LogFiles;
import io.lectio.store.OneGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The guard, built from its settings.
public final class Daemon {
    private static final Duration PAGE_DEADLINE = Duration.ofSeconds(8);
    private static final Duration LONGEST_END = Duration.ofSeconds(3);

    private Daemon() {}

    /// Guards until the process is told to end.
    ///
    /// @return false when another guard is at work on this home
    public static boolean run(Home home, Settings settings, boolean repairs) throws IOException, InterruptedException {
        home.prepare();
        Optional<OneGuard> lock = OneGuard.take(home.state());
        if (lock.isEmpty()) {
            return false;
        }
        Site site = real(settings.site());
        InstantSource clock = InstantSource.system();
        ZoneId zone = ZoneId.systemDefault();
        LogFiles log = new LogFiles(home.logs(), clock, zone, System.out);
        Texts texts = new Texts(settings.language(), zone, clock, repairs);
        Limits limits =
                new Limits(Limits.DEFAULT.attemptsInRow(), Limits.DEFAULT.cooldown(), settings.repairsPerHour());
        GuardLoop.Ports ports = new GuardLoop.Ports(
                probers(site),
                new PathRepairer(home.state().resolve("repairs")),
                new LoggedNotifier(channel(settings, texts), log, texts),
                new FileStateStore(home.state(), limits, clock),
                new WebRootWatcher(site),
                log,
                clock);
        CompletableFuture<Boolean> endedWell = new CompletableFuture<>();
        try (OneGuard _ = lock.get();
                GuardLoop loop = new GuardLoop(ports, new Policy(site, repairs, limits, Policy.Timing.DEFAULT));
                ControlServer _ = ControlServer.start(home.state(), loop::snapshot)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(loop, endedWell), "end"));
            loop.run();
            endedWell.complete(true);
        } finally {
            endedWell.complete(false);
        }
        return true;
    }

    /// A guard that was told to end has ended well: 0, where the virtual machine would say 143.
    private static void end(GuardLoop loop, CompletableFuture<Boolean> endedWell) {
        loop.close();
        boolean well = endedWell
                .completeOnTimeout(false, LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        if (well) {
            Runtime.getRuntime().halt(0);
        }
    }

    /// Every check's look, once, changing nothing.
    public static Map<CheckId, Observation.Outcome> lookOnce(Settings settings)
            throws InterruptedException, IOException {
        Map<CheckId, Observation.Outcome> seen = new EnumMap<>(CheckId.class);
        for (Map.Entry<CheckId, Prober> each : probers(real(settings.site())).entrySet()) {
            seen.put(each.getKey(), each.getValue().look(List.of()));
        }
        return seen;
    }

    private static Map<CheckId, Prober> probers(Site site) {
        Map<CheckId, Prober> probers = new EnumMap<>(CheckId.class);
        for (CheckId check : CheckId.values()) {
            probers.put(
                    check,
                    switch (check) {
                        case FILES -> new PathAccessProbe(site);
                        case PAGE -> new PageProbe(site, PAGE_DEADLINE);
                    });
        }
        return probers;
    }

    private static Notifier channel(Settings settings, Texts texts) {
        return settings.telegram()
                .<Notifier>map(telegram -> new TelegramNotifier(
                        telegram.api(), telegram.token(), telegram.chat(), telegram.proxy(), texts))
                .orElseGet(LogOnlyNotifier::new);
    }

    /// The site with its root's real path, so that a link above it (`/var/www` elsewhere) is the administrator's,
    /// settled once, and any link below it is refused.
    private static Site real(Site site) throws IOException {
        if (!Files.exists(site.siteRoot())) {
            return site;
        }
        Path root = site.siteRoot().toRealPath();
        Path web = root.resolve(site.siteRoot().relativize(site.webRoot())).normalize();
        return new Site(site.page(), site.server(), root, web, site.webUser(), site.privates());
    }
}
