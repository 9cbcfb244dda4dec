package io.lectio.wiring;

import io.lectio.config.ConfigLoader;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.doctor.Mend;
import io.lectio.doctor.Point;
import io.lectio.doctor.Point.Group;
import io.lectio.doctor.Sheet;
import io.lectio.host.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Looks at this host by the list of `lectio doctor`, side by side, and changes nothing by that. See ADR 31.
public final class Doctor {
    private static final Duration DEADLINE = Duration.ofSeconds(12);
    private static final Duration TO_MEND = Duration.ofSeconds(60);
    private static final int MOST_BYTES = 4_096;
    private static final int OTHERS = 0077;
    private static final int OTHERS_WRITE = 0022;
    static final String AS_ROOT = "only root sees it: sudo lectio doctor";

    private final Home home;
    private final boolean root;

    public Doctor(Home home) throws IOException {
        this.home = home;
        root = Daemon.isRoot();
    }

    /// @param unreadable whether the configuration is bad
    public record Seen(List<Point> points, boolean unreadable) {
        public Seen {
            points = List.copyOf(points);
        }
    }

    /// A part of the list that is looked at beside the others.
    ///
    /// @param name of the point that says so where it does not come to an end
    record Look(String site, Group group, String name, Work work) {
        interface Work {
            List<Point> run(Sheet sheet) throws IOException, InterruptedException;
        }
    }

    public boolean isRoot() {
        return root;
    }

    public Seen look() throws InterruptedException {
        Sheet sheet = new Sheet("", Group.CONFIGURATION);
        Optional<Settings> settings = Optional.empty();
        boolean bad = false;
        try {
            settings = configuration(sheet);
        } catch (Settings.Invalid e) {
            bad = true;
            int number = 1;
            for (Settings.Problem problem : e.problems()) {
                sheet.wrong(
                        e.problems().size() == 1 ? "valid" : "valid-" + number++,
                        problem.toString(),
                        Mend.typed("sudo nano "
                                + (problem.place().line() > 0
                                        ? "+" + problem.place().line() + " "
                                        : "") + problem.place().file() + "; then: lectio config check"));
            }
        }
        List<Look> looks = new ArrayList<>(new DoctorOfHost(home, root).looks(settings));
        if (settings.isPresent()) {
            for (SiteSettings site : settings.get().sites()) {
                String label = settings.get().hasSeveral() ? site.label() : "";
                looks.addAll(
                        Files.isDirectory(site.site().siteRoot())
                                ? new DoctorOfSite(home, site, label, root).looks()
                                : without(label, "there is no site"));
            }
        } else {
            looks.addAll(without("", "the configuration is not known"));
        }
        List<Point> points = new ArrayList<>(sheet.points());
        points.addAll(run(looks));
        points.sort(Comparator.comparing(Point::group)); // stable: as they were noted within a group
        return new Seen(points, bad);
    }

    private static List<Look> without(String label, String why) {
        Look.Work none = sheet -> {
            sheet.notLookedAt("all", why);
            return sheet.points();
        };
        return Stream.of(Group.UNIT, Group.FILES, Group.NGINX, Group.DATABASE, Group.DEPLOYS, Group.HEALTH)
                .map(group -> new Look(label, group, "all", none))
                .toList();
    }

    private static List<Point> run(List<Look> looks) throws InterruptedException {
        List<Point> points = new ArrayList<>();
        // walks and probes are native calls: on virtual threads they would keep a child's reader from its turn
        ExecutorService side = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("doctor").daemon().factory());
        try {
            List<Future<List<Point>>> ended = side.invokeAll(
                    looks.stream()
                            .map(look -> (java.util.concurrent.Callable<List<Point>>)
                                    () -> look.work().run(new Sheet(look.site(), look.group())))
                            .toList(),
                    DEADLINE.toMillis(),
                    TimeUnit.MILLISECONDS);
            for (int i = 0; i < looks.size(); i++) {
                points.addAll(points(looks.get(i), ended.get(i)));
            }
        } finally {
            side.shutdownNow();
        }
        return points;
    }

    private static List<Point> points(Look look, Future<List<Point>> ended) {
        Sheet sheet = new Sheet(look.site(), look.group());
        switch (ended.state()) {
            case SUCCESS -> {
                return ended.resultNow();
            }
            case FAILED -> {
                if (!(ended.exceptionNow() instanceof IOException why)) {
                    throw new IllegalStateException(ended.exceptionNow());
                }
                sheet.notLookedAt(look.name(), String.valueOf(why.getMessage()));
            }
            case CANCELLED, RUNNING ->
                sheet.notLookedAt(look.name(), "no result within " + DEADLINE.toSeconds() + " s");
        }
        return sheet.points();
    }

    /// @return empty where it is not for this user
    private Optional<Settings> configuration(Sheet sheet) throws Settings.Invalid {
        Path file = home.configuration();
        Path yaml = ConfigLoader.yaml(file);
        boolean closed = !root && !Files.isReadable(file) && (Files.exists(file) || !Files.isReadable(home.folder()));
        if (closed && Files.exists(home.folder())) {
            sheet.notLookedAt("valid", file + " is root's: sudo lectio doctor");
            return Optional.empty();
        }
        rights(sheet, file, OTHERS);
        rights(sheet, yaml, OTHERS_WRITE);
        Settings settings = ConfigLoader.load(file);
        if (!home.isConfigured()) {
            sheet.advised(
                    "valid",
                    "neither " + file + " nor " + yaml.getFileName() + " is there: the defaults count",
                    Mend.typed("sudo lectio init"));
        } else {
            sheet.well("valid", home.configuration() + (Files.exists(yaml) ? " and lectio.yaml are" : " is") + " good");
        }
        int number = 1;
        for (Settings.Problem warning : settings.warnings()) {
            if (!warning.text().matches(".*: (chmod 600|chown root) /.*")) { // its rights are a point of their own
                sheet.advised("warning-" + number++, warning.toString(), Mend.typed("sudo nano " + file));
            }
        }
        for (SiteSettings site : settings.sites()) {
            Path folder = site.site().siteRoot();
            sheet.holds(
                    settings.hasSeveral() ? "site-" + site.label() : "site",
                    Files.isDirectory(folder),
                    (Files.isDirectory(folder) ? "the site is at " : "there is no site at ") + folder,
                    Mend.typed("sudo lectio init, which finds the sites of this host"));
        }
        return Optional.of(settings);
    }

    /// Root changes rights only where nobody else could put another file in its place.
    private void rights(Sheet sheet, Path file, int unwanted) {
        String name = "rights-of-" + file.getFileName();
        try {
            if (!Files.exists(file)) {
                return;
            }
            int mode = (Integer) Files.getAttribute(file, "unix:mode") & 07777;
            String owner = Files.getOwner(file).getName();
            boolean owned = !root || owner.equals("root");
            String seen = "%s is %s's, with mode %04o".formatted(file, owner, mode);
            Path folder = file.toAbsolutePath().resolveSibling("");
            boolean ours = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.getAttribute(folder, "unix:uid").equals(0)
                    && ((Integer) Files.getAttribute(folder, "unix:mode") & OTHERS_WRITE) == 0;
            if (owned && (mode & unwanted) == 0) {
                sheet.well(name, seen);
            } else if (ours && owned) {
                sheet.wrong(
                        name,
                        seen + ": it has secrets, and decides what root does",
                        Mend.safe("chmod", "600", file.toString()));
            } else {
                String mend = "sudo chown root:root " + file + " && sudo chmod 600 " + file;
                sheet.wrong(name, seen + ": who may write it decides what root does", Mend.typed(mend));
            }
        } catch (IOException e) {
            sheet.notLookedAt(name, String.valueOf(e.getMessage()));
        }
    }

    /// Runs what mends a point.
    ///
    /// @return what it said where it has failed
    public Optional<String> mend(Mend mend) throws IOException, InterruptedException {
        Child.Result ended = Child.run(mend.command(), TO_MEND, MOST_BYTES);
        if (ended.timedOut()) {
            return Optional.of("not done within " + TO_MEND.toSeconds() + " s");
        }
        int exit = ended.exit().getAsInt();
        return exit == 0
                ? Optional.empty()
                : Optional.of("exit code " + exit + ": " + ended.text().strip());
    }
}
