package io.lectio.wiring;

import io.lectio.config.Home;
import io.lectio.config.Settings.CopyPlan;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.core.deploy.Releases;
import io.lectio.core.health.Ailment;
import io.lectio.core.health.Finding.Ailments;
import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.discovery.Discovery;
import io.lectio.doctor.Mend;
import io.lectio.doctor.Point;
import io.lectio.doctor.Point.Group;
import io.lectio.doctor.Sheet;
import io.lectio.doctor.UnitFacts;
import io.lectio.doctor.UnitRules;
import io.lectio.doctor.Verdict;
import io.lectio.host.AccessWalk;
import io.lectio.host.FileSystems;
import io.lectio.host.Folders;
import io.lectio.host.Held;
import io.lectio.host.HeldFolder;
import io.lectio.host.NginxFiles;
import io.lectio.host.Processes;
import io.lectio.host.WebUser;
import io.lectio.host.http.HttpFailure;
import io.lectio.host.systemd.Systemd;
import io.lectio.release.Copy;
import io.lectio.release.HealthAnswer;
import io.lectio.release.Places;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The points of `lectio doctor` that are about one site. What the guard's own probes look at is looked at by them.
final class DoctorOfSite {
    private static final Duration TO_SAY = Duration.ofSeconds(4);
    /// As the guard tells it.
    private static final Duration OLD = Duration.ofHours(26);

    private static final int WORLD_WRITES = 0002;
    private static final int WORLD_READS = 0004;
    private static final int MOST_BYTES = 1 << 16;
    private static final int NAMED = 3;
    private static final long RESERVE = 64L << 20;
    /// As many folders as the guard watches at most.
    private static final int MOST_WATCHES = 10_000;

    private static final Path WATCHES = Path.of("/proc/sys/fs/inotify/max_user_watches");
    private static final Path BACKLOG = Path.of("/proc/sys/net/core/somaxconn");

    private final Home home;
    private final SiteSettings settings;
    private final Site site;
    private final Services services;
    private final String label;
    private final boolean root;

    DoctorOfSite(Home home, SiteSettings settings, String label, boolean root) {
        this.home = home;
        this.settings = settings;
        this.label = label;
        this.root = root;
        site = settings.site();
        services = settings.services();
    }

    List<Doctor.Look> looks() {
        List<Doctor.Look> looks = new ArrayList<>();
        looks.add(new Doctor.Look(label, Group.HEALTH, "checks", _ -> checks()));
        looks.add(new Doctor.Look(label, Group.FILES, "others-write", this::files));
        looks.add(new Doctor.Look(label, Group.DEPLOYS, "live", this::deploys));
        services.app().ifPresent(app -> {
            looks.add(new Doctor.Look(label, Group.UNIT, "unit", _ -> unit(app.unit())));
            looks.add(new Doctor.Look(label, Group.HEALTH, "health-py", sheet -> healthPy(sheet, app)));
        });
        services.proxy()
                .filter(Services.Proxy::test)
                .ifPresent(proxy ->
                        looks.add(new Doctor.Look(label, Group.NGINX, "served", sheet -> nginx(sheet, proxy.unit()))));
        settings.copies()
                .ifPresent(plan ->
                        looks.add(new Doctor.Look(label, Group.DATABASE, "copies", sheet -> copies(sheet, plan))));
        return looks;
    }

    /// One look by each of the guard's probes.
    private List<Point> checks() throws IOException, InterruptedException {
        List<Point> points = new ArrayList<>();
        for (Map.Entry<CheckId, Observation.Outcome> look :
                Daemon.lookOnce(home, settings).entrySet()) {
            Mend mend = Mend.typed(mend(look.getKey()));
            String said = look.getValue().inWords();
            Verdict verdict = switch (look.getValue()) {
                case Observation.Passed _ -> new Verdict.Well(said);
                case Observation.Failed(Ailments all) when isMild(all) -> new Verdict.Advised(said, mend);
                case Observation.Failed _ -> new Verdict.Wrong(said, mend);
                case Observation.Undecided _, Observation.Sampled _, Observation.Unknown _ ->
                    new Verdict.NotLookedAt(said);
            };
            points.add(new Point(label, group(look.getKey()), name(look.getKey()), verdict));
        }
        return points;
    }

    private static boolean isMild(Ailments all) {
        return all.ailing().stream().map(Ailment::kind).noneMatch(kind -> kind.grave() || kind.stops());
    }

    private static Group group(CheckId check) {
        return switch (check) {
            case DISK, MEMORY, CLOCK -> Group.HOST;
            case FILES, LEFT_ALONE -> Group.FILES;
            case CONFIG, PROXY -> Group.NGINX;
            case DATABASE, COPIES -> Group.DATABASE;
            case APP, NEEDED, BESIDE -> Group.UNIT;
            case RELEASE -> Group.DEPLOYS;
            case API, PAGE, PUBLIC -> Group.HEALTH;
            case SETTINGS -> Group.CONFIGURATION;
        };
    }

    private static String name(CheckId check) {
        return switch (check) {
            case FILES -> "access";
            case CONFIG -> "configuration";
            case PROXY, APP -> "answers";
            case DATABASE -> "file";
            case PUBLIC -> "public-name";
            default -> check.name().toLowerCase(Locale.ROOT);
        };
    }

    private String mend(CheckId check) {
        String app = services.app().map(Services.App::unit).orElse("");
        String byGuard = "the guard repairs what it may; where none runs: sudo lectio check --cron";
        return switch (check) {
            case FILES, LEFT_ALONE, PAGE -> byGuard + "; what it leaves alone: docs/runbook.md";
            case APP, PROXY, NEEDED, BESIDE -> byGuard + "; why: sudo lectio explain";
            case API -> "sudo journalctl -u " + app + " -n 50";
            case CONFIG -> "sudo nginx -t, and edit what it names";
            case DATABASE -> database();
            case DISK -> "df -h; df -i; sudo du -xh / | sort -h | tail";
            case MEMORY -> "ps axo pid,rss,comm --sort=-rss | head";
            case PUBLIC -> "docs/runbook.md, 'The certificate has expired …' and the two after it";
            default -> "sudo lectio status";
        };
    }

    private String database() {
        return services.database().orElse(null) instanceof Services.SqliteDatabase(Path file)
                ? "ls -l " + file + "*; of the wrong owner: sudo chown " + site.webUser() + ": " + file
                        + "; missing or corrupt: sudo lectio restore"
                : "sudo systemctl status postgresql";
    }

    private List<Point> unit(String name) throws IOException {
        Sheet sheet = new Sheet(label, Group.UNIT);
        if (!root || !Systemd.runsHere()) {
            sheet.notLookedAt("unit", root ? "systemd does not run here" : Doctor.AS_ROOT);
            return sheet.points();
        }
        try (Systemd systemd = new Systemd()) {
            UnitFacts plain =
                    new UnitFacts(name, 0, systemd.properties(name, UnitFacts.WANTED), false, false, Optional.empty());
            boolean notified = true;
            for (String each : plain.texts("OnFailure")) {
                notified &= systemd.properties(each, UnitFacts.WANTED)
                        .getOrDefault("LoadState", "")
                        .equals("loaded");
            }
            String socket = name.replaceFirst("\\.service$", ".socket");
            Optional<Map<String, Object>> held = Optional.of(systemd.properties(socket, UnitFacts.WANTED))
                    .filter(of -> of.getOrDefault("LoadState", "").equals("loaded"));
            UnitFacts unit = new UnitFacts(
                    name,
                    systemd.version(),
                    plain.properties(),
                    !plain.text("ControlGroup").isEmpty()
                            && !new Processes()
                                    .pinger(plain.text("ControlGroup"))
                                    .isEmpty(),
                    notified,
                    held);
            List<Point> points = new ArrayList<>(UnitRules.of(label, unit));
            held.ifPresent(of -> backlog(points, socket, of.getOrDefault("Backlog", 0)));
            return points;
        }
    }

    /// The kernel cuts a socket's queue to this, without a word.
    private void backlog(List<Point> points, String socket, Object backlog) {
        Sheet sheet = new Sheet(label, Group.HOST);
        long most = number(BACKLOG);
        long wanted = backlog instanceof Integer number ? Integer.toUnsignedLong(number) : 0;
        String seen = "net.core.somaxconn=" + most + ", and " + socket + " wants a queue of " + wanted;
        if (most >= wanted || wanted > Short.MAX_VALUE) { // more than that is systemd's word for the kernel's most
            sheet.well("backlog", seen);
        } else {
            sheet.advised("backlog", seen, sysctl("net.core.somaxconn", wanted));
        }
        points.addAll(sheet.points());
    }

    private static Mend sysctl(String name, long value) {
        return Mend.typed("echo '" + name + " = " + value + "' | sudo tee /etc/sysctl.d/60-" + name
                + ".conf && sudo sysctl --system");
    }

    /// In one piece: the kernel tells the rest of such a file to nobody.
    private static long number(Path file) {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            return Long.parseLong(String.valueOf(reader.readLine()).strip());
        } catch (IOException | NumberFormatException e) {
            return Long.MAX_VALUE; // without such a limit there is none
        }
    }

    /// What lies in the web root, counted.
    private static final class Tally implements AccessWalk.Visitor {
        private final List<Path> open = new ArrayList<>();
        private int all;
        private int folders;
        private long bytes;

        @Override
        public void denied(Denial denial, Held held) {
            // the probe's point
        }

        @Override
        public void insideClosed(Held held) {
            // the probe's point
        }

        @Override
        public void entry(Path path, boolean folder, int mode, long size) {
            folders += folder ? 1 : 0;
            bytes += folder ? 0 : size;
            if ((mode & WORLD_WRITES) != 0) {
                all++;
                if (open.size() < NAMED) {
                    open.add(path);
                }
            }
        }
    }

    private List<Point> files(Sheet sheet) throws IOException {
        Tally tally = new Tally();
        int _ = AccessWalk.run(Daemon.real(site), WebUser.lookUp(site.webUser()), tally);
        sheet.holds(
                "others-write",
                tally.all == 0,
                tally.all == 0
                        ? "nobody but its owner and group can write to the build"
                        : "everybody can write " + tally.all + " of the build, as " + tally.open,
                Mend.typed("sudo chmod -R o-w " + site.webRoot()));
        List<Path> open = new ArrayList<>();
        Set<Path> folders = new TreeSet<>(List.of(site.siteRoot(), site.webRoot()));
        services.code().ifPresent(folders::add);
        for (Path folder : folders) {
            Path env = folder.resolve(".env");
            if (Files.isRegularFile(env, LinkOption.NOFOLLOW_LINKS)
                    && ((Integer) Files.getAttribute(env, "unix:mode", LinkOption.NOFOLLOW_LINKS) & WORLD_READS) != 0) {
                open.add(env);
            }
        }
        sheet.holds(
                "env",
                open.isEmpty(),
                open.isEmpty() ? "no .env is open to everybody" : "everybody can read " + open,
                Mend.typed("sudo chmod o-rwx "
                        + String.join(" ", open.stream().map(Path::toString).toList())
                        + "; where the application is neither its owner nor in its group, give it that group first"));
        long watches = number(WATCHES);
        long wanted = Math.min(MOST_WATCHES, tally.folders + 64L);
        Sheet host = new Sheet(label, Group.HOST);
        host.holds(
                "inotify",
                watches >= wanted,
                "fs.inotify.max_user_watches=" + watches + ", and the guard watches some " + wanted + " folders",
                sysctl("fs.inotify.max_user_watches", 65_536));
        Sheet deploys = new Sheet(label, Group.DEPLOYS);
        for (FileSystems.Room room :
                FileSystems.read().of(List.of(Daemon.real(site).siteRoot()))) {
            deploys.holds(
                    "room",
                    room.free() > 2 * tally.bytes + RESERVE,
                    Ailment.size(room.free()) + " are free, and the build takes " + Ailment.size(tally.bytes),
                    Mend.typed("sudo lectio releases prune; df -h " + site.siteRoot()));
        }
        return Stream.of(sheet, host, deploys)
                .flatMap(each -> each.points().stream())
                .toList();
    }

    private List<Point> nginx(Sheet sheet, String unit) throws IOException, InterruptedException {
        if (!root) {
            sheet.notLookedAt("served", Doctor.AS_ROOT);
            return sheet.points();
        }
        if (Systemd.runsHere()) {
            try (Systemd systemd = new Systemd()) {
                UnitFacts facts = new UnitFacts(
                        unit,
                        systemd.version(),
                        systemd.properties(unit, UnitFacts.WANTED),
                        false,
                        true,
                        Optional.empty());
                if (facts.text("LoadState").equals("loaded")) {
                    sheet.note("enabled", UnitRules.enabled(facts));
                    sheet.note("files", UnitRules.files(facts));
                    if (facts.text("Restart").equals("no")) {
                        sheet.advised(
                                "restart",
                                "Restart=no: where the guard does not run either, nobody restarts it",
                                Mend.typed("sudo systemctl edit " + unit
                                        + ", with these two lines: [Service] and Restart=on-failure"));
                    } else {
                        sheet.well("restart", "Restart=" + facts.text("Restart"));
                    }
                }
                user(sheet, Probers.user(Probers.processes(systemd, unit)));
            }
        }
        try {
            served(sheet, Discovery.folders(NginxFiles.read()));
        } catch (IOException e) {
            sheet.notLookedAt("served", String.valueOf(e.getMessage()));
        }
        return sheet.points();
    }

    private void user(Sheet sheet, Optional<WebUser> real) {
        if (real.isEmpty()) {
            sheet.notLookedAt("user", "no worker of it runs");
            return;
        }
        String name = real.get().name();
        sheet.holds(
                "user",
                name.equals(site.webUser()),
                "its workers run as " + name
                        + (name.equals(site.webUser()) ? "" : ", and " + site.webUser() + " is configured"),
                Mend.typed("LECTIO_WEB_USER=" + name + " in " + home.configuration() + ", in lectio.yaml web.user"));
    }

    private void served(Sheet sheet, List<String> folders) throws IOException {
        Set<Path> roots = new TreeSet<>();
        boolean sure = true;
        for (String path : folders) {
            if (path.startsWith("/") && !path.contains("$")) {
                roots.add(real(Path.of(path)));
            } else {
                sure = false; // it depends on the request, or on how nginx was built
            }
        }
        Path web = real(site.webRoot());
        boolean serves = roots.stream().anyMatch(each -> each.equals(web));
        if (serves || sure) {
            sheet.holds(
                    "served",
                    serves,
                    serves ? "it serves " + site.webRoot() : "it serves " + roots + ", and " + web + " is guarded",
                    Mend.typed("sudo lectio init; or LECTIO_WEB_ROOT, in lectio.yaml web.root: what nginx serves"));
        } else {
            sheet.notLookedAt("served", "what it serves depends on variables");
        }
        List<Path> secret = new ArrayList<>();
        services.code().ifPresent(code -> secret.add(code.resolve(".env")));
        secret.add(site.siteRoot().resolve(".env"));
        if (services.database().orElse(null) instanceof Services.SqliteDatabase(Path file)) {
            secret.add(file);
        }
        List<Path> shown = secret.stream()
                .filter(Files::exists)
                .filter(each -> roots.stream().anyMatch(real(each)::startsWith))
                .toList();
        sheet.holds(
                "secrets",
                shown.isEmpty(),
                shown.isEmpty() ? "neither the database nor .env lies in what it serves" : "it serves " + shown,
                Mend.typed("move the root or alias of nginx's configuration below them, then: sudo nginx -t && sudo"
                        + " systemctl reload nginx"));
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.normalize(); // it is not there
        }
    }

    private List<Point> copies(Sheet sheet, CopyPlan plan) throws IOException {
        if (!root) {
            sheet.notLookedAt("copies", Doctor.AS_ROOT);
            return sheet.points();
        }
        Mend backup = Mend.typed("sudo lectio backup");
        SiteCopies copies = SiteCopies.of(home, settings);
        Optional<Copy> newest;
        try {
            newest = copies.newest();
        } catch (HeldFolder.NotOwn e) { // as before the first copy, which makes the usual folder root's
            sheet.advised("copies", String.valueOf(e.getMessage()), backup);
            return sheet.points();
        }
        if (newest.isEmpty()) {
            sheet.advised("copies", "there is no copy of " + plan.database() + " yet", backup);
        } else {
            Duration age = Duration.between(newest.get().taken(), Instant.now());
            sheet.holds(
                    "copies",
                    age.compareTo(OLD) < 0,
                    "the last proved copy, " + newest.get().id() + ", is " + age.toHours() + " h old",
                    backup);
        }
        if (plan.to().isEmpty()) {
            sheet.advised(
                    "elsewhere",
                    "all copies are on this machine",
                    Mend.typed("LECTIO_COPIES_TO=user@host:folder (docs/how-to.md)"));
        } else if (copies.isUnsent()) {
            sheet.advised("elsewhere", "the newest copy is not at " + plan.to().get() + " yet", backup);
        } else {
            sheet.well("elsewhere", "the newest copy is at " + plan.to().get());
        }
        return sheet.points();
    }

    private List<Point> deploys(Sheet sheet) throws IOException, InterruptedException {
        Path state = Sites.state(home.state(), settings.name());
        if (!root) {
            sheet.notLookedAt("live", Doctor.AS_ROOT);
            return sheet.points();
        }
        Optional<String> answer = ControlClient.ask(state, Request.of(Request.Ask.RELEASES));
        Releases releases = answer.isPresent()
                ? ControlClient.read(answer.get(), Releases.class)
                : WithoutDaemon.releases(home, settings);
        if (releases.live().isPresent()) {
            sheet.well("live", "release " + releases.live().get() + " is live");
        } else {
            sheet.advised(
                    "live",
                    "no release is known, so a page that is overwritten cannot be put back",
                    Mend.typed("sudo lectio releases adopt"));
        }
        Site real = Daemon.real(site);
        Path above = Folders.above(real.siteRoot());
        try {
            Places.of(real.siteRoot(), real.webRoot()).requireOurs();
            sheet.well("store", above.resolve(".lectio") + " is, or would be, root's alone");
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage());
            int colon = why.lastIndexOf(": sudo ");
            sheet.wrong(
                    "store",
                    colon < 0 ? why : why.substring(0, colon),
                    Mend.typed(colon < 0 ? "ls -ld " + above : why.substring(colon + 2)));
        }
        List<FileSystems.Room> rooms = FileSystems.read().of(List.of(real.webRoot(), above));
        sheet.holds(
                "one-mount",
                rooms.size() < 2,
                rooms.size() < 2
                        ? "what is live and its releases are on one mount"
                        : real.webRoot() + " is a mount of its own, so that no release can take its place in one step",
                Mend.typed("mount " + above + " as a whole, or serve a folder of it"));
        return sheet.points();
    }

    private List<Point> healthPy(Sheet sheet, Services.App app) {
        try {
            HealthAnswer answer = HealthAnswer.of(Probers.direct(app)
                    .get(Probers.directly(app, site), MOST_BYTES, TO_SAY)
                    .body());
            if (answer.tells()) {
                sheet.well("health-py", "the application tells its release and its database's state");
            } else {
                sheet.advised(
                        "health-py",
                        app.api().getPath() + " does not tell release and database, as health.py does",
                        Mend.typed("docs/how-to.md, 'Drop in health.py'"));
            }
        } catch (HttpFailure e) {
            sheet.notLookedAt("health-py", String.valueOf(e.getMessage()));
        }
        return sheet.points();
    }
}
