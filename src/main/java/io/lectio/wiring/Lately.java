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
import io.lectio.host.Traces;
import io.lectio.json.JsonCodec;
import io.lectio.store.FileStateStore;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    private static final Duration SEARCH = Duration.ofSeconds(2);
    private static final Duration MESSAGE_WAITS = Duration.ofSeconds(3);
    private static final int NAMED = 3;
    private static final int REMEMBERED = 100;
    private static final int QUEUE = 8;

    private static final String NGINX = "nginx's configuration";
    private static final String CODE = "the application's code and settings";
    private static final String BUILD = "the build";
    private static final List<String> SETTINGS =
            List.of(".py", ".toml", ".ini", ".cfg", ".conf", ".yaml", ".yml", ".env");

    /// Where a machine has its configuration.
    record Places(Path nginx, Path units) {
        static final Places USUAL = new Places(Path.of("/etc/nginx"), Path.of("/etc/systemd/system"));
    }

    /// @param good since when each part is as it was when it was last good
    private record Kept(Map<String, Instant> good) {}

    /// A fault that is the same for as long as it is told.
    private record Fault(long incident, String kind) {
        static Fault of(Incident incident) {
            return new Fault(incident.id(), incident.diagnosis().kindName());
        }
    }

    private final Policy policy;
    private final Path file;
    private final Places places;
    private final EventLog log;
    private final BiConsumer<Long, String> say;
    private final Map<String, Instant> good = new TreeMap<>();
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
            good.putAll(kept);
        } catch (NoSuchFileException e) {
            return; // the first start
        } catch (IOException | IllegalArgumentException e) {
            log.health(Level.WARNING, "since when the configuration is good is not known: " + e.getMessage());
        }
    }

    @Override
    public void turn(GuardState before, Event event, Decision decision, Instant now) {
        GuardState after = decision.next();
        if (Duration.between(settledAt, now).abs().compareTo(PAUSE) >= 0) { // a clock may be set back
            settledAt = now;
            settle(after);
        }
        for (Incident incident : after.durable().incidents()) {
            boolean isOver = incident.phase() instanceof Incident.Resolved;
            Optional<Set<String>> parts = isOver ? Optional.empty() : parts(incident.diagnosis());
            parts.ifPresent(meant -> search(incident, meant, before.durable().incidents()));
        }
    }

    private void settle(GuardState state) {
        for (Map.Entry<String, CheckId> unit : policy.services().units().entrySet()) {
            provedStart(state, unit.getKey(), unit.getValue()).ifPresent(since -> {
                good.put(unit.getKey(), since);
                if (unit.getValue() == CheckId.APP && answersSince(state, CheckId.API, since)) {
                    good.put(CODE, since);
                }
            });
        }
        wellAt(state, CheckId.PAGE).filter(_ -> !isOpen(state, CheckId.FILES)).ifPresent(at -> good.put(BUILD, at));
        loaded(state).ifPresent(at -> good.put(NGINX, at));
        boolean isNew = good.entrySet().stream()
                .anyMatch(each -> !kept.containsKey(each.getKey())
                        || Duration.between(kept.get(each.getKey()), each.getValue())
                                        .abs()
                                        .compareTo(BETWEEN_WRITES)
                                >= 0);
        if (isNew) {
            Kept next = new Kept(Map.copyOf(good));
            kept = next.good();
            aside.execute(() -> write(next));
        }
    }

    private void write(Kept next) {
        try {
            FileStateStore.write(file, JsonCodec.write(next));
        } catch (IOException e) {
            log.health(Level.WARNING, "since when the configuration is good cannot be kept: " + e);
        }
    }

    /// When what runs was started, once that has proved to be good.
    private Optional<Instant> provedStart(GuardState state, String unit, CheckId check) {
        return wellAt(state, check)
                .flatMap(at -> running(state, unit)
                        .map(service -> earlier(
                                service.unit().since(),
                                service.processes().stream()
                                        .filter(process ->
                                                process.pid() == service.unit().mainPid())
                                        .map(ProcessView::started)))
                        .filter(since -> !since.plus(PROVED).isAfter(at)));
    }

    /// When nginx has read what it runs with, where its test and the page have passed since.
    private Optional<Instant> loaded(GuardState state) {
        Optional<Services.Proxy> proxy = policy.services().proxy().filter(Services.Proxy::test);
        Optional<Instant> tested = wellAt(state, CheckId.CONFIG);
        if (proxy.isEmpty() || tested.isEmpty() || isOpen(state, CheckId.PROXY) || isOpen(state, CheckId.API)) {
            return Optional.empty();
        }
        return running(state, proxy.get().unit())
                .map(service -> earlier(
                        service.unit().since(),
                        service.processes().stream()
                                .filter(process ->
                                        process.pid() != service.unit().mainPid())
                                .map(ProcessView::started)))
                .map(since -> since.isBefore(tested.get()) ? since : tested.get())
                .filter(since -> answersSince(state, CheckId.PAGE, since));
    }

    /// A reload leaves the processes as they are, or the main one alone, and moves the unit's time.
    private static Instant earlier(Instant since, Stream<Instant> started) {
        return started.map(at -> at.plus(INEXACT))
                .filter(since::isAfter)
                .min(Comparator.naturalOrder())
                .orElse(since);
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
                        .map(Observation::startedAt);
    }

    private static boolean isOpen(GuardState state, CheckId subject) {
        return state.durable().incidents().stream()
                .anyMatch(each -> each.subject() == subject && !(each.phase() instanceof Incident.Resolved));
    }

    /// Of which parts a fault may come. Closed paths are named by the fault itself: of these only who was here before
    /// is
    /// of interest.
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
            case Diagnosis.AnswerBad(CheckId subject, Finding.Answers answers) -> {
                parts.addAll(Set.of(NGINX, CODE, subject == CheckId.PAGE ? BUILD : CODE));
                policy.services().app().ifPresent(app -> parts.add(app.unit()));
                yield !answers.onlySlow();
            }
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
        return !exit.isEmpty() && !exit.startsWith(UnitState.EXIT_CODE);
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
        Map<String, Instant> base = good.entrySet().stream()
                .filter(each -> parts.contains(each.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
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
            } catch (InterruptedException e) {
                return; // the end
            } finally {
                result.complete(changes);
            }
        });
    }

    private Changes changes(Incident incident, Map<String, Instant> base) throws InterruptedException {
        ChangedFiles files = new ChangedFiles(SEARCH);
        base.forEach((part, since) -> look(files, part, since));
        List<Change> all = files.all().stream()
                .sorted(Comparator.comparing(Change::at).reversed())
                .toList();
        Instant now = Instant.now();
        Instant since = base.values().stream().min(Comparator.naturalOrder()).orElse(incident.brokenAt());
        List<String> packages = base.isEmpty() ? List.of() : Traces.packages(since, incident.brokenAt());
        if (!base.isEmpty() && all.isEmpty() && packages.isEmpty()) {
            return new Changes(List.of(), 0, packages, Optional.empty(), Optional.empty());
        }
        Instant newest = all.isEmpty() ? incident.brokenAt() : all.getFirst().at();
        return new Changes(
                all.stream().limit(NAMED).toList(),
                Math.max(0, all.size() - NAMED),
                packages,
                all.isEmpty() && !base.isEmpty() ? Optional.empty() : Traces.login(newest, SEARCH),
                Traces.checkout(policy.site().siteRoot(), since, now));
    }

    private void look(ChangedFiles files, String part, Instant since) {
        Site site = policy.site();
        switch (part) {
            case NGINX -> files.allIn(places.nginx(), since);
            case BUILD -> files.allIn(site.webRoot(), since);
            case CODE -> files.in(site.siteRoot(), Optional.of(site.webRoot()), since, Lately::isSetting);
            default -> { // a unit's name
                files.allIn(places.units().resolve(part), since);
                files.allIn(places.units().resolve(part + ".d"), since);
            }
        }
    }

    private static boolean isSetting(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.startsWith(".env") || SETTINGS.stream().anyMatch(name::endsWith) || Files.isSymbolicLink(file);
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
            return search.get(MESSAGE_WAITS.toMillis(), MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            search.complete(Optional.empty()); // a disk that hangs holds up no message, and no second one
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        aside.shutdownNow();
    }
}
