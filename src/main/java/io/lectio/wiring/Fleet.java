package io.lectio.wiring;

import io.lectio.config.ConfigLoader;
import io.lectio.config.Settings;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.core.GuardState.Durable;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Services;
import io.lectio.engine.EventLog;
import io.lectio.engine.GuardLoop;
import io.lectio.engine.GuardLoop.Snapshot;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/// The sites of one guard, each with a loop of its own, and the configuration that names them, which is followed
/// while they run: a good one takes effect as a whole, where it has changed; a bad one changes nothing and is an
/// incident. One thread calls [#start] and [#run].
final class Fleet implements Closeable {
    private static final Duration USUAL_LOOK = Duration.ofSeconds(5);
    /// A file that is being written changes within this time.
    private static final Duration QUIET = Duration.ofSeconds(1);

    /// A loop wakes for each round.
    private static final Duration HANGS = Duration.ofSeconds(15);

    private static final Duration TO_REPAIR = Duration.ofSeconds(8);

    private static final int MOST_WAITING = 16;

    private static final String NONE = "none";

    /// What a loop is made from: where it differs, another loop takes its place.
    ///
    /// @param settings with this site alone
    /// @param present the site's services that there are
    /// @param first whether the incidents of the guard itself are told with this site's
    /// @param label empty where there is one site
    /// @param root the site root's real path
    record Part(Settings settings, Services present, boolean first, String label, Path root) {
        SiteSettings site() {
            return settings.sites().getFirst();
        }

        boolean lacksAService() {
            return !present.equals(site().services());
        }

        Part with(Services now) {
            return new Part(settings, now, first, label, root);
        }
    }

    /// A loop that is ready to run.
    ///
    /// @param beside closed after it
    record Running(GuardLoop loop, Closeable beside) {}

    interface Loops {
        /// @throws IOException while nobody can tell
        Services present(SiteSettings site) throws IOException;

        /// @throws IOException with the reason why no loop can be made of this
        void check(Part part) throws IOException;

        Running make(Part part) throws IOException;
    }

    interface Locks {
        /// @throws IOException when another guard is at work on this folder
        Closeable take(Path siteRoot) throws IOException;
    }

    private record Guarded(Part part, GuardLoop loop, Closeable beside, Thread thread) implements Closeable {
        /// Waits for its end.
        @Override
        public void close() throws IOException {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            loop.close();
            beside.close();
        }
    }

    private final Loops loops;
    private final Locks locks;
    private final Consumer<Map<String, String>> good;
    private final EventLog log;
    private final Map<Path, Closeable> held = new HashMap<>();
    private final BlockingQueue<CompletableFuture<Finding.Config>> asked = new ArrayBlockingQueue<>(MOST_WAITING);
    private volatile List<Guarded> guarded = List.of();
    private volatile Finding.Config found = InForce.GOOD;
    private Map<String, String> inForce = Map.of();
    private volatile boolean ending;

    /// @param good is told again and again what the files of the configuration in force said, by their names
    Fleet(Loops loops, Locks locks, Consumer<Map<String, String>> good, EventLog log) {
        this.loops = loops;
        this.locks = locks;
        this.good = good;
        this.log = log;
    }

    /// @throws IOException where a site cannot be guarded; then none is
    ///
    /// @param before what was in force before, for where these sites cannot be guarded; it is asked before any is
    void start(InForce begin, Function<IOException, Optional<InForce>> before)
            throws IOException, InterruptedException {
        InForce from = begin;
        List<Part> parts;
        try {
            parts = held(from);
        } catch (IOException e) {
            from = before.apply(e).orElseThrow(() -> e);
            parts = held(from);
        }
        found = from.found();
        boolean _ = replaceBy(parts);
        inForce = from.texts();
        good.accept(inForce);
    }

    private List<Part> held(InForce from) throws IOException {
        List<Part> parts = parts(from.settings());
        hold(parts);
        return parts;
    }

    /// What the look at the configuration itself sees.
    Observation.Outcome settings() {
        Finding.Config now = found;
        return now.error().isEmpty() ? new Observation.Passed(now) : new Observation.Failed(now);
    }

    /// By the label of each site.
    SequencedMap<String, Snapshot> snapshots() {
        SequencedMap<String, Snapshot> all = new LinkedHashMap<>();
        guarded.forEach(each -> all.put(each.part().site().label(), each.loop().snapshot()));
        return all;
    }

    /// Until all is well and told, or until [#end] is called; for so long at most, and what is being repaired then.
    ///
    /// @param still how long the guard has not moved, in whose place this is; empty where none ever has
    /// @return whether all is well
    boolean round(Optional<Duration> still, Duration longest) throws InterruptedException {
        log.cron(
                Level.WARNING,
                still.map(time -> "the guard has not moved for " + time.toSeconds() + " s")
                                .orElse("no guard has moved yet")
                        + ": this round looks in its place");
        long end = System.nanoTime() + longest.toNanos();
        boolean calm = false;
        while (!ending && !calm && System.nanoTime() < (isRepairing() ? end + TO_REPAIR.toNanos() : end)) {
            Optional.ofNullable(asked.poll(QUIET.dividedBy(4).toMillis(), TimeUnit.MILLISECONDS))
                    .ifPresent(waiting -> waiting.complete(found));
            calm = guarded.stream().allMatch(each -> isCalm(each.loop().snapshot()));
        }
        log.cron(
                calm ? Level.INFO : Level.WARNING,
                calm
                        ? "all is well"
                        : ending ? "ends for the guard, which is back" : "not all is well: see health.log");
        return calm;
    }

    /// In a line, for who asks systemd.
    String inWords() {
        List<Guarded> now = guarded;
        long open = now.stream()
                .flatMap(each -> each.loop().snapshot().state().durable().incidents().stream())
                .filter(incident -> !(incident.phase() instanceof Incident.Resolved))
                .count();
        return now.size() + (now.size() == 1 ? " site" : " sites") + " guarded, "
                + (open == 0 ? "no incident" : open == 1 ? "1 incident" : open + " incidents");
    }

    Duration longestRound() {
        return guarded.stream()
                .map(each -> each.loop().snapshot().policy().timing().round())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    private boolean isRepairing() {
        return guarded.stream()
                        .flatMap(each -> each.loop().snapshot().state().durable().incidents().stream())
                        .anyMatch(open -> open.phase() instanceof Incident.Repairing)
                || guarded.stream()
                        .anyMatch(each -> each.loop()
                                .snapshot()
                                .state()
                                .durable()
                                .releases()
                                .current()
                                .isPresent());
    }

    private static boolean isCalm(Snapshot seen) {
        Map<CheckId, CheckHealth> health = seen.state().health();
        Durable durable = seen.state().durable();
        return seen.policy().checks().stream()
                        .filter(check -> !check.isOfTheWorld())
                        .map(health::get)
                        .allMatch(each -> each != null && each.status() == CheckHealth.Status.HEALTHY)
                && durable.releases().current().isEmpty()
                && durable.incidents().stream()
                        .allMatch(open -> open.phase() instanceof Incident.Resolved
                                || open.subject().isOfTheWorld())
                && (durable.silence().isPresent()
                        || (durable.outbox().alerts().stream().noneMatch(Alert::pending)
                                && !durable.outbox().hasFailures()));
    }

    /// Until [#end] is called.
    ///
    /// @param alive is touched while all of them move
    /// @param file `config.env`, whose changes and those of the `lectio.yaml` beside it are followed
    void run(Optional<Path> file, Path alive) throws IOException, InterruptedException {
        Thread.ofPlatform().name("alive").daemon().start(() -> keepTouching(alive));
        List<String> read = List.of();
        List<String> before = List.of();
        boolean again = false;
        while (!ending) {
            Duration wait = before.equals(read) ? USUAL_LOOK : QUIET;
            Optional<CompletableFuture<Finding.Config>> now =
                    Optional.ofNullable(asked.poll(wait.toMillis(), TimeUnit.MILLISECONDS));
            if (file.isEmpty() || ending) {
                now.ifPresent(waiting -> waiting.complete(found));
                continue;
            }
            List<String> stamps = List.of(stamp(file.get()), stamp(ConfigLoader.yaml(file.get())));
            boolean gone = isGone(read, stamps);
            if (now.isPresent() || (!gone && (again || (!stamps.equals(read) && stamps.equals(before))))) {
                again = !reload(file.get());
                read = stamps; // of before the reading: what has changed since is seen next time
                now.ifPresent(waiting -> waiting.complete(found));
            } else if (gone && stamps.equals(before)) {
                found = new Finding.Config(
                        file.get().resolveSibling("").toString(),
                        "config.env or lectio.yaml is gone: what it said stays in force; SIGHUP does without it");
            }
            before = stamps;
            takeUpServices();
            good.accept(inForce);
        }
    }

    /// Beside all else, which may wait for a repair to be over.
    private void keepTouching(Path alive) {
        while (!ending) {
            touch(alive);
            LockSupport.parkNanos(USUAL_LOOK.toNanos());
        }
    }

    /// A loop that hangs is for others to see.
    private void touch(Path alive) {
        Instant now = Instant.now();
        if (guarded.stream()
                .allMatch(each -> each.loop().snapshot().turnedAt().plus(HANGS).isAfter(now))) {
            try {
                Files.write(alive, new byte[0]);
                Files.setLastModifiedTime(alive, FileTime.from(now));
            } catch (IOException e) {
                return; // a full disk: where it is not seen to move, cron's round finds its lock taken
            }
        }
    }

    /// Guards what has been installed since, by the settings in force: what the file says by now is not asked.
    void takeUpServices() throws IOException, InterruptedException {
        List<Part> parts = guarded.stream()
                .map(Guarded::part)
                .map(part -> part.lacksAService() ? part.with(present(part.settings())) : part)
                .toList();
        if (replaceBy(parts)) {
            log.health(Level.INFO, "a service is there now, and guarded: " + parts.size() + " guarded");
        }
    }

    private static boolean isGone(List<String> read, List<String> stamps) {
        for (int i = 0; i < read.size(); i++) {
            if (stamps.get(i).equals(NONE) && !read.get(i).equals(NONE)) {
                return true;
            }
        }
        return false;
    }

    private static String stamp(Path file) {
        try {
            return Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime")
                    .toString();
        } catch (IOException e) {
            return NONE;
        }
    }

    /// Has the configuration read now.
    ///
    /// @return completed with what is wrong with it, if something is: then what was in force stays so
    CompletableFuture<Finding.Config> reload() {
        CompletableFuture<Finding.Config> read = new CompletableFuture<>();
        return asked.offer(read)
                ? read
                : CompletableFuture.failedFuture(new IllegalStateException("others wait for that already"));
    }

    /// @return false where the world is in the way, which may change without the file
    boolean reload(Path file) throws IOException, InterruptedException {
        List<Part> parts;
        ConfigLoader.Source source;
        try {
            source = ConfigLoader.source(file);
            parts = parts(source.settings());
            hold(parts);
        } catch (Settings.Invalid e) {
            found = InForce.wrong(e);
            return true;
        } catch (IOException e) {
            found = InForce.wrong(file, e);
            return false;
        }
        found = InForce.GOOD;
        if (replaceBy(parts)) {
            log.health(Level.INFO, "the configuration has changed and is in force: " + parts.size() + " guarded");
        }
        inForce = source.texts();
        good.accept(inForce);
        return true;
    }

    /// @throws IOException where a site is not there
    private List<Part> parts(Settings settings) throws IOException {
        List<Part> parts = new ArrayList<>();
        for (SiteSettings site : settings.sites()) {
            Path root = site.site().siteRoot();
            if (!Files.isDirectory(root)) {
                throw new IOException("there is no site at " + root);
            }
            String label = settings.hasSeveral() ? site.label() : "";
            parts.add(
                    new Part(settings.of(site), present(settings.of(site)), parts.isEmpty(), label, root.toRealPath()));
        }
        return parts;
    }

    /// What is guarded stays so, also where its unit is gone by now: that is a fault. Where nobody can tell what
    /// there is, and nothing is known from before, all are: the looks say what they see.
    private Services present(Settings of) {
        Optional<Services> before = guarded.stream()
                .map(Guarded::part)
                .filter(part -> part.settings().equals(of))
                .map(Part::present)
                .findFirst();
        SiteSettings site = of.sites().getFirst();
        try {
            Services now = loops.present(site);
            return before.map(now::or).orElse(now);
        } catch (IOException e) {
            return before.orElse(site.services());
        }
    }

    /// Locks what is not locked yet, or nothing where one of them cannot be guarded.
    private void hold(List<Part> parts) throws IOException {
        for (Part part : parts) {
            loops.check(part);
        }
        Map<Path, Closeable> fresh = new HashMap<>();
        try {
            for (Part part : parts) {
                if (!held.containsKey(part.root())) {
                    fresh.put(part.root(), locks.take(part.root()));
                }
            }
        } catch (IOException e) {
            release(fresh);
            throw e;
        }
        held.putAll(fresh);
    }

    private static void release(Map<Path, Closeable> locks) throws IOException {
        for (Closeable lock : locks.values()) {
            lock.close();
        }
    }

    /// What stays the same goes on. What changes is ended when nothing of it is under way, one after the other, and
    /// its state is kept.
    ///
    /// @return whether anything has changed
    private boolean replaceBy(List<Part> parts) throws IOException, InterruptedException {
        List<Guarded> before = guarded;
        for (Guarded each : before) {
            if (parts.stream().noneMatch(part -> isSuccessor(part, each.part()))) {
                finish(each);
            }
        }
        List<Guarded> next = new ArrayList<>();
        for (Part part : parts) {
            Optional<Guarded> predecessor = before.stream()
                    .filter(each -> isSuccessor(part, each.part()))
                    .findFirst();
            if (predecessor.isPresent() && predecessor.get().part().equals(part)) {
                next.add(predecessor.get());
                continue;
            }
            if (predecessor.isPresent()) {
                finish(predecessor.get());
            }
            next.add(begin(part));
        }
        guarded = List.copyOf(next);
        if (ending) {
            end();
        }
        Map<Path, Closeable> gone = new HashMap<>(held);
        parts.forEach(part -> gone.remove(part.root()));
        release(gone);
        held.keySet().removeAll(gone.keySet());
        return !next.equals(before);
    }

    private static boolean isSuccessor(Part part, Part before) {
        return part.site().name().equals(before.site().name());
    }

    private static void finish(Guarded leaving) throws IOException {
        leaving.loop().finish();
        leaving.close();
    }

    private Guarded begin(Part part) throws IOException {
        Running running = loops.make(part);
        Thread thread = Thread.ofPlatform()
                .name("guard " + part.label())
                .daemon()
                .start(() -> {
                    try {
                        running.loop().run();
                    } catch (InterruptedException e) {
                        return; // nobody interrupts but the end of the process
                    }
                });
        return new Guarded(part, running.loop(), running.beside(), thread);
    }

    /// Ends all loops side by side; the first tells the owner so.
    void end() {
        ending = true;
        guarded.stream().limit(1).forEach(each -> each.loop().end());
        guarded.stream().skip(1).forEach(each -> each.loop().close());
        CompletableFuture<Finding.Config> _ = reload(); // wakes the one who waits
    }

    @Override
    public void close() throws IOException {
        end();
        for (Guarded each : guarded) {
            each.close();
        }
        release(held);
    }
}
