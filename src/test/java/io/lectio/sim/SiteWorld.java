package io.lectio.sim;

import io.lectio.core.Action;
import io.lectio.core.Decision;
import io.lectio.core.Event;
import io.lectio.core.health.Ailment;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.health.Observation;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.health.UnitState.Stop;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.sim.Simulation.Timed;
import io.lectio.sim.SiteUnit.Mode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/// The plan's site and the world around it, as far as one seed makes them fail: an application behind a web server,
/// files, Telegram, the guard's own death, its clock, and persons.
final class SiteWorld implements Simulation.World {
    static final Instant START = Instant.parse("2026-01-22T00:00:00Z");
    static final long SECOND = 1_000;
    static final long MINUTE = 60 * SECOND;
    static final long HOUR = 60 * MINUTE;
    static final long DAY = 24 * HOUR;
    /// After so long the probe calls it a lock.
    static final long LOCKED = 10 * SECOND;

    private static final Path WEB = Path.of("/var/www/site/build");
    private static final Site SITE = new Site(
            URI.create("http://localhost/"),
            "127.0.0.1",
            Path.of("/var/www/site"),
            WEB,
            "www-data",
            new PrivatePatterns(List.of()));
    private static final URI API = URI.create("http://localhost/api/health/");
    private static final Services SERVICES = new Services(
            Optional.of(new Services.App("gunicorn.service", "127.0.0.1:8000", API)),
            Optional.of(new Services.Proxy("nginx.service", true)));
    static final Policy POLICY = Policies.of(SITE, SERVICES, true);
    private static final Services WITH_UNITS = new Services(
            SERVICES.app(),
            SERVICES.proxy(),
            Optional.empty(),
            List.of("postgresql.service", "redis.service"),
            List.of("celery.service"));
    private static final Policy OF_UNITS =
            Policies.of(SITE, WITH_UNITS, true).here(SITE, WITH_UNITS, true, Set.of(), Optional.empty());
    private static final Policy WITH_WHAT_IT_RESTS_ON =
            POLICY.here(SITE, SERVICES, true, Set.of(CheckId.DISK, CheckId.DATABASE), Optional.empty());

    /// What can befall the site, its guard, or both.
    enum Trouble {
        APP_KILLED,
        APP_PAUSED,
        APP_HUNG,
        APP_OVERLOADED,
        APP_NEVER_STARTS,
        PROXY_KILLED,
        PROXY_TERMINATED,
        PROXY_PAUSED,
        CONFIG_BAD,
        FILES_CLOSED,
        PAGE_BROKEN,
        PERSON_STOPS,
        PERSON_MASKS,
        PERSON_RESTARTS,
        TELEGRAM_AWAY,
        TELEGRAM_LIMITS,
        GUARD_KILLED,
        CLOCK_JUMPS,
        LOOPBACK_GONE,
        PACKAGES_CHANGE,
        REPAIRS_FAIL,
        REPAIRS_SLOW,
        EVENTS_LOST,
        DISK_FULL,
        DATABASE_LOCKED,
        STORE_KILLED,
        CACHE_KILLED,
        CACHE_PAUSED,
        QUEUE_KILLED,
        QUEUE_PAUSED,
        QUEUE_NEVER_STARTS,
        PERSON_STOPS_STORE,
        PERSON_STOPS_QUEUE;

        /// What only comes to a world in which these are looked at.
        static final Set<Trouble> OF_WHAT_IT_RESTS_ON = EnumSet.of(DISK_FULL, DATABASE_LOCKED);

        static final Set<Trouble> OF_UNITS = EnumSet.range(STORE_KILLED, PERSON_STOPS_QUEUE);
    }

    private static final List<Duration> JUMPS =
            List.of(Duration.ofHours(1), Duration.ofHours(-1), Duration.ofDays(1), Duration.ofDays(-1));

    private static final Duration LOOK = Duration.ofMillis(5);
    private static final Duration SILENT = Duration.ofMillis(SiteUnit.WAIT);
    private static final Duration DEADLINE = Duration.ofSeconds(8);
    private static final Timed<Outcome> PAGE_WELL =
            seen(LOOK, answers(CheckId.PAGE, SITE.page(), 200, Optional.empty()));
    private static final Timed<Outcome> API_WELL = seen(LOOK, answers(CheckId.API, API, 200, Optional.empty()));
    private static final Timed<Outcome> FILES_WELL =
            seen(LOOK, new Observation.Passed(new Access("www-data", 200, List.of(), 0, 0)));
    private static final Timed<Outcome> CONFIG_WELL =
            seen(Duration.ofMillis(40), new Observation.Passed(new Finding.Config("", "")));

    final SplittableRandom random;
    private final SplittableRandom noises;
    private final double noise;
    private final Map<Trouble, Double> perDay;
    final Simulation simulation;
    final SiteUnit app = new SiteUnit(CheckId.APP, "gunicorn.service", true);
    final SiteUnit proxy = new SiteUnit(CheckId.PROXY, "nginx.service", false);
    final SiteUnit store = new SiteUnit(CheckId.NEEDED, "postgresql.service", false);
    final SiteUnit cache = new SiteUnit(CheckId.NEEDED, "redis.service", true);
    final SiteUnit queue = new SiteUnit(CheckId.BESIDE, "celery.service", true);
    /// The deepest first.
    final List<SiteUnit> units = List.of(store, cache, app, proxy, queue);
    /// What the application does while one that it needs is away: it answers with errors, hangs, or ends.
    private int withoutNeeds;
    private boolean hangsWithoutNeeds;
    long lackingSince;

    final Invariants invariants;

    boolean filesClosed;
    private Instant filesChanged = START;
    long filesSince;
    boolean pageBroken;
    boolean configBad;
    boolean loopbackGone;
    boolean diskFull;
    long lockedSince = -1;
    boolean packages;
    long packagesSince;
    boolean telegramAway;
    long telegramBack;
    boolean telegramLimits;
    private long notBefore;
    boolean repairsFail;
    boolean repairsSlow;
    private boolean eventsLost;
    boolean killsAfterEachAttempt;
    private long messages = 100;
    final Map<Trouble, Integer> happened = new EnumMap<>(Trouble.class);

    /// @param noise the share of looks that err
    /// @param perDay how often each trouble comes
    SiteWorld(long seed, double noise, Map<Trouble, Double> perDay) {
        this(seed, noise, perDay, Policy.Timing.DEFAULT.round());
    }

    /// @param round of the policy
    SiteWorld(long seed, double noise, Map<Trouble, Double> perDay, Duration round) {
        random = new SplittableRandom(seed);
        noises = random.split();
        this.noise = noise;
        this.perDay = perDay;
        boolean restsOn = perDay.keySet().stream().anyMatch(Trouble.OF_WHAT_IT_RESTS_ON::contains);
        boolean more = perDay.keySet().stream().anyMatch(Trouble.OF_UNITS::contains);
        Policy policy = more ? OF_UNITS : restsOn ? WITH_WHAT_IT_RESTS_ON : POLICY;
        simulation = new Simulation(Policies.round(policy, round), this, START);
        invariants = new Invariants(this, seed);
        for (Trouble trouble : Trouble.values()) {
            if (perDay.containsKey(trouble)) {
                schedule(trouble);
            }
        }
        simulation.at(MINUTE, this::everyMinute);
    }

    private void everyMinute() {
        invariants.eachMinute();
        after(MINUTE, this::everyMinute);
    }

    private void schedule(Trouble trouble) {
        double days = -Math.log(1 - random.nextDouble()) / perDay.getOrDefault(trouble, 1.0);
        after((long) (days * DAY) + 1, () -> {
            happened.merge(trouble, 1, Integer::sum);
            happen(trouble);
            schedule(trouble);
        });
    }

    long at() {
        return simulation.elapsed();
    }

    void after(long millis, Runnable what) {
        long when = at() + millis;
        if (when < 40 * DAY) {
            simulation.at(when, what);
        }
    }

    long between(long least, long most) {
        return random.nextLong(least, most + 1);
    }

    private void say(String text) {
        invariants.journal("world: " + text);
    }

    void happen(Trouble trouble) {
        say(trouble.name());
        switch (trouble) {
            case APP_KILLED -> crash(app, "signal", "signal 9");
            case APP_PAUSED -> turn(app, Mode.PAUSED);
            case APP_HUNG -> turn(app, Mode.HUNG);
            case APP_OVERLOADED -> {
                turn(app, Mode.OVERLOADED);
                int run = app.run;
                after(between(MINUTE, 10 * MINUTE), () -> {
                    if (app.run == run && app.mode == Mode.OVERLOADED) {
                        say("overload over");
                        turn(app, Mode.WELL);
                    }
                });
            }
            case APP_NEVER_STARTS -> {
                app.neverStarts = true;
                crash(app, "exit-code", "exit code 3");
                after(between(10 * MINUTE, 6 * HOUR), () -> {
                    say("the application could start again");
                    app.neverStarts = false;
                    app.changedAt = at();
                });
            }
            case PROXY_KILLED -> crash(proxy, "signal", "signal 9");
            case PROXY_TERMINATED -> {
                if (proxy.runs()) {
                    end(proxy, Active.INACTIVE, "dead", "success", "", Stop.NOT_ASKED);
                }
            }
            case PROXY_PAUSED -> turn(proxy, Mode.PAUSED);
            case CONFIG_BAD -> {
                configBad = true;
                after(between(10 * MINUTE, 2 * HOUR), () -> {
                    say("configuration mended");
                    configBad = false;
                    proxy.changedAt = at();
                });
            }
            case FILES_CLOSED -> {
                filesClosed = true;
                filesChanged = simulation.now();
                filesSince = at();
                pathsChanged();
            }
            case PAGE_BROKEN -> {
                pageBroken = true;
                pathsChanged();
                after(between(MINUTE, HOUR), () -> {
                    pageBroken = false;
                    pathsChanged();
                });
            }
            case PERSON_STOPS -> personStops(either());
            case PERSON_MASKS -> {
                SiteUnit unit = either();
                unit.masked = true;
                end(unit, Active.INACTIVE, "dead", "success", "", Stop.ASKED);
                after(between(MINUTE, 2 * HOUR), () -> {
                    unit.masked = false;
                    personStarts(unit);
                });
            }
            case PERSON_RESTARTS -> {
                SiteUnit unit = either();
                if (unit.runs()) {
                    start(unit);
                }
            }
            case TELEGRAM_AWAY -> {
                telegramAway = true;
                after(between(MINUTE, 12 * HOUR), () -> {
                    say("Telegram is back");
                    telegramAway = false;
                    telegramBack = at();
                });
            }
            case TELEGRAM_LIMITS -> {
                telegramLimits = true;
                after(between(MINUTE, HOUR), () -> {
                    telegramLimits = false;
                    telegramBack = Math.max(at(), notBefore);
                });
            }
            case GUARD_KILLED -> kill();
            case CLOCK_JUMPS -> jump();
            case LOOPBACK_GONE -> {
                loopbackGone = true;
                after(between(MINUTE, 20 * MINUTE), () -> loopbackGone = false);
            }
            case PACKAGES_CHANGE -> {
                if (!packages) {
                    packages = true;
                    packagesSince = at();
                    after(between(MINUTE, 20 * MINUTE), () -> {
                        say("the package manager is done");
                        packages = false;
                    });
                }
            }
            case REPAIRS_FAIL -> {
                repairsFail = true;
                after(between(MINUTE, 20 * MINUTE), () -> {
                    say("repairs work again");
                    repairsFail = false;
                });
            }
            case REPAIRS_SLOW -> {
                repairsSlow = true;
                after(between(MINUTE, 20 * MINUTE), () -> repairsSlow = false);
            }
            case DISK_FULL -> {
                diskFull = true;
                if (random.nextBoolean()) {
                    crash(app, "exit-code", "exit code 1");
                }
                after(between(MINUTE, 2 * HOUR), () -> {
                    say("there is room again");
                    diskFull = false;
                    app.changedAt = at();
                });
            }
            case DATABASE_LOCKED -> {
                if (lockedSince < 0) {
                    lockedSince = at();
                    turn(app, Mode.HUNG);
                    after(between(10 * SECOND, 20 * MINUTE), () -> {
                        say("the database is free");
                        lockedSince = -1;
                        if (app.mode == Mode.HUNG) {
                            turn(app, Mode.WELL);
                        }
                    });
                }
            }
            case STORE_KILLED -> crash(store, "signal", "signal 9");
            case CACHE_KILLED -> crash(cache, "signal", "signal 9");
            case QUEUE_KILLED -> crash(queue, "signal", "signal 9");
            case QUEUE_NEVER_STARTS -> {
                queue.neverStarts = true;
                crash(queue, "exit-code", "exit code 3");
                after(between(10 * MINUTE, 6 * HOUR), () -> {
                    say("the queue could start again");
                    queue.neverStarts = false;
                    queue.changedAt = at();
                });
            }
            case QUEUE_PAUSED -> turn(queue, Mode.PAUSED);
            case CACHE_PAUSED -> {
                turn(cache, Mode.PAUSED);
                needsChange();
                int run = cache.run;
                after(between(MINUTE, 30 * MINUTE), () -> {
                    if (cache.run == run && cache.runs()) {
                        say("a person lets the cache go on");
                        turn(cache, Mode.WELL);
                        needsChange();
                    }
                });
            }
            case PERSON_STOPS_STORE -> personStops(store);
            case PERSON_STOPS_QUEUE -> personStops(queue);
            case EVENTS_LOST -> {
                eventsLost = true;
                after(between(MINUTE, HOUR), () -> eventsLost = false);
            }
        }
    }

    void kill() {
        if (simulation.alive()) {
            if (!simulation.state().sending().isEmpty()) {
                notBefore = 0; // an answer that it did not live to read
            }
            simulation.kill(between(100, 2_000));
        }
    }

    private void jump() {
        int which = random.nextInt(JUMPS.size() + 2);
        Duration by = which < JUMPS.size()
                ? JUMPS.get(which)
                : Duration.between(
                        simulation.now(),
                        Instant.parse(which == JUMPS.size() ? "1970-01-01T00:00:10Z" : "2038-01-19T03:14:00Z"));
        say("clock set by " + by);
        invariants.jumped(by);
        if (by.isPositive()) {
            notBefore = 0; // by the guard's clock, what the channel asked for is over
        }
        simulation.jump(by);
    }

    void stop(SiteUnit unit) {
        end(unit, Active.INACTIVE, "dead", "success", "", Stop.ASKED);
    }

    private SiteUnit either() {
        return random.nextBoolean() ? app : proxy;
    }

    private void personStops(SiteUnit unit) {
        end(unit, Active.INACTIVE, "dead", "success", "", Stop.ASKED);
        after(between(MINUTE, 2 * HOUR), () -> personStarts(unit));
    }

    /// Whether something is away that the application needs.
    boolean lacks() {
        return !store.answers(at()) || !cache.answers(at());
    }

    /// What the application and its queue make of it when what they need goes or comes.
    private void needsChange() {
        if (!lacks()) {
            if (hangsWithoutNeeds && app.mode == Mode.HUNG) {
                turn(app, Mode.WELL);
            }
            hangsWithoutNeeds = false;
            return;
        }
        lackingSince = at();
        withoutNeeds = random.nextInt(3);
        if (withoutNeeds == 1 && app.isWell(at())) {
            hangsWithoutNeeds = true;
            turn(app, Mode.HUNG);
        } else if (withoutNeeds == 2) {
            crash(app, "exit-code", "exit code 3");
            crash(queue, "exit-code", "exit code 1");
        }
    }

    private void personStarts(SiteUnit unit) {
        if (!unit.runs() && !unit.masked) {
            say("a person starts " + unit.name);
            unit.restarts = 0;
            start(unit);
        }
    }

    private void turn(SiteUnit unit, Mode mode) {
        if (unit.runs()) {
            unit.turn(mode, at(), simulation.now(), simulation.life());
            if (mode == Mode.PAUSED) {
                after(between(10, 1_000), () -> simulation.tell(new Event.ServiceChanged(unit.check)));
            }
        }
    }

    private void crash(SiteUnit unit, String result, String exit) {
        if (!unit.runs()) {
            return;
        }
        if (!unit.restartsItself) {
            end(unit, Active.FAILED, "failed", result, exit, Stop.NOT_ASKED);
            return;
        }
        end(unit, Active.ACTIVATING, "auto-restart", result, exit, Stop.NOT_ASKED);
        int run = unit.run;
        after(5 * SECOND, () -> {
            if (unit.run == run && unit.active == Active.ACTIVATING) {
                unit.restarts++;
                start(unit);
            }
        });
    }

    private void end(SiteUnit unit, Active into, String sub, String result, String exit, Stop by) {
        int seenBy = simulation.alive() ? simulation.life() : -1;
        unit.end(into, sub, result, exit, by, at(), simulation.now(), seenBy);
        signal(unit);
        if (unit.check == CheckId.NEEDED) {
            needsChange();
        }
    }

    void start(SiteUnit unit) {
        if (unit == proxy && configBad) {
            end(unit, Active.FAILED, "failed", "exit-code", "exit code 1", Stop.NOT_ASKED);
            return;
        }
        long takes = unit == app ? between(500, 15_000) : unit == proxy ? between(20, 300) : 0; // systemd waits for it
        unit.begin(at(), at() + takes, simulation.now(), simulation.life());
        signal(unit);
        int run = unit.run;
        boolean inVain = unit.check != CheckId.NEEDED && unit != proxy && withoutNeeds == 2 && lacks();
        if (unit.neverStarts || (unit == app && diskFull) || inVain) {
            after(between(200, 2_000), () -> {
                if (unit.run == run && unit.runs()) {
                    crash(unit, "exit-code", "exit code 3");
                }
            });
        } else {
            after(takes, () -> {
                if (unit.run == run) {
                    unit.changedAt = at();
                    if (unit.check == CheckId.NEEDED) {
                        needsChange();
                    }
                }
            });
        }
    }

    private void signal(SiteUnit unit) {
        after(between(1, 50), () -> simulation.tell(new Event.ServiceChanged(unit.check)));
    }

    private void pathsChanged() {
        if (!eventsLost) {
            after(between(1, 20), simulation::pathsChanged);
        }
    }

    boolean wholeSiteIsWell() {
        long now = at();
        return units.stream().allMatch(unit -> unit.isWell(now))
                && !filesClosed
                && !pageBroken
                && !configBad
                && !loopbackGone
                && !diskFull
                && lockedSince < 0;
    }

    @Override
    public Timed<Outcome> look(Action.Look look, Instant now) {
        boolean errs = noise > 0 && noises.nextDouble() < noise;
        if (errs && noises.nextBoolean()) {
            return new Timed<>(LOOK, new Observation.Unknown("this look failed"));
        }
        return switch (look.check()) {
            case DISK -> seen(LOOK, ailing(diskFull, Ailment.Kind.DISK_FULL));
            case DATABASE ->
                seen(LOOK, ailing(lockedSince >= 0 && at() - lockedSince >= LOCKED, Ailment.Kind.DATABASE_LOCKED));
            case APP -> ask(app, errs);
            case PROXY -> ask(proxy, errs);
            case CONFIG ->
                configBad
                        ? seen(
                                Duration.ofMillis(40),
                                new Observation.Failed(
                                        new Finding.Config("/etc/nginx/nginx.conf:12", "unknown directive \"sever\"")))
                        : CONFIG_WELL;
            case NEEDED -> both(ask(store, errs), ask(cache, errs));
            case BESIDE -> ask(queue, errs);
            case LEFT_ALONE, RELEASE, MEMORY, PUBLIC, CLOCK, COPIES, SETTINGS ->
                throw new IllegalStateException("never looked at here");
            case FILES -> filesClosed ? seen(LOOK, new Observation.Failed(closed())) : FILES_WELL;
            case API -> loopbackGone ? blind() : errs ? failed(CheckId.API, API, 500) : api();
            case PAGE -> loopbackGone ? blind() : errs ? failed(CheckId.PAGE, SITE.page(), 500) : page();
        };
    }

    private static Outcome ailing(boolean ill, Ailment.Kind kind) {
        return ill
                ? new Observation.Failed(new Finding.Ailments(List.of(new Ailment(kind, "/", List.of())), ""))
                : new Observation.Passed(new Finding.Ailments(List.of(), "well"));
    }

    private static Timed<Outcome> both(Timed<Outcome> deeper, Timed<Outcome> other) {
        return deeper.result() instanceof Observation.Sampled(List<Finding.Service> one)
                        && other.result() instanceof Observation.Sampled(List<Finding.Service> two)
                ? seen(LOOK, new Observation.Sampled(List.of(one.getFirst(), two.getFirst())))
                : deeper;
    }

    private Timed<Outcome> ask(SiteUnit unit, boolean errs) {
        boolean silent = unit.isSilent(at());
        if (loopbackGone && unit.runs()) {
            return new Timed<>(Duration.ofMillis(500), new Observation.Unknown("loopback"));
        }
        boolean once = silent && unit.mode == Mode.OVERLOADED && random.nextInt(10) == 0;
        Outcome outcome = unit.look(at(), simulation.now(), simulation.life(), errs, once, packages);
        return new Timed<>((silent && at() >= unit.readyAt) || errs ? SILENT : LOOK, outcome);
    }

    private Timed<Outcome> api() {
        if (!proxy.runs() || at() < proxy.readyAt) {
            return silent(LOOK, CheckId.API, API, Fault.Kind.REFUSED);
        }
        if (!proxy.answers(at())) {
            return silent(DEADLINE, CheckId.API, API, Fault.Kind.TIMEOUT);
        }
        if (app.answers(at())) {
            return diskFull || lacks() ? failed(CheckId.API, API, 500) : API_WELL;
        }
        if (!app.runs() || at() < app.readyAt) {
            return failed(CheckId.API, API, 502);
        }
        return app.mode == Mode.OVERLOADED && random.nextInt(4) == 0
                ? seen(Duration.ofSeconds(4), answers(CheckId.API, API, 200, Optional.empty()))
                : silent(DEADLINE, CheckId.API, API, Fault.Kind.TIMEOUT);
    }

    private Timed<Outcome> page() {
        if (!proxy.runs() || at() < proxy.readyAt) {
            return silent(LOOK, CheckId.PAGE, SITE.page(), Fault.Kind.REFUSED);
        }
        if (!proxy.answers(at())) {
            return silent(DEADLINE, CheckId.PAGE, SITE.page(), Fault.Kind.TIMEOUT);
        }
        if (filesClosed) {
            return failed(CheckId.PAGE, SITE.page(), 403);
        }
        return pageBroken ? failed(CheckId.PAGE, SITE.page(), 404) : PAGE_WELL;
    }

    private static Timed<Outcome> blind() {
        return new Timed<>(Duration.ofMillis(500), new Observation.Unknown("this machine cannot connect to itself"));
    }

    private static Timed<Outcome> failed(CheckId check, URI url, int status) {
        return seen(
                LOOK, answers(check, url, status, Optional.of(new Fault(Fault.Kind.STATUS, Integer.toString(status)))));
    }

    private static Timed<Outcome> silent(Duration took, CheckId check, URI url, Fault.Kind kind) {
        Answer answer = new Answer(url, Optional.empty(), took, Optional.of(new Fault(kind, kind.name())));
        return seen(took, new Observation.Failed(new Answers(check, List.of(answer), took)));
    }

    private static Outcome answers(CheckId check, URI url, int status, Optional<Fault> fault) {
        Answer answer = new Answer(url, Optional.of(status), Duration.ofMillis(2), fault);
        Answers all = new Answers(check, List.of(answer), Duration.ofMillis(2));
        return fault.isEmpty() ? new Observation.Passed(all) : new Observation.Failed(all);
    }

    private static Timed<Outcome> seen(Duration took, Outcome outcome) {
        return new Timed<>(took, outcome);
    }

    private Access closed() {
        Denial denial = new Denial(
                WEB.resolve("index.html"),
                false,
                0,
                "root:root",
                filesChanged,
                START,
                Place.INSIDE,
                Optional.empty(),
                Optional.empty());
        return new Access("www-data", 200, List.of(denial), 1, 0);
    }

    @Override
    public Timed<RepairResult> repair(Action.Repair repair, Instant now) {
        if (repairsFail) {
            return new Timed<>(
                    Duration.ofMillis(between(100, 60_000)), new RepairResult.Failed("systemd does not answer"));
        }
        if (killsAfterEachAttempt) {
            after(between(1, 3_000), this::kill);
        }
        return switch (repair.remedy()) {
            case Remedy.OpenPaths _ -> {
                after(20, () -> {
                    if (filesClosed) {
                        filesClosed = false;
                        filesChanged = simulation.now();
                        pathsChanged();
                    }
                });
                yield new Timed<>(
                        Duration.ofMillis(25), new RepairResult.Changed(0, 1, List.of(), 0, Path.of("/journal/1.tsv")));
            }
            case Remedy.Restore _, Remedy.RollBack _ -> throw new IllegalStateException("nothing is deployed here");
            case Remedy.Restart restart -> restart(unit(restart.unit()), restart);
        };
    }

    SiteUnit unit(String name) {
        return units.stream().filter(unit -> unit.name.equals(name)).findFirst().orElseThrow();
    }

    private Timed<RepairResult> restart(SiteUnit unit, Remedy.Restart remedy) {
        if (remedy.test() && configBad) {
            return new Timed<>(
                    Duration.ofMillis(60),
                    new RepairResult.Refused(
                            new Finding.Config("/etc/nginx/nginx.conf:12", "unknown directive \"sever\"")));
        }
        if (unit.masked) {
            return new Timed<>(Duration.ofMillis(60), new RepairResult.Failed("the unit is masked"));
        }
        long begins = repairsSlow ? between(1_000, 30_000) : between(20, 200);
        after(begins, () -> {
            if (!unit.masked) {
                unit.restarts = 0;
                start(unit);
            }
        });
        return new Timed<>(
                Duration.ofMillis(begins + between(50, 1_000)),
                new RepairResult.Restarted(unit.name, remedy.kill(), List.of(), Path.of("/evidence/1")));
    }

    @Override
    public Timed<Delivery> send(Outbox.Parcel parcel, Instant now) {
        if (telegramAway) {
            return new Timed<>(
                    Duration.ofMillis(between(1, 10_000)), new Delivery.Unreachable("no route to the channel"));
        }
        if (at() < notBefore) {
            invariants.violated("sends only when the channel allows", "a send before retry_after was over");
        }
        Duration took = Duration.ofMillis(between(30, 500));
        if (telegramLimits && random.nextInt(3) > 0) {
            long seconds = between(1, 60);
            notBefore = at() + took.toMillis() + seconds * SECOND;
            return new Timed<>(took, new Delivery.RetryAfter(Duration.ofSeconds(seconds)));
        }
        for (Alert alert : parcel.alerts()) {
            invariants.told(alert.incident().id());
        }
        return new Timed<>(took, new Delivery.Accepted(Optional.of(++messages)));
    }

    @Override
    public void starts(Action action) {
        invariants.starts(action);
    }

    @Override
    public void turned(Decision decision, Instant now) {
        invariants.turned(decision);
    }
}
