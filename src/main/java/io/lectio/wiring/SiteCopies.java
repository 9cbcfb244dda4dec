package io.lectio.wiring;

import io.lectio.config.Home;
import io.lectio.config.Settings.CopyPlan;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.control.Answer;
import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.control.Request.Ask;
import io.lectio.control.Status;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Releases;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.Services;
import io.lectio.host.Child;
import io.lectio.host.HeldFolder;
import io.lectio.host.SqliteCopy;
import io.lectio.host.SqliteCopy.Verdict;
import io.lectio.host.WebUser;
import io.lectio.host.http.HttpFailure;
import io.lectio.host.systemd.Systemd;
import io.lectio.probe.ApiProbe;
import io.lectio.release.Copies;
import io.lectio.release.Copy;
import io.lectio.release.CopyProbe;
import io.lectio.release.Disk;
import io.lectio.release.Elsewhere;
import io.lectio.release.HeldUnits;
import io.lectio.release.Restore;
import io.lectio.release.Retention;
import io.lectio.release.Told;
import io.lectio.store.OneGuard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The copies of one site's database. Only root makes or restores one, and one process at a time: the guard, a
/// command.
public final class SiteCopies implements CopyProbe.Source {
    private static final Duration TO_BE_FREE = Duration.ofSeconds(10);
    private static final Duration TO_ANSWER = Duration.ofSeconds(30);
    private static final Duration TO_SAY = Duration.ofSeconds(5);
    private static final Duration MAINTENANCE = Duration.ofHours(1);
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final String WHY = "a copy of the database is put back";
    private static final int PAUSE = 150;
    private static final int MOST_BYTES = 4_096;

    private final SiteSettings site;
    private final Services present;
    private final Path guard;
    private final Path state;
    private final Path appLog;
    private final Restore restore;
    private final InstantSource clock = InstantSource.system();
    private volatile CopyProbe.Course course = CopyProbe.Course.NONE;

    SiteCopies(Path guards, SiteSettings site, Services present, Path appLog) {
        this.site = site;
        this.present = present;
        this.appLog = appLog;
        guard = Sites.state(guards, site.name());
        state = guard.resolve("copies");
        restore = new Restore(state, new HeldUnits(units(), state, this::ails, Disk.REAL), Disk.REAL);
    }

    /// For a command.
    public static SiteCopies of(Home home, SiteSettings site) throws IOException {
        return new SiteCopies(
                home.state(),
                site,
                Daemon.present(site.services()),
                Surroundings.host(home).appLog());
    }

    /// @param wanted whether this guard makes them, or one in whose place it is
    CopyProbe probe(boolean wanted) {
        Optional<CopyPlan> daily =
                site.copies().filter(plan -> wanted && plan.at().isPresent());
        return new CopyProbe(this, daily.map(plan -> plan.folder().toString()), daily.flatMap(CopyPlan::to), clock);
    }

    private CopyPlan plan() throws IOException {
        return site.copies()
                .orElseThrow(() -> new IOException("this site has no SQLite database that is known, or its copies"
                        + " would be served: see LECTIO_DATABASE and LECTIO_COPIES; of PostgreSQL there are none yet"));
    }

    /// As things are now: the site's root may be a link, which somebody may point elsewhere.
    public Copies copies() throws IOException {
        CopyPlan plan = plan();
        return new Copies(
                place(plan),
                new Retention(plan.daily(), plan.weekly(), plan.monthly()),
                site.policy().zone(),
                clock,
                Disk.REAL);
    }

    private Copies.Place place(CopyPlan plan) throws IOException {
        Path root = site.site().siteRoot();
        Path real = Files.exists(root) ? root.toRealPath() : root;
        Path folder = below(root, real, plan.folder());
        return new Copies.Place(
                folder,
                folder.equals(real.resolve("backups")),
                below(root, real, plan.database()),
                Copy.identity(plan.database()),
                state,
                this::user);
    }

    /// A link above it is the administrator's, any link below it is refused.
    private static Path below(Path root, Path real, Path path) {
        return path.startsWith(root) ? real.resolve(root.relativize(path)) : path;
    }

    /// As whom the application runs, or would.
    private Optional<WebUser> user() {
        return present.app().flatMap(app -> {
            try (Systemd systemd = new Systemd()) {
                Optional<WebUser> running = Probers.user(Probers.processes(systemd, app.unit()));
                return running.isPresent() ? running : named(app.unit());
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    private static Optional<WebUser> named(String unit) throws IOException {
        try {
            List<String> asked = List.of("systemctl", "show", "--property=User", "--value", "--", unit);
            String name = Child.run(asked, TO_SAY, MOST_BYTES).text().strip();
            return name.isEmpty() ? Optional.empty() : Optional.of(WebUser.lookUp(name));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /// What needs that nobody else makes or restores meanwhile.
    public interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    /// @return empty where another process goes on making or restoring one
    public <T> Optional<T> alone(Work<T> work) throws IOException, InterruptedException {
        return alone(state, work);
    }

    static <T> Optional<T> alone(Path state, Work<T> work) throws IOException, InterruptedException {
        Home.makeFolder(state);
        long end = System.nanoTime() + TO_BE_FREE.toNanos();
        Optional<OneGuard> lock = OneGuard.take(state);
        while (lock.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(PAUSE);
            lock = OneGuard.take(state);
        }
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        try (OneGuard _ = lock.get()) {
            return Optional.of(work.run());
        }
    }

    /// The states of sites that are guarded no longer, in which a restore was cut off.
    static List<Path> orphans(Path guards, Set<Path> guarded) throws IOException {
        List<Path> all = new ArrayList<>(List.of(guards));
        Path named = guards.resolve("sites");
        if (Files.isDirectory(named)) {
            try (Stream<Path> sites = Files.list(named)) {
                all.addAll(sites.toList());
            }
        }
        all.removeAll(guarded);
        return all.stream()
                .map(each -> each.resolve("copies"))
                .filter(each -> orphan(each).isUnderWay())
                .toList();
    }

    /// The units are known by what was noted of them.
    static Restore orphan(Path state) {
        return new Restore(state, new HeldUnits(List.of(), state, Optional::empty, Disk.REAL), Disk.REAL);
    }

    @Override
    public Optional<Copy> newest() throws IOException {
        return copies().newest();
    }

    /// Its lock is made by the first try, and never written.
    @Override
    public Optional<Instant> begun() throws IOException {
        Path lock = state.resolve("lock");
        return Files.exists(lock) ? Optional.of(Files.getLastModifiedTime(lock).toInstant()) : Optional.empty();
    }

    @Override
    public Optional<Instant> sent() throws IOException {
        try {
            return Optional.of(Copy.at(Files.readString(state.resolve("sent")).strip()));
        } catch (NoSuchFileException | DateTimeException e) {
            return Optional.empty();
        }
    }

    @Override
    public int tries() throws IOException {
        return restore.tries();
    }

    @Override
    public CopyProbe.Course course() {
        return course;
    }

    void went(CopyProbe.Course now) {
        course = now;
    }

    public boolean isCutOff() {
        return restore.isUnderWay();
    }

    /// Brings to an end a restore that was cut off.
    ///
    /// @param back whether the database from before comes back in any case
    /// @return what was done, if anything
    public Optional<String> recover(boolean back) throws IOException, InterruptedException {
        Optional<String> done = restore.recover(back);
        boolean inOurs = done.isPresent()
                && ControlClient.status(guard)
                        .flatMap(Status::maintenance)
                        .filter(spell -> spell.why().equals(WHY))
                        .isPresent();
        if (inOurs) {
            Optional<String> _ = ControlClient.ask(guard, Request.of(Ask.END_MAINTENANCE));
        }
        return done;
    }

    /// Whether the daily copy is due.
    boolean isDue() throws IOException {
        Optional<LocalTime> at = site.copies().flatMap(CopyPlan::at);
        return at.isPresent()
                && isDue(
                        newestOwn().map(Copy::taken),
                        at.get(),
                        clock.instant().atZone(site.policy().zone()));
    }

    /// A folder that is not root's has none: it is for the copying itself to make it so, or to refuse it.
    private Optional<Copy> newestOwn() throws IOException {
        try {
            return newest();
        } catch (HeldFolder.NotOwn e) {
            return Optional.empty();
        }
    }

    static boolean isDue(Optional<Instant> last, LocalTime at, ZonedDateTime now) {
        ZonedDateTime today = now.with(at);
        Instant since = (today.isAfter(now) ? today.minusDays(1) : today).toInstant();
        return last.filter(taken -> !taken.isBefore(since)).isEmpty();
    }

    /// Whether the other host lacks the newest copy.
    public boolean isUnsent() throws IOException {
        return site.copies().flatMap(CopyPlan::to).isPresent()
                && newest().filter(copy -> sentNot(copy)).isPresent();
    }

    private boolean sentNot(Copy copy) {
        try {
            return !sent().equals(Optional.of(copy.taken()));
        } catch (IOException e) {
            return true;
        }
    }

    /// Hands the newest copy to the other host. It needs not be alone: a copy that is rotated meanwhile was not
    /// newest.
    public void send(Told tell) throws IOException, InterruptedException {
        Elsewhere to = Elsewhere.of(plan().to().orElseThrow());
        Copy copy = newest().orElseThrow();
        tell.step("sending " + copy.id() + " to " + to.host());
        to.send(copies(), copy);
        Disk.REAL.write(state.resolve("sent"), List.of(copy.id()));
    }

    /// Puts a copy in the place of the database, while the guard keeps its hands off.
    ///
    /// @param keep whether it stays though the application does not work with it
    /// @param stopped whether a person says that nothing works on it, where no unit is known
    /// @return where the database from before is
    public Path restore(Home home, Copy copy, boolean keep, boolean stopped, Told tell)
            throws IOException, InterruptedException {
        requireNoDeploy(home);
        SqliteCopy.Opener opener = requireReady(stopped);
        tell.step("unpacking copy " + copy.id() + " and examining every page");
        Verdict said = copies().verify(copy);
        if (!said.isGood()) {
            throw new IOException("copy " + copy.id() + " is not sound, so nothing was changed: " + said.said()
                    + "; see the others: lectio backups");
        }
        return copies().read(copy, false, put(home, opener, keep, tell));
    }

    /// The same with a file that somebody names.
    public Path restore(Home home, Path file, boolean keep, boolean stopped, Told tell)
            throws IOException, InterruptedException {
        requireNoDeploy(home);
        SqliteCopy.Opener opener = requireReady(stopped);
        tell.step("examining every page of " + file);
        return copies().read(file, put(home, opener, keep, tell));
    }

    /// The application is not stopped while a deploy has its workers exchanged, or judges them.
    private void requireNoDeploy(Home home) throws IOException, InterruptedException {
        Optional<String> answer = ControlClient.ask(guard, Request.of(Ask.RELEASES));
        Releases releases = answer.isPresent()
                ? ControlClient.read(answer.get(), Releases.class)
                : WithoutDaemon.releases(home, site);
        Optional<Deploy> current = releases.current();
        if (current.isPresent()) {
            throw new IOException("nothing was changed: " + current.get().inWords() + " is under way: try again later");
        }
    }

    private SqliteCopy.Opener requireReady(boolean stopped) throws IOException {
        SqliteCopy.Opener opener = place(plan()).opener();
        if (!opener.isOwner()) {
            throw new IOException("nothing was changed: " + plan().database() + ", or its folder, is not of "
                    + opener.user().name() + ", as whom the application runs: sudo chown "
                    + opener.user().name() + " " + plan().database());
        }
        if (units().isEmpty() && !stopped) {
            throw new IOException("nothing was changed: no unit of the application is known (LECTIO_APP_UNIT), so it"
                    + " cannot be stopped: stop it yourself, and add --stopped");
        }
        return opener;
    }

    private Copies.Reader<Path> put(Home home, SqliteCopy.Opener opener, boolean keep, Told tell) throws IOException {
        Path database = place(plan()).database();
        return (content, bytes) -> {
            boolean begun = order(home, tell, Ask.MAINTENANCE);
            try {
                return restore.run(database, opener, STAMP.format(clock.instant()), content, bytes, keep, tell);
            } finally {
                if (begun) {
                    boolean _ = order(home, tell, Ask.END_MAINTENANCE);
                }
            }
        };
    }

    /// In a maintenance the guard repairs nothing and tells nothing. One that a person has ordered goes on. Nothing
    /// depends on it.
    private boolean order(Home home, Told tell, Ask ask) throws InterruptedException {
        boolean begins = ask == Ask.MAINTENANCE;
        Request request = new Request(
                ask,
                Optional.of(MAINTENANCE).filter(_ -> begins),
                Optional.of(WHY).filter(_ -> begins));
        try {
            Optional<Status> status = ControlClient.status(guard);
            if (begins && status.flatMap(Status::maintenance).isPresent()) {
                return false;
            }
            Optional<String> said = status.isEmpty() ? Optional.empty() : ControlClient.ask(guard, request);
            Optional<Answer> answer = said.isPresent()
                    ? Optional.of(ControlClient.read(said.get(), Answer.class))
                    : WithoutDaemon.order(home, site, request);
            if (answer.filter(Answer::done).isPresent()) {
                return true;
            }
            tell.warning("the guard has not taken " + ask + ": "
                    + answer.map(Answer::text).orElse("it does not answer"));
        } catch (IOException e) {
            tell.warning("the guard has not taken " + ask + ": " + e.getMessage());
        }
        return false;
    }

    private List<String> units() {
        List<String> units = new ArrayList<>();
        present.app().ifPresent(app -> units.add(app.unit()));
        units.addAll(present.beside());
        return units;
    }

    /// The application's answer, through the proxy as a visitor has it, or directly.
    private Optional<String> ails() throws InterruptedException {
        Optional<Services.App> app = present.app();
        if (app.isEmpty()) {
            return Optional.empty();
        }
        ApiProbe api =
                new ApiProbe(site.site().server(), app.get().api(), site.site().page(), Probers.PAGE_DEADLINE, appLog);
        long end = System.nanoTime()
                + TO_ANSWER.plus(site.policy().patience().start()).toNanos();
        Observation.Outcome seen = api.look(List.of());
        while (!(seen instanceof Observation.Passed) && !answersWell(app.get()) && System.nanoTime() < end) {
            Thread.sleep(PAUSE);
            seen = api.look(List.of());
        }
        return seen instanceof Observation.Passed || answersWell(app.get())
                ? Optional.empty()
                : Optional.of(seen.inWords());
    }

    private boolean answersWell(Services.App app) throws InterruptedException {
        try {
            int status = Probers.direct(app)
                    .get(Probers.directly(app, site.site()), MOST_BYTES, TO_SAY)
                    .status();
            return status / 100 == 2;
        } catch (HttpFailure e) {
            return false;
        }
    }
}
