package io.lectio.wiring;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.lectio.core.Decision;
import io.lectio.core.Event;
import io.lectio.core.GuardState;
import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.health.ProcessView;
import io.lectio.core.health.ServiceTrack;
import io.lectio.core.health.UnitState;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.engine.Chronicle;
import io.lectio.engine.EventLog;
import io.lectio.host.ChangedFiles;
import io.lectio.host.Changes;
import io.lectio.host.Changes.Change;
import io.lectio.host.Changes.Packaged;
import io.lectio.host.Traces;
import io.lectio.json.JsonCodec;
import io.lectio.store.FileStateStore;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// What has changed since all was last good, found out when a fault begins, by a thread of its own, so that neither the
/// loop nor a message waits for a disk. Good is what a service has started with and been well with since, what nginx
/// has loaded and the page has been well with since, and a build whose page was well. The times are kept, so that a
/// fault after a restart of the machine is put down to what changed before it.
final class Lately implements Chronicle, Closeable {
    private static final Duration PAUSE = Duration.ofSeconds(5);
    /// What does not end in it is taken to run well.
    private static final Duration PROVED = Duration.ofSeconds(60);
    /// A process's start is known to a second.
    private static final Duration INEXACT = Duration.ofSeconds(2);
    private static final Duration BETWEEN_WRITES = Duration.ofMinutes(15);
    private static final Duration WALK = Duration.ofMillis(1_200);
    private static final Duration SEARCH = Duration.ofSeconds(2);
    /// A little more than the search, whose last part may end late.
    private static final Duration MESSAGE_WAITS = Duration.ofSeconds(3);
    private static final Duration A_MOMENT = Duration.ofSeconds(2);
    private static final Duration A_DAY = Duration.ofDays(1);
    private static final int REMEMBERED = 100;
    private static final int QUEUE = 8;
    /// Of all the sites, when what they share fails: the searches are for one disk.
    private static final Semaphore AT_ONCE = new Semaphore(4);

    private static final String NGINX = "nginx's configuration";
    private static final String CODE = "the application's code and settings";
    private static final String BUILD = "the build";
    /// The order of the search: units first, which are small.
    private static final List<String> ORDER = List.of(NGINX, BUILD, CODE);
    private static final List<String> SETTINGS =
            List.of(".py", ".toml", ".ini", ".cfg", ".conf", ".yaml", ".yml", ".env");

    /// Where a machine has its configuration.
    record Places(Path nginx, Path units, Path packages) {
        static final Places USUAL = new Places(Path.of("/etc/nginx"), Path.of("/etc/systemd/system"), Traces.DPKG_LOG);
    }

    /// @param good since when each part is as it was when it was last good
    private record Kept(Map<String, Instant> good) {}

    /// A fault that is the same for as long as it is told.
    private record Fault(long incident, Instant openedAt, Object kind) {
        static Fault of(Incident incident) {
            return new Fault(
                    incident.id(), incident.openedAt(), incident.diagnosis().kind());
        }
    }

    private final Policy policy;
    private final Path file;
    private final Places places;
    private final EventLog log;
    private final BiConsumer<Long, String> say;
    private volatile Map<String, Instant> good = Map.of();
    private Map<String, Instant> kept = Map.of();
    private Instant settledAt = Instant.EPOCH;
    /// Guarded by itself.
    private final SequencedMap<Fault, CompletableFuture<Optional<Changes>>> found = new LinkedHashMap<>();

    private final ThreadPoolExecutor aside = new ThreadPoolExecutor(
            0,
            1,
            PAUSE.toMillis(),
            MILLISECONDS,
            new ArrayBlockingQueue<>(QUEUE),
            Thread.ofPlatform().name("lately").daemon().factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    /// @param state the site's folder
    /// @param say is told of a new fault and what has changed before it
    Lately(Policy policy, Places places, Path state, EventLog log, BiConsumer<Long, String> say) {
        this.policy = policy;
        this.places = places;
        this.log = log;
        this.say = say;
        file = state.resolve("good.json");
        try {
            kept = JsonCodec.read(Files.readString(file), Kept.class).good();
            good = kept;
        } catch (NoSuchFileException e) {
            return; // the first start
        } catch (IOException | IllegalArgumentException e) {
            log.health(Level.WARNING, "since when the configuration is good is not known: " + e.getMessage());
        }
    }

    @Override
    public void turn(GuardState before, Event event, Decision decision, Instant now) {
        try {
            GuardState after = decision.next();
            if (Duration.between(settledAt, now).abs().compareTo(PAUSE) >= 0) { // a clock may be set back
                settledAt = now;
                settle(after);
            }
            for (Incident incident : after.durable().incidents()) {
                boolean isOver = incident.phase() instanceof Incident.Resolved;
                Optional<Set<String>> parts = isOver ? Optional.empty() : parts(incident.diagnosis());
                parts.ifPresent(
                        meant -> search(incident, meant, before.durable().incidents()));
            }
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    /// A hint is never worth the guard.
    private void failed(RuntimeException e) {
        log.health(Level.WARNING, "what has changed lately cannot be told: " + e);
    }

    private void settle(GuardState state) {
        Map<String, Instant> next = new TreeMap<>(good);
        policy.services().units().forEach((unit, check) -> {
            proved(state, check, started(state, unit, true)).ifPresent(since -> next.put(unit, since));
            if (check == CheckId.APP) { // whose workers read the code
                proved(state, check, started(state, unit, false))
                        .filter(since -> answersSince(state, CheckId.API, since))
                        .ifPresent(since -> next.put(CODE, since));
            }
        });
        wellAt(state, CheckId.PAGE).filter(_ -> !isOpen(state, CheckId.FILES)).ifPresent(at -> next.put(BUILD, at));
        policy.services()
                .proxy()
                .filter(Services.Proxy::test)
                .flatMap(proxy -> loaded(state, proxy.unit()))
                .ifPresent(at -> next.put(NGINX, at));
        good = Map.copyOf(next);
        boolean isNew = next.entrySet().stream().anyMatch(each -> {
            Duration moved = Duration.between(kept.getOrDefault(each.getKey(), Instant.EPOCH), each.getValue());
            return moved.abs().compareTo(each.getKey().equals(BUILD) ? BETWEEN_WRITES : Duration.ZERO) > 0;
        });
        if (isNew) {
            kept = good;
            aside.execute(() -> write(new Kept(good)));
        }
    }

    private void write(Kept next) {
        try {
            FileStateStore.write(file, JsonCodec.write(next));
        } catch (IOException e) {
            log.health(Level.WARNING, "since when the configuration is good cannot be kept: " + e);
        }
    }

    /// A start from which it has run well for long enough.
    private static Optional<Instant> proved(GuardState state, CheckId check, Optional<Instant> start) {
        return start.filter(since -> wellAt(state, check)
                .filter(at -> !since.plus(PROVED).isAfter(at))
                .isPresent());
    }

    /// When nginx has read what it runs with, where its test, the page and the API have passed since.
    private Optional<Instant> loaded(GuardState state, String unit) {
        return wellAt(state, CheckId.CONFIG)
                .flatMap(tested -> started(state, unit, false).map(since -> since.isBefore(tested) ? since : tested))
                .filter(since -> answersSince(state, CheckId.PAGE, since) && answersSince(state, CheckId.API, since));
    }

    /// When a unit's main process was started, or the oldest of the others, which a reload starts anew. The unit's own
    /// time is the more exact one, where it is of that start.
    private static Optional<Instant> started(GuardState state, String unit, boolean main) {
        return running(state, unit).map(service -> {
            Instant since = service.unit().since();
            return service.processes().stream()
                    .filter(process -> (process.pid() == service.unit().mainPid()) == main)
                    .map(ProcessView::started)
                    .min(Comparator.naturalOrder())
                    .filter(at -> Duration.between(since, at).abs().compareTo(INEXACT) > 0)
                    .map(at -> at.plus(INEXACT))
                    .orElse(since);
        });
    }

    private static Optional<Finding.Service> running(GuardState state, String unit) {
        return Optional.ofNullable(state.tracks().get(unit))
                .flatMap(ServiceTrack::last)
                .filter(service -> service.unit().active() == UnitState.Active.ACTIVE);
    }

    private boolean answersSince(GuardState state, CheckId check, Instant since) {
        return !policy.checks().contains(check)
                || wellAt(state, check).filter(since::isBefore).isPresent();
    }

    /// When a check has last been seen well, if that is the last that is known of it.
    private static Optional<Instant> wellAt(GuardState state, CheckId check) {
        @Nullable CheckHealth seen = state.health().get(check);
        return seen == null || seen.status() == CheckHealth.Status.UNHEALTHY || isOpen(state, check)
                ? Optional.empty()
                : seen.known()
                        .filter(look -> look.outcome() instanceof Observation.Passed)
                        .map(Observation::startedAt)
                        .filter(Instant.EPOCH::isBefore); // a clock that was set back makes looks of no time
    }

    private static boolean isOpen(GuardState state, CheckId subject) {
        return state.durable().incidents().stream()
                .anyMatch(each -> each.subject() == subject && !(each.phase() instanceof Incident.Resolved));
    }

    /// Of which parts a fault may come. Closed paths are named by the fault itself: of these it is of interest only who
    /// was here before.
    ///
    /// @return empty where no change brings such a fault
    private Optional<Set<String>> parts(Diagnosis cause) {
        Set<String> parts = new TreeSet<>();
        boolean isMeant = switch (cause) {
            case Diagnosis.PathsClosed _ -> true;
            case Diagnosis.ServiceBad(CheckId subject, String unit, Condition condition, var _) -> {
                parts.add(unit);
                if (subject == CheckId.APP) {
                    parts.add(CODE);
                } else if (subject == CheckId.PROXY) {
                    parts.add(NGINX);
                }
                yield isOfStart(condition);
            }
            case Diagnosis.ConfigBad(CheckId subject, var _) -> {
                parts.add(NGINX);
                yield subject != CheckId.SETTINGS;
            }
            case Diagnosis.AnswerBad(CheckId subject, Finding.Answers answers, var _) -> {
                parts.addAll(subject == CheckId.PAGE ? ORDER : List.of(NGINX, CODE));
                policy.services().app().ifPresent(app -> parts.add(app.unit()));
                yield !answers.onlySlow();
            }
            case Diagnosis.Drifted _ -> true; // named by itself, as closed paths are
            case Diagnosis.Ailing _, Diagnosis.Blind _ -> false;
        };
        return Optional.of(parts).filter(_ -> isMeant);
    }

    private static boolean isOfStart(Condition condition) {
        return switch (condition) {
            case Condition.Ended(String exit, var _) -> !isKill(exit);
            case Condition.Crashed(String exit, var _) -> !isKill(exit);
            case Condition.Unfit _, Condition.BootLoop _, Condition.Deaf _ -> true;
            case Condition.Missing _, Condition.Starting _ -> true;
            case Condition.Well _, Condition.Waiting _, Condition.Paused _, Condition.Hung _, Condition.Busy _ -> false;
            case Condition.ByHand _ -> false;
        };
    }

    private static boolean isKill(String exit) {
        return exit.matches("signal (9|15)\\b.*");
    }

    /// @param before the incidents of the turn before: what was known then has been said
    private void search(Incident incident, Set<String> parts, List<Incident> before) {
        Fault fault = Fault.of(incident);
        CompletableFuture<Optional<Changes>> result = new CompletableFuture<>();
        synchronized (found) {
            if (found.putIfAbsent(fault, result) != null) {
                return;
            }
            if (found.size() > REMEMBERED) {
                found.pollFirstEntry();
            }
        }
        SequencedMap<String, Instant> base = new TreeMap<>(
                Comparator.comparingInt((String part) -> ORDER.indexOf(part)).thenComparing(Comparator.naturalOrder()));
        base.putAll(good);
        base.keySet().retainAll(parts);
        if (base.isEmpty() && !parts.isEmpty()) {
            result.complete(Optional.empty()); // none of it was ever good
            return;
        }
        boolean isNew = before.stream().map(Fault::of).noneMatch(fault::equals);
        aside.execute(() -> {
            Optional<Changes> changes = Optional.empty();
            try {
                changes = Optional.of(changes(incident, base)).filter(each -> !each.isEmpty());
                changes.filter(_ -> isNew).ifPresent(each -> say.accept(incident.id(), each.inWords()));
            } catch (RuntimeException e) {
                failed(e);
            } catch (InterruptedException e) {
                return; // the end
            } finally {
                result.complete(changes);
            }
        });
    }

    private Changes changes(Incident incident, SequencedMap<String, Instant> base) throws InterruptedException {
        Instant until = incident.openedAt().plus(A_MOMENT);
        if (!AT_ONCE.tryAcquire(SEARCH.toMillis(), MILLISECONDS)) {
            return new Changes(List.of(), 0, List.of(), Optional.empty(), Optional.empty());
        }
        long end = System.nanoTime() + SEARCH.toNanos();
        ChangedFiles files = new ChangedFiles(until, WALK);
        try {
            base.forEach((part, since) -> look(files, part, since));
        } finally {
            AT_ONCE.release();
        }
        List<Change> newest = files.newest();
        // of the unit, where there is one: a build is as old as the last look at it
        Instant since = base.isEmpty()
                ? incident.brokenAt().minus(A_DAY)
                : base.firstEntry().getValue();
        List<Packaged> packages = base.isEmpty() ? List.of() : Traces.packages(places.packages(), since, until);
        Duration left = Duration.ofNanos(end - System.nanoTime());
        boolean isSomebodys = base.isEmpty() || !newest.isEmpty();
        if (!isSomebodys || left.isNegative()) {
            return new Changes(newest, files.more(), packages, Optional.empty(), Optional.empty());
        }
        Instant last = newest.isEmpty() ? closedAt(incident) : newest.getFirst().at();
        return new Changes(
                newest,
                files.more(),
                packages,
                Traces.login(last, left),
                Traces.checkout(policy.site().siteRoot(), since, until));
    }

    private static Instant closedAt(Incident incident) {
        return incident.diagnosis() instanceof Diagnosis.PathsClosed(var _, Finding.Access access, var _)
                ? access.denied().stream()
                        .map(Finding.Denial::changed)
                        .filter(incident.brokenAt()::isAfter)
                        .max(Comparator.naturalOrder())
                        .orElse(incident.brokenAt())
                : incident.brokenAt();
    }

    private void look(ChangedFiles files, String part, Instant since) {
        Site site = policy.site();
        switch (part) {
            case NGINX -> files.allIn(places.nginx(), since);
            case BUILD -> files.allIn(site.webRoot(), since);
            case CODE -> files.in(site.siteRoot(), since, Lately::isSetting);
            default -> { // a unit's name, which a template may be made for
                for (String name : new TreeSet<>(List.of(part, part.replaceFirst("@[^.]*", "@")))) {
                    files.allIn(places.units().resolve(name), since);
                    files.allIn(places.units().resolve(name + ".d"), since);
                }
            }
        }
    }

    private static boolean isSetting(Path file, BasicFileAttributes attributes) {
        String name = String.valueOf(file.getFileName());
        return name.startsWith(".env") || SETTINGS.stream().anyMatch(name::endsWith) || attributes.isSymbolicLink();
    }

    /// What has changed before this incident; the same for as long as it is told.
    Optional<Changes> of(Incident incident) {
        CompletableFuture<Optional<Changes>> search;
        synchronized (found) {
            search = found.get(Fault.of(incident));
        }
        if (search == null) {
            return Optional.empty();
        }
        try {
            return search.completeOnTimeout(Optional.empty(), MESSAGE_WAITS.toMillis(), MILLISECONDS)
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a search never completes so", e);
        }
    }

    /// Writes the times.
    @Override
    public void close() {
        aside.shutdownNow();
        synchronized (found) {
            found.values().forEach(search -> search.complete(Optional.empty()));
        }
        try {
            if (aside.awaitTermination(A_MOMENT.toMillis(), MILLISECONDS) && !good.isEmpty()) {
                write(new Kept(good));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
