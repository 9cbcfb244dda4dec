package io.lectio.wiring;

import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.core.policy.Bounds;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.demo.DemoServer;
import io.lectio.demo.DemoSite;
import io.lectio.demo.DemoSupervisor;
import io.lectio.host.Child;
import io.lectio.host.WebUser;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.http.HttpFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/// A site of the guard's own, below its home, guarded and always repaired.
///
/// @param guard the process that guards it
/// @param appPid the file with the number of the application's process
public record Demo(long guard, Site site, URI api, Path appPid) {
    private static final Duration TO_START = Duration.ofSeconds(10);
    private static final int FEW = 50;
    private static final String ELSEWHERE = "lectio-demo-";

    private static Path folder(Home home) {
        return home.folder().resolve("demo");
    }

    /// The demo that is guarded from this home just now.
    public static Optional<Demo> running(Home home) {
        return last(home).filter(demo -> ProcessHandle.of(demo.guard()).isPresent());
    }

    static Path state(Home home) {
        return folder(home).resolve("state");
    }

    private static Optional<Demo> last(Home home) {
        Properties saved = new Properties();
        try (InputStream in = Files.newInputStream(folder(home).resolve("running"))) {
            saved.load(in);
            long guard = Long.parseLong(saved.getProperty("guard", "0"));
            Path root = Path.of(saved.getProperty("root", ""));
            URI page = URI.create(saved.getProperty("page", ""));
            Site site = new Site(
                    page,
                    "127.0.0.1",
                    root,
                    Path.of(saved.getProperty("build", "")),
                    saved.getProperty("user", ""),
                    new PrivatePatterns(List.of()));
            Path appPid = DemoSupervisor.pidFile(folder(home), DemoSite.APP_UNIT);
            return Optional.of(new Demo(guard, site, page.resolve("/api/health/"), appPid));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static void remember(Home home, Site site) throws IOException {
        Properties saved = new Properties();
        saved.setProperty("guard", String.valueOf(ProcessHandle.current().pid()));
        saved.setProperty("page", site.page().toString());
        saved.setProperty("root", site.siteRoot().toString());
        saved.setProperty("build", site.webRoot().toString());
        saved.setProperty("user", site.webUser());
        Path whole = folder(home).resolve("running");
        Path part = whole.resolveSibling("running.part");
        try (OutputStream out = Files.newOutputStream(part)) {
            saved.store(out, null);
        }
        Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
    }

    /// What of these settings holds for the demo.
    public static Settings settings(Settings settings, Site site, Services services) {
        Policy policy = new Policy(
                site,
                services,
                services.checks(),
                true,
                settings.sites().getFirst().policy().limits(),
                Policy.Timing.DEFAULT,
                Policy.Patience.DEFAULT,
                Policy.THRESHOLDS,
                Set.of(),
                Set.of(),
                List.of(),
                ZoneId.systemDefault(),
                Optional.empty(),
                Bounds.DEFAULT);
        return settings.of(new SiteSettings(Optional.empty(), policy, Optional.empty()));
    }

    /// Starts and guards it until the process is told to end.
    ///
    /// @return false when another guard is at work on this home
    public static boolean run(Home home, Settings settings) throws IOException, InterruptedException {
        folderForAll(home.folder());
        return Daemon.alone(home, () -> {
            Path folder = folder(home);
            forget(home);
            folderForAll(folder);
            String user = WebUser.ofOurs();
            Path below = folder.resolve("site");
            Path root = DemoSite.fits(below, Daemon.isRoot()) ? below : Files.createTempDirectory(ELSEWHERE);
            try (DemoSite site = DemoSite.lay(root, user)) {
                DemoSupervisor supervisor = new DemoSupervisor(folder, site.commands(Child.again(DemoServer.class)));
                remember(home, site.site());
                awaitStart(site.site().page(), DemoSupervisor.log(folder, DemoSite.WEB_UNIT));
                System.out.println(welcome(home, site));
                Path state = Files.createDirectory(state(home));
                Daemon.guard(
                        home,
                        new InForce(settings(settings, site.site(), site.services()), InForce.GOOD, Map.of()),
                        true,
                        new Surroundings(
                                () -> supervisor,
                                state,
                                home.logs(),
                                DemoSupervisor.log(folder, DemoSite.APP_UNIT),
                                true,
                                false,
                                () -> forget(home)));
            }
        });
    }

    private static void folderForAll(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static void forget(Home home) throws IOException {
        try {
            Optional<Path> elsewhere = last(home)
                    .map(demo -> demo.site().siteRoot())
                    .filter(root -> root.getFileName().toString().startsWith(ELSEWHERE)); // whatever the file names
            if (elsewhere.isPresent()) {
                DemoSite.remove(elsewhere.get());
            }
            DemoSite.remove(folder(home));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitStart(URI page, Path log) throws IOException, InterruptedException {
        HttpClient http = new HttpClient(new Dialer.Fixed("127.0.0.1"), false);
        long end = System.nanoTime() + TO_START.toNanos();
        while (true) {
            try {
                boolean app = http.get(page.resolve("/api/health/"), FEW * FEW, TO_START)
                                .status()
                        == 200;
                if (app) {
                    return;
                }
            } catch (HttpFailure e) {
                if (System.nanoTime() > end) {
                    throw new IOException("the demo does not start: see " + log, e);
                }
            }
            Thread.sleep(FEW);
        }
    }

    private static String welcome(Home home, DemoSite site) {
        String me = home.fromClone() ? "./lectio" : "lectio";
        return """
                There is no site here, so this is one of Lectio's own, guarded for real: %s
                  look at it   %s
                  break it     chmod 000 %s
                               kill -9 $(cat %s)
                               %s drill permissions       measures; also app-kill, app-hang, page
                  logs         %s
                Ctrl-C ends it all.
                """.formatted(
                        "page and API, working as " + site.site().webUser(),
                        site.site().page(),
                        site.site().webRoot().resolve("index.html"),
                        DemoSupervisor.pidFile(folder(home), DemoSite.APP_UNIT),
                        me,
                        home.logs());
    }
}
