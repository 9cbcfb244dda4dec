package io.lectio.wiring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lectio.alert.Heartbeat;
import io.lectio.alert.LogOnlyNotifier;
import io.lectio.alert.LoggedNotifier;
import io.lectio.alert.MailNotifier;
import io.lectio.alert.TelegramNotifier;
import io.lectio.alert.Texts;
import io.lectio.alert.Ways;
import io.lectio.alert.WebhookNotifier;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.control.ControlServer;
import io.lectio.core.Event;
import io.lectio.core.Guard;
import io.lectio.core.deploy.Releases;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.UnitState;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Remark;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Notices;
import io.lectio.core.policy.Part;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.engine.EventLog;
import io.lectio.engine.GuardLoop;
import io.lectio.engine.Notifier;
import io.lectio.engine.Prober;
import io.lectio.engine.Repairer;
import io.lectio.engine.StateStore;
import io.lectio.host.Folders;
import io.lectio.host.SdNotify;
import io.lectio.host.Signals;
import io.lectio.host.Supervisor;
import io.lectio.host.http.Dialer;
import io.lectio.host.http.HttpClient;
import io.lectio.host.systemd.Systemd;
import io.lectio.probe.PageProbe;
import io.lectio.probe.UnitWatcher;
import io.lectio.probe.WebRootWatcher;
import io.lectio.release.AppUnit;
import io.lectio.release.CodeFiles;
import io.lectio.release.CodeReleases;
import io.lectio.release.DjangoProject;
import io.lectio.release.Examination;
import io.lectio.release.FrontendReleases;
import io.lectio.release.PageReader;
import io.lectio.release.Places;
import io.lectio.release.Reception;
import io.lectio.release.SiteReleases;
import io.lectio.release.Workers;
import io.lectio.repair.PathRepairer;
import io.lectio.repair.ServiceRestarter;
import io.lectio.store.FileStateStore;
import io.lectio.store.HistoryWriter;
import io.lectio.store.LogFiles;
import io.lectio.store.OneGuard;
import io.lectio.store.SiteLock;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// The guard, built from its settings.
public final class Daemon {
    private static final Duration LOOK_DEADLINE = Duration.ofSeconds(10);
    private static final Duration LONGEST_END = Duration.ofSeconds(3);
    /// In which a guard that moves has touched its file several times.
    private static final Duration STILL = Duration.ofSeconds(20);

    private static final Duration SECOND_THOUGHT = Duration.ofSeconds(6);

    /// Less than a minute, after which cron starts the next one.
    private static final Duration LONGEST_ROUND = Duration.ofSeconds(50);

    /// What a look waits for a service's answer: a look that is quick sees a stop or a crash at once.
    private static final Duration WAIT = Duration.ofMillis(300);

    private Daemon() {}

    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);

    public interface Work {
        void run() throws IOException, InterruptedException;
    }

    /// Guards until the process is told to end.
    ///
    /// @return false when another guard is at work on this home
    /// @throws IOException also when another guard repairs this site
    public static boolean run(Home home, InForce begin, boolean repairs) throws IOException, InterruptedException {
        Round.end(home);
        return alone(home, () -> guard(home, begin, repairs, Surroundings.host(home)));
    }

    /// One round in the place of a guard that does not run: the same looks, repairs, budgets and messages, for
    /// [#LONGEST_ROUND] at most. A guard that starts meanwhile has it end.
    ///
    /// @return whether all is well; empty when a guard is at work
    public static Optional<Boolean> round(Home home, InForce begin, boolean repairs)
            throws IOException, InterruptedException {
        AtomicReference<Boolean> well = new AtomicReference<>(false);
        boolean alone = alone(home, () -> {
            Round.note(home);
            Optional<Duration> still = still(home);
            guard(
                    home,
                    begin,
                    repairs,
                    Surroundings.host(home, true),
                    System.out,
                    fleet -> well.set(fleet.round(still, LONGEST_ROUND)));
        });
        return alone ? Optional.of(well.get()) : Optional.empty();
    }

    /// Work that needs a guard, where none runs: one is there for so long as it lasts.
    ///
    /// @return false when a guard is at work
    public static boolean inPlace(Home home, InForce begin, Work work) throws IOException, InterruptedException {
        return alone(home, () -> guard(home, begin, true, Surroundings.host(home, true), NOWHERE, _ -> work.run()));
    }

    /// How long the guard has not moved; empty where none ever has.
    private static Optional<Duration> still(Home home) throws IOException {
        return Files.exists(home.alive())
                ? Optional.of(
                        Duration.between(Files.getLastModifiedTime(home.alive()).toInstant(), Instant.now()))
                : Optional.empty();
    }

    /// How long the guard that holds the lock has not moved, if that is too long, also after a while: one that has just
    /// taken the lock moves by then.
    public static Optional<Duration> stuck(Home home) throws IOException, InterruptedException {
        if (!seemsStuck(home)) {
            return Optional.empty();
        }
        Thread.sleep(SECOND_THOUGHT);
        return seemsStuck(home) ? still(home) : Optional.empty();
    }

    private static boolean seemsStuck(Home home) throws IOException {
        boolean isStill = still(home).filter(time -> time.compareTo(STILL) > 0).isPresent();
        return isStill && !Round.isFree(home) && !Round.isUnderWay(home);
    }

    static boolean alone(Home home, Work work) throws IOException, InterruptedException {
        LastResort.endOnUncaught();
        home.prepare();
        Optional<OneGuard> lock = OneGuard.take(home.state());
        if (lock.isEmpty()) {
            return false;
        }
        try (OneGuard _ = lock.get()) {
            Sites.forgetSockets(home);
            Drills.putBack(home);
            work.run();
        }
        return true;
    }

    interface Shift {
        void of(Fleet fleet) throws IOException, InterruptedException;
    }

    static void guard(Home home, InForce begin, boolean repairs, Surroundings around)
            throws IOException, InterruptedException {
        Optional<Path> followed = around.demo() ? Optional.empty() : Optional.of(home.configuration());
        guard(home, begin, repairs, around, System.out, fleet -> fleet.run(followed, home.alive()));
    }

    private static void guard(
            Home home, InForce begin, boolean repairs, Surroundings around, PrintStream out, Shift shift)
            throws IOException, InterruptedException {
        LogFiles log = new LogFiles(home.logs(), InstantSource.system(), ZoneId.systemDefault(), out, !around.demo());
        log.begin();
        Pace pace = new Pace();
        Rounds rounds = new Rounds(SdNotify::send);
        boolean booted = !around.demo() && isRoot();
        Event.Started started = new Event.Started(booted ? Boot.graceUntil() : Optional.empty());
        CompletableFuture<Boolean> endedWell = new CompletableFuture<>();
        AtomicReference<Fleet> sites = new AtomicReference<>();
        try {
            try (Closeable _ = around.end();
                    Fleet fleet = new Fleet(
                            new Fleet.Loops() {
                                @Override
                                public Services present(SiteSettings site) throws IOException {
                                    return around.demo() ? site.services() : Daemon.present(site.services());
                                }

                                @Override
                                public void check(Fleet.Part part) throws IOException {
                                    try {
                                        real(part.site().site());
                                    } catch (IllegalArgumentException e) { // a link leads where nothing is guarded
                                        throw new IOException(e.getMessage(), e);
                                    }
                                    Home.makeSiteFolder(Sites.state(
                                            around.state(), part.site().name()));
                                }

                                @Override
                                public Fleet.Running make(Fleet.Part part) throws IOException {
                                    return running(
                                            part,
                                            repairs,
                                            around,
                                            log,
                                            pace,
                                            rounds,
                                            started,
                                            () -> Objects.requireNonNull(sites.get()));
                                }
                            },
                            root -> repairs ? alone(root, home, log) : () -> {},
                            around.demo() ? _ -> {} : new InForce.Keeper(home, log),
                            log)) {
                sites.set(fleet);
                fleet.start(begin, why -> begin.before(home, why, text -> log.health(Level.WARNING, text)));
                Thread end = new Thread(() -> end(fleet, log, endedWell), "end");
                Runtime.getRuntime().addShutdownHook(end);
                Signals.onHangup(() -> {
                    CompletableFuture<Finding.Config> _ = fleet.reload(); // the owner is told, if it is bad
                });
                try {
                    if (booted) {
                        Boot.begun();
                    }
                    if (!SdNotify.send("READY=1\nSTATUS=" + fleet.inWords())) {
                        log.health(Level.WARNING, "systemd does not hear that the guard is there: NOTIFY_SOCKET");
                    }
                    shift.of(fleet);
                    exitsByItself(end);
                } finally {
                    LastResort.haltAfter(LONGEST_END); // whatever does not let itself be closed
                }
            }
            endedWell.complete(true);
        } finally {
            endedWell.complete(false);
        }
    }

    private static Fleet.Running running(
            Fleet.Part part,
            boolean repairs,
            Surroundings around,
            LogFiles log,
            Pace pace,
            Rounds rounds,
            Event.Started started,
            Supplier<Fleet> fleet)
            throws IOException {
        SiteSettings one = part.site();
        EventLog lines = part.label().isEmpty() ? log : log.about(part.label());
        InstantSource clock = InstantSource.system();
        ZoneId zone = ZoneId.systemDefault();
        Supervisor supervisor = around.supervisor().get();
        if (part.lacksAService()) {
            lines.health(Level.WARNING, notGuarded(one.services(), part.present()));
        }
        boolean leads = part.first() && !around.demo();
        Optional<Settings.Telegram> time =
                part.settings().channels().telegram().filter(telegram -> leads && telegram.clock());
        Map<CheckId, Prober> own = new EnumMap<>(CheckId.class);
        Set<CheckId> also = EnumSet.noneOf(CheckId.class);
        if (leads) {
            own.put(CheckId.SETTINGS, _ -> fleet.get().settings());
        }
        if (time.isPresent()) {
            also.add(CheckId.CLOCK);
        }
        Optional<SiteCopies> copies = Optional.empty();
        if (!around.demo() && isRoot()) {
            also.add(CheckId.RELEASE);
            copies = Optional.of(new SiteCopies(around.state(), one, part.present(), around.appLog()));
            own.put(CheckId.COPIES, copies.get().probe(repairs));
        }
        also.addAll(own.keySet());
        Optional<Notices> ofItself = Optional.of(
                        new Notices(part.settings().channels().alive(), zone))
                .filter(_ -> !around.demo() && !around.inPlace());
        Policy policy = one.policy().here(real(one.site()), part.present(), repairs, also, ofItself);
        Path state = Sites.state(around.state(), one.name());
        Home.makeSiteFolder(state);
        StateStore store = new FileStateStore(state, policy, clock, lines);
        HistoryWriter history = new HistoryWriter(state.resolve("history"), one.label(), clock, lines);
        Lately lately = new Lately(policy, Lately.Places.USUAL, state, lines, (incident, text) -> {
            history.note(incident, text);
            lines.write(new EventLog.Line(
                    EventLog.Log.HEALTH, Level.INFO, "", new Remark(incident, Remark.Kind.NOTE, text)));
        });
        Texts texts = new Texts(part.settings().language(), zone, clock, repairs, part.label(), lately::of);
        Map<String, CheckId> units = policy.services().units();
        units.values().retainAll(policy.checks());
        List<Path> written = leads ? List.of(around.logs(), around.state()) : List.of();
        AtomicReference<GuardLoop> running = new AtomicReference<>();
        Supplier<Releases> releases = () -> Optional.ofNullable(running.get())
                .map(each -> each.snapshot().state().durable().releases())
                .orElse(Releases.NONE);
        Probers probers = new Probers(policy, supervisor, around.appLog(), time, releases, clock);
        Optional<CodeReleases> code =
                copies.flatMap(known -> code(policy, one.site(), supervisor, new DeployCopies(known), releases));
        SiteReleases deploys =
                new SiteReleases(probers.places().live(), frontend(policy, probers.places(), releases), code, releases);
        GuardLoop.Ports ports = new GuardLoop.Ports(
                probers.all(WAIT, written, own),
                repairer(around, supervisor, deploys, state),
                deploys,
                new LoggedNotifier(pace.before(channel(part.settings().channels(), texts, clock)), lines, texts),
                store,
                new WebRootWatcher(policy.site(), lines),
                new UnitWatcher(supervisor, units),
                around.demo() ? Story.of(lines, clock, log::say) : lines,
                around.demo()
                        ? history
                        : (before, event, decision, now) -> {
                            history.turn(before, event, decision, now);
                            lately.turn(before, event, decision, now);
                            if (event instanceof Event.Observed) {
                                Fleet all = fleet.get();
                                rounds.looked(one.label(), all.snapshots().keySet(), all.longestRound(), all::inWords);
                            }
                        },
                clock);
        GuardLoop loop = new GuardLoop(ports, policy, started);
        running.set(loop);
        ControlServer control = ControlServer.start(
                state,
                loop::snapshot,
                loop::order,
                new HandedIn(
                        Reception.ofPages(probers.places(), policy.site().privates()),
                        code,
                        deploys,
                        releases,
                        loop::deploy,
                        clock),
                () -> fleet.get().reload(),
                lines,
                clock);
        Closeable heartbeat = part.settings()
                .channels()
                .heartbeat()
                .filter(_ -> leads && !around.inPlace()) // whoever waits for it is to miss the guard
                .<Closeable>map(url ->
                        Heartbeat.start(url, () -> fleet.get().snapshots().values(), log, clock))
                .orElse(() -> {});
        Closeable daily = copies.isEmpty()
                ? () -> {}
                : CopyKeeper.start(copies.get(), repairs && !around.inPlace(), orphans(part, around.state()), lines);
        return new Fleet.Running(loop, () -> {
            daily.close();
            heartbeat.close();
            control.close();
            lately.close();
            history.close();
        });
    }

    /// Restores that were cut off at sites that are no longer guarded: the first one's guard looks after them.
    private static List<Path> orphans(Fleet.Part part, Path guards) throws IOException {
        Set<Path> guarded = part.settings().sites().stream()
                .map(site -> Sites.state(guards, site.name()))
                .collect(Collectors.toSet());
        return part.first() ? SiteCopies.orphans(guards, guarded) : List.of();
    }

    /// Keeps guards of other homes from repairing the same site. Where there is no place for the lock, as in a
    /// sandbox without it, the guard works all the same.
    private static Closeable alone(Path siteRoot, Home home, EventLog log) throws IOException {
        if (!isRoot()) {
            return () -> {};
        }
        try {
            return SiteLock.take(siteRoot, home.folder());
        } catch (SiteLock.Refused e) {
            throw e;
        } catch (IOException e) {
            log.health(Level.WARNING, "nothing keeps a guard of another home from repairing here too: " + e);
            return () -> {};
        }
    }

    static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    /// What ends without being told to says itself how.
    private static void exitsByItself(Thread end) {
        try {
            boolean _ = Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException e) {
            return; // it was told to: the hook is at work
        }
    }

    /// A guard that was told to end has ended well: 0, where the virtual machine would say 143.
    private static void end(Fleet fleet, LogFiles log, CompletableFuture<Boolean> endedWell) {
        LastResort.haltAfter(LONGEST_END.plus(LONGEST_END)); // more than a farewell and an end
        boolean _ = SdNotify.send("STOPPING=1");
        fleet.end();
        boolean well = endedWell
                .completeOnTimeout(false, LONGEST_END.plus(GuardLoop.FAREWELL).toMillis(), TimeUnit.MILLISECONDS)
                .join();
        log.close();
        if (well) {
            Runtime.getRuntime().halt(0);
        }
    }

    /// Every check's look, once, side by side, changing nothing. What a single look at a service can tell, it is
    /// judged by.
    public static Map<CheckId, Outcome> lookOnce(Home home, SiteSettings settings)
            throws InterruptedException, IOException {
        InstantSource clock = InstantSource.system();
        Map<CheckId, Outcome> seen = new EnumMap<>(CheckId.class);
        try (Systemd systemd = new Systemd()) {
            Services services = presentOrAll(settings.services());
            Policy policy = settings.policy().here(real(settings.site()), services, false, Set.of(), Optional.empty());
            Map<CheckId, Prober> probers = new Probers(
                            policy,
                            systemd,
                            Surroundings.host(home).appLog(),
                            Optional.empty(),
                            () -> Releases.NONE,
                            clock)
                    .all(Probers.PAGE_DEADLINE, List.of(home.logs(), home.state()), Map.of());
            ExecutorService side = Executors.newThreadPerTaskExecutor(
                    Thread.ofPlatform().name("look").daemon().factory());
            List<Callable<Outcome>> looks = probers.values().stream()
                    .<Callable<Outcome>>map(prober -> () -> prober.look(List.of()))
                    .toList();
            Iterator<Future<Outcome>> ended = side.invokeAll(looks, LOOK_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                    .iterator();
            for (CheckId check : probers.keySet()) {
                seen.put(check, Guard.judge(outcome(ended.next()), clock.instant(), policy));
            }
        }
        return seen;
    }

    private static Outcome outcome(Future<Outcome> look) {
        return switch (look.state()) {
            case SUCCESS -> look.resultNow();
            case FAILED -> throw new IllegalStateException(look.exceptionNow());
            case CANCELLED, RUNNING -> new Observation.Unknown("no result within " + LOOK_DEADLINE.toSeconds() + " s");
        };
    }

    /// The services that systemd knows; without systemd, none.
    ///
    /// @throws IOException while systemd does not answer
    static Services present(Services named) throws IOException {
        if (!Systemd.runsHere()) {
            return named.among(Set.of());
        }
        try (Systemd systemd = new Systemd()) {
            Set<String> known = new HashSet<>();
            for (String unit : named.units().keySet()) {
                if (systemd.unit(unit).load() != UnitState.Load.NOT_FOUND) {
                    known.add(unit);
                }
            }
            return named.among(known);
        }
    }

    /// While systemd does not answer, the looks say so.
    private static Services presentOrAll(Services named) {
        try {
            return present(named);
        } catch (IOException e) {
            return named;
        }
    }

    private static String notGuarded(Services named, Services present) {
        Set<String> absent = named.units().keySet();
        absent.removeAll(present.units().keySet());
        return String.join(", ", absent) + ": not guarded until it is there, "
                + (Systemd.runsHere() ? "systemd knows no such unit" : "systemd does not run here");
    }

    private static FrontendReleases frontend(Policy policy, Places places, Supplier<Releases> releases) {
        Site site = policy.site();
        Function<HttpClient, Prober> page = http -> new PageProbe(site, Probers.PAGE_DEADLINE, http);
        HttpClient http = new HttpClient(new Dialer.Fixed(site.server()), false);
        boolean nginx = policy.services().proxy().filter(Services.Proxy::test).isPresent();
        PageReader reader = (from, html) -> new PageReader.Page(PageProbe.named(from, html), PageProbe.marks(html));
        return new FrontendReleases(
                site,
                places,
                new Examination(site, places, reader, page, nginx),
                http,
                page.apply(http),
                () -> releases.get().kept(Part.PAGES));
    }

    /// @param named the site as the owner names it: the code's folder is named so too
    private static Optional<CodeReleases> code(
            Policy policy,
            Site named,
            Supervisor supervisor,
            DjangoProject.DatabaseCopies copies,
            Supplier<Releases> releases) {
        Services services = policy.services();
        if (services.app().isEmpty()
                || services.code().isEmpty()
                || !(supervisor instanceof Systemd systemd)) { // the demo's has no code
            return Optional.empty();
        }
        Site site = policy.site();
        Services.App app = services.app().get();
        Path folder = site.siteRoot()
                .resolve(named.siteRoot().relativize(services.code().get()))
                .normalize();
        Optional<Path> database = services.database()
                .filter(Services.SqliteDatabase.class::isInstance)
                .map(each -> ((Services.SqliteDatabase) each).file());
        List<Path> others = new ArrayList<>(List.of(site.webRoot()));
        database.ifPresent(others::add);
        Places code = Places.ofCode(site.siteRoot(), folder);
        Workers workers = new Workers(
                supervisor,
                app.unit(),
                Probers.direct(app),
                Probers.directly(app, site),
                new HttpClient(new Dialer.Fixed(site.server()), false),
                app.api(),
                () -> {
                    AppUnit unit = AppUnit.read(systemd, app.unit());
                    return unit.isGunicorn() && !unit.preloads();
                },
                services.beside(),
                code.store().resolve("workers"));
        return Optional.of(new CodeReleases(
                code,
                new CodeFiles(folder, site.privates(), others),
                workers,
                new DjangoProject(systemd, app.unit(), code, database, app.api(), copies),
                () -> releases.get().kept(Part.CODE)));
    }

    private static Repairer repairer(Surroundings around, Supervisor supervisor, SiteReleases deploys, Path state) {
        PathRepairer paths = new PathRepairer(state.resolve("repairs"));
        ServiceRestarter services =
                new ServiceRestarter(supervisor, state.resolve("evidence"), Optional.of(around.appLog()));
        return (remedy, name) -> switch (remedy) {
            case Remedy.OpenPaths open -> paths.run(open, name);
            case Remedy.Restore restore -> deploys.run(restore, name);
            case Remedy.RollBack back -> deploys.run(back);
            case Remedy.Restart restart -> services.run(restart, name);
        };
    }

    static Notifier channel(Settings.Channels channels, Texts texts, InstantSource clock) {
        List<Ways.Way> ways = new ArrayList<>();
        channels.telegram()
                .map(telegram -> new TelegramNotifier(
                        telegram.api(), telegram.token(), telegram.chat(), telegram.proxy(), texts))
                .ifPresent(telegram -> ways.add(new Ways.Way("Telegram", telegram)));
        channels.mail()
                .map(mail ->
                        new MailNotifier.Account(mail.server(), mail.user(), mail.password(), mail.from(), mail.to()))
                .ifPresent(account -> ways.add(new Ways.Way("mail", new MailNotifier(account, texts, clock))));
        channels.webhook().ifPresent(url -> ways.add(new Ways.Way("webhook", new WebhookNotifier(url, texts))));
        return ways.isEmpty() ? new LogOnlyNotifier() : new Ways(ways);
    }

    /// The site with its root's real path, so that a link above it (`/var/www` elsewhere) is the administrator's,
    /// settled once, as is that of a web root which is a link that only root can lead elsewhere. Any other
    /// link below the root is refused.
    static Site real(Site site) throws IOException {
        if (!Files.exists(site.siteRoot())) {
            return site;
        }
        Path root = site.siteRoot().toRealPath();
        Path web = root.resolve(site.siteRoot().relativize(site.webRoot())).normalize();
        return new Site(
                site.page(), site.server(), root, Folders.behindLink(web, root), site.webUser(), site.privates());
    }
}
