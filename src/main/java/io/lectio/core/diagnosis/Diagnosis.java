package io.lectio.core.diagnosis;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.CheckHealth.Status;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Config;
import io.lectio.core.health.Finding.Drift;
import io.lectio.core.health.Observation;
import io.lectio.core.health.UnitState;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Part;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Services;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A cause, with its evidence and its remedy. Deepest first: what lies below explains what lies above.
public sealed interface Diagnosis {

    /// What an application needs to work at all.
    Set<CheckId> RESTS_ON = Set.of(CheckId.DISK, CheckId.NEEDED, CheckId.DATABASE);

    /// The services that need it.
    Set<CheckId> RESTING = Set.of(CheckId.NEEDED, CheckId.APP, CheckId.BESIDE);

    Duration SOON_AFTER_A_STOP = Duration.ofMinutes(5);

    /// After the last file event, somebody who copies a build has finished.
    Duration COPIED = Duration.ofSeconds(3);

    /// A page that fails for longer is told, whoever may still be copying.
    Duration LONGEST_WAIT = Duration.ofSeconds(15);

    Duration GONE_FOR_GOOD = Duration.ofSeconds(1);

    /// A web server that is just started anew answers by then.
    Duration SURE_IN_THE_WATCH = Duration.ofSeconds(3);

    /// The web server answers, and what it asks does not.
    Set<Integer> BEHIND = Set.of(502, 503, 504);

    /// The release that is served.
    ///
    /// @param pages the id under which its pages are stored, if they are
    /// @param back while it is watched: where to go back to, if there is such a release
    /// @param pageWellAt when the look began that found the page well last; in the far future where none has yet
    record Live(String release, Optional<String> pages, Optional<Back> back, Instant pageWellAt) {}

    /// @param parts what would be another then
    record Back(String to, Set<Part> parts) {}

    static Stream<CheckId> restsOn(CheckId check) {
        return RESTS_ON.stream().filter(below -> below.compareTo(check) < 0);
    }

    /// What is at fault; an incident is about one.
    CheckId subject();

    /// What can be done about it by the guard; empty when only a person can.
    default Optional<Remedy> remedy() {
        return Optional.empty();
    }

    /// One English line for logs and terminals.
    default String inWords() {
        return switch (this) {
            case PathsClosed(var _, Access access, var _) -> access.inWords();
            case ServiceBad(var _, String unit, Condition condition, var _) -> unit + " " + condition.inWords();
            case ConfigBad(CheckId subject, Config config) ->
                (subject == CheckId.SETTINGS ? "Lectio's own" : "the web server's") + " configuration is bad, "
                        + config.inWords();
            case AnswerBad(var _, Answers answers, var _) -> answers.inWords();
            case Drifted(var _, Drift drift, var _) -> drift.inWords();
            case Ailing(var _, List<Ailment> ailments) ->
                ailments.stream().map(Ailment::inWords).collect(Collectors.joining("; "));
            case Blind(CheckId check, String reason) -> "the check " + check + " cannot look: " + reason;
        };
    }

    /// The web user cannot reach what it must serve.
    ///
    /// @param subject [CheckId#FILES] for what may be repaired; [CheckId#LEFT_ALONE] for what may not
    record PathsClosed(CheckId subject, Access access, Optional<Remedy> remedy) implements Diagnosis {}

    /// A service does not do its work.
    ///
    /// @param subject [CheckId#APP], [CheckId#PROXY], [CheckId#NEEDED] or [CheckId#BESIDE]
    record ServiceBad(CheckId subject, String unit, Condition condition, Optional<Remedy> remedy)
            implements Diagnosis {}

    /// The web server would not start with its configuration, or the guard.
    ///
    /// @param subject [CheckId#PROXY] where it is down for that; [CheckId#CONFIG] while it still runs with an older
    ///     one; [CheckId#SETTINGS] while the guard does
    record ConfigBad(CheckId subject, Config config) implements Diagnosis {}

    /// The page, one of its assets or the API is not answered as it should be, and nothing below explains it.
    ///
    /// @param subject [CheckId#PAGE] or [CheckId#API]
    record AnswerBad(CheckId subject, Answers answers, Optional<Remedy> remedy) implements Diagnosis {
        public AnswerBad(CheckId subject, Answers answers) {
            this(subject, answers, Optional.empty());
        }
    }

    /// What is served is not what was deployed. As long as the page is well, that is only told.
    ///
    /// @param subject [CheckId#RELEASE]
    record Drifted(CheckId subject, Drift drift, Optional<Remedy> remedy) implements Diagnosis {}

    /// The machine, or what the site rests on, is not well.
    record Ailing(CheckId subject, List<Ailment> ailments) implements Diagnosis {
        private static final int MOST = 3;

        public Ailing {
            ailments = ailments.stream().limit(MOST).toList();
        }

        public Ailment.Kind worst() {
            return ailments.getFirst().kind();
        }
    }

    /// A probe has not been able to look for a while. Told, never acted on.
    record Blind(CheckId subject, String reason) implements Diagnosis {}

    /// What kind of fault it is: two of one kind are the same fault.
    default Object kind() {
        return switch (this) {
            case ServiceBad bad ->
                List.of(bad.unit(), bad.condition().getClass(), bad.remedy().filter(Remedy.RollBack.class::isInstance));
            case Ailing ailing ->
                ailing.ailments().stream()
                        .map(each -> each.kind() + each.what())
                        .toList();
            case AnswerBad _ -> List.of(getClass(), remedy()); // of one release
            case Drifted _ -> List.of(getClass(), remedy().isPresent());
            case PathsClosed _, ConfigBad _, Blind _ -> getClass();
        };
    }

    default String kindName() {
        return switch (this) {
            case ServiceBad bad -> bad.condition().getClass().getSimpleName();
            case Ailing ailing -> ailing.worst().name();
            case PathsClosed _, ConfigBad _, AnswerBad _, Drifted _, Blind _ ->
                getClass().getSimpleName();
        };
    }

    /// Whether a person is needed at once, if the site is down by it. What a person did, and what only takes its
    /// time, is told and left to that person.
    default boolean urgent() {
        return switch (this) {
            case PathsClosed _, ConfigBad _ -> true;
            case AnswerBad(var _, Answers answers, var _) -> !answers.onlySlow();
            case Drifted _ -> remedy().isPresent();
            case Ailing ailing -> ailing.worst().grave() || ailing.worst().stops();
            case Blind _ -> false;
            case ServiceBad bad ->
                switch (bad.condition()) {
                    case Condition.ByHand _, Condition.Busy _, Condition.Crashed _ -> false;
                    case Condition.Well _, Condition.Waiting _, Condition.Starting _, Condition.Ended _ -> true;
                    case Condition.Unfit _, Condition.Paused _, Condition.Hung _, Condition.BootLoop _ -> true;
                    case Condition.Deaf _, Condition.Missing _ -> true;
                };
        };
    }

    /// Whether a check fails for the sake of this.
    default boolean explains(CheckId check) {
        return switch (this) {
            case Ailing ailing -> ailing.worst().stops() && explains(subject(), check);
            case Drifted drifted -> drifted.remedy().isPresent() && explains(subject(), check);
            case PathsClosed _, ServiceBad _, ConfigBad _, AnswerBad _, Blind _ -> explains(subject(), check);
        };
    }

    /// Whether another cause is but a symptom of this one.
    default boolean explains(Diagnosis other) {
        return explains(other.subject())
                || (this instanceof Drifted(var _, Drift drift, var _)
                        && drift.whole()
                        && other.subject() == CheckId.LEFT_ALONE)
                || (this instanceof ServiceBad below
                        && below.subject() == CheckId.NEEDED
                        && other instanceof Ailing ailing
                        && ailing.worst() == Ailment.Kind.DATABASE_AWAY)
                || (stopsServices()
                        && subject().compareTo(other.subject()) < 0
                        && other instanceof ServiceBad bad
                        && bad.subject() != CheckId.PROXY
                        && isInVain(bad.condition()));
    }

    /// Whether it keeps the application, and what works beside it, from its work.
    private boolean stopsServices() {
        return this instanceof Ailing ailing
                ? ailing.worst().stops()
                : this instanceof ServiceBad bad && bad.subject() == CheckId.NEEDED;
    }

    /// Whether a service that cannot work for what it rests on would be so again after a restart. What was killed or
    /// stopped is not so for that.
    private static boolean isInVain(Condition condition) {
        return switch (condition) {
            case Condition.Ended(String exit, var _) -> exit.startsWith(UnitState.EXIT_CODE);
            case Condition.Crashed(String exit, var _) -> exit.startsWith(UnitState.EXIT_CODE);
            case Condition.Unfit _, Condition.Hung _, Condition.Busy _, Condition.BootLoop _, Condition.Starting _ ->
                true;
            case Condition.Well _, Condition.Waiting _, Condition.Paused _, Condition.Deaf _ -> false;
            case Condition.ByHand _, Condition.Missing _ -> false;
        };
    }

    /// Whether a check may fail for the sake of this subject.
    static boolean explains(CheckId subject, CheckId check) {
        return switch (subject) {
            case DISK, NEEDED, DATABASE -> check == CheckId.API;
            case MEMORY -> false;
            case APP -> check == CheckId.API;
            case PROXY -> check == CheckId.API || check == CheckId.PAGE;
            case FILES, LEFT_ALONE, RELEASE -> check == CheckId.PAGE;
            case CONFIG, API, PAGE, BESIDE, PUBLIC, CLOCK, COPIES, SETTINGS -> false;
        };
    }

    /// The causes that the health of all checks speaks for, each of its own: what another one explains is not among
    /// them.
    ///
    /// @param lastChange the last file event: while files arrive, a page that is not well is the copy's doing
    /// @param live the release that is served, where one is known
    static Map<CheckId, Diagnosis> diagnose(
            Map<CheckId, CheckHealth> health, Instant lastChange, Instant now, Policy policy, Optional<Live> live) {
        if (!anyIll(health)) {
            return Map.of();
        }
        Map<CheckId, Diagnosis> found = new EnumMap<>(CheckId.class);
        boolean blind = false;
        for (Map.Entry<CheckId, CheckHealth> each : health.entrySet()) {
            CheckHealth seen = each.getValue();
            if (seen.status() == Status.UNHEALTHY
                    && !isOld(each.getKey(), health)
                    && !believedAt(each.getKey(), health, lastChange, policy).isAfter(now)) {
                seen.fault().ifPresent(finding -> found.put(each.getKey(), of(each.getKey(), finding, policy)));
            }
            blind |= seen.unknowns() >= policy.timing().unknownAfter();
        }
        configurationFirst(found);
        allAtOnce(found);
        answersOthers(found, health, now);
        live.ifPresent(release -> byRelease(found, health, lastChange, now, release));
        for (CheckId subject : CheckId.values()) {
            Diagnosis cause = found.get(subject);
            if (cause != null) {
                found.entrySet()
                        .removeIf(other -> other.getKey() != subject
                                && cause.explains(other.getValue())
                                && !cause.isPast(health.get(other.getKey())));
            }
        }
        if (blind && found.isEmpty()) {
            health.entrySet().stream()
                    .filter(each ->
                            each.getValue().unknowns() >= policy.timing().unknownAfter())
                    .findFirst()
                    .ifPresent(each -> found.put(
                            each.getKey(),
                            new Blind(each.getKey(), each.getValue().blindness().orElse(""))));
        }
        return found;
    }

    /// What a person has stopped, perhaps for good, is the reason for what failed soon after, and not for ever.
    default boolean isPast(@Nullable CheckHealth failed) {
        return failed != null
                && this instanceof ServiceBad(CheckId subject, var _, Condition.ByHand(var _, Instant since), var _)
                && subject == CheckId.NEEDED
                && failed.failingSince().isAfter(since.plus(SOON_AFTER_A_STOP));
    }

    /// Most turns find everything well.
    private static boolean anyIll(Map<CheckId, CheckHealth> health) {
        for (CheckHealth seen : health.values()) {
            if (seen.status() == Status.UNHEALTHY || seen.unknowns() > 0) {
                return true;
            }
        }
        return false;
    }

    /// Whether what an answer showed is no longer so: the last one was well, or it is from before the service that
    /// explains it came back.
    static boolean isOld(CheckId check, Map<CheckId, CheckHealth> health) {
        Optional<Observation> last = Objects.requireNonNull(health.get(check)).known();
        boolean answer = check == CheckId.API || check == CheckId.PAGE || check == CheckId.DATABASE;
        if (!answer || last.isEmpty()) {
            return false;
        }
        if (!(last.get().outcome() instanceof Observation.Failed)) {
            return true;
        }
        for (Map.Entry<CheckId, CheckHealth> each : health.entrySet()) {
            boolean below =
                    explains(each.getKey(), check) || (check == CheckId.DATABASE && each.getKey() == CheckId.NEEDED);
            if (below
                    && each.getValue().status() == Status.HEALTHY
                    && each.getValue().since().isAfter(last.get().startedAt())) {
                return true;
            }
        }
        return false;
    }

    /// A web server that is down with a bad configuration is down for that, and a restart would bring nothing.
    private static void configurationFirst(Map<CheckId, Diagnosis> found) {
        if (found.get(CheckId.CONFIG) instanceof ConfigBad(var _, Config config)
                && found.get(CheckId.PROXY) instanceof ServiceBad down
                && down.remedy().isPresent()) {
            found.remove(CheckId.CONFIG);
            found.put(CheckId.PROXY, new ConfigBad(CheckId.PROXY, config));
        }
    }

    /// Two services that hang in the same moment, with nothing to be seen at either, speak for something else.
    private static void allAtOnce(Map<CheckId, Diagnosis> found) {
        if (found.get(CheckId.APP) instanceof ServiceBad app
                && found.get(CheckId.PROXY) instanceof ServiceBad proxy
                && silent(app.condition())
                && silent(proxy.condition())) {
            found.put(CheckId.APP, new ServiceBad(CheckId.APP, app.unit(), app.condition(), Optional.empty()));
            found.put(CheckId.PROXY, new ServiceBad(CheckId.PROXY, proxy.unit(), proxy.condition(), Optional.empty()));
        }
    }

    /// A service that seems silent while visitors are lately answered through it works: it is asked at another
    /// address.
    private static void answersOthers(Map<CheckId, Diagnosis> found, Map<CheckId, CheckHealth> health, Instant now) {
        found.replaceAll((check, cause) -> cause instanceof ServiceBad bad
                        && bad.condition() instanceof Condition.Hung(Duration silent, var _)
                        && health.entrySet().stream()
                                .filter(each -> explains(check, each.getKey()))
                                .flatMap(each -> each.getValue().known().stream())
                                .anyMatch(look -> look.outcome() instanceof Observation.Passed
                                        && look.startedAt().isAfter(now.minus(silent.dividedBy(2))))
                ? new ServiceBad(check, bad.unit(), new Condition.Deaf("visitors are answered"), Optional.empty())
                : cause);
    }

    private static boolean silent(Condition condition) {
        return condition instanceof Condition.Hung || condition instanceof Condition.Deaf;
    }

    /// Files that were changed are put back where the page fails for them, and was well before; a page that fails in
    /// the watch, and for no other cause, has its release taken back.
    private static void byRelease(
            Map<CheckId, Diagnosis> found,
            Map<CheckId, CheckHealth> health,
            Instant lastChange,
            Instant now,
            Live live) {
        CheckHealth page = health.get(CheckId.PAGE);
        if (page != null
                && found.get(CheckId.RELEASE) instanceof Drifted(CheckId subject, Drift drift, var _)
                && drift.changed().isAfter(live.pageWellAt())
                && isFailingFor(drift, page)) {
            if (isSettled(drift, page, lastChange)) {
                boolean rights = !drift.whole() && !isNotOfRights(found, health, drift);
                Remedy restore = new Remedy.Restore(live.pages().orElse(live.release()), live.pageWellAt());
                found.put(
                        CheckId.RELEASE,
                        new Drifted(subject, drift, Optional.of(restore).filter(_ -> !rights)));
            } else if (page.failingSince().plus(LONGEST_WAIT).isAfter(now)) { // the next look tells
                found.remove(CheckId.RELEASE);
                found.remove(CheckId.PAGE);
            }
        }
        live.back().ifPresent(back -> {
            Remedy takeBack = new Remedy.RollBack(live.release(), back.to());
            if (back.parts().contains(Part.PAGES)) {
                byItsAnswers(CheckId.PAGE, found, health, takeBack);
            }
            if (back.parts().contains(Part.CODE)) {
                byItsAnswers(CheckId.API, found, health, takeBack);
                found.computeIfPresent(CheckId.APP, (_, cause) -> byItsCode(cause, takeBack));
            }
        });
    }

    private static void byItsAnswers(
            CheckId check, Map<CheckId, Diagnosis> found, Map<CheckId, CheckHealth> health, Remedy takeBack) {
        if (found.get(check) instanceof AnswerBad(CheckId subject, Answers answers, var _)
                && answers.bad().stream().anyMatch(Diagnosis::isOfTheRelease)) {
            CheckHealth seen = Objects.requireNonNull(health.get(check));
            if (asked(seen).isBefore(seen.since().plus(SURE_IN_THE_WATCH))) {
                found.remove(check);
            } else {
                found.put(check, new AnswerBad(subject, answers, Optional.of(takeBack)));
            }
        }
    }

    /// An application that ends itself, or whose workers do, does so for its code; what was killed, stopped or hangs
    /// is repaired as ever.
    private static Diagnosis byItsCode(Diagnosis cause, Remedy takeBack) {
        return cause instanceof ServiceBad(CheckId subject, String unit, Condition condition, var _)
                        && isOfTheCode(condition)
                ? new ServiceBad(subject, unit, condition, Optional.of(takeBack))
                : cause;
    }

    private static boolean isOfTheCode(Condition condition) {
        return switch (condition) {
            case Condition.BootLoop _ -> true;
            case Condition.Ended(String exit, var _) -> isError(exit);
            case Condition.Crashed(String exit, var _) -> isError(exit);
            case Condition.Unfit _, Condition.Hung _, Condition.Busy _, Condition.Starting _, Condition.Paused _ ->
                false;
            case Condition.Well _, Condition.Waiting _, Condition.Deaf _, Condition.ByHand _, Condition.Missing _ ->
                false;
        };
    }

    private static boolean isError(String exit) {
        return exit.startsWith(UnitState.EXIT_CODE) && !exit.equals(UnitState.ENDED_WELL);
    }

    /// Whether the page fails for one of these files.
    private static boolean isFailingFor(Drift drift, CheckHealth page) {
        return page.known().map(Observation::outcome).orElse(null) instanceof Observation.Failed(Answers answers)
                && answers.bad().stream()
                        .filter(answer -> !answer.isSlow())
                        .anyMatch(answer -> drift.total() > drift.files().size()
                                || drift.whole()
                                || drift.files().contains(file(answer)));
    }

    /// Whether it was asked twice, and after all was as it is now.
    private static boolean isSettled(Drift drift, CheckHealth page, Instant lastChange) {
        boolean twice = page.status() == Status.UNHEALTHY || page.streak() > 1;
        Instant quiet = isOfThePage(drift) || drift.whole() ? drift.changed() : lastChange.plus(COPIED);
        return twice && !asked(page).isBefore(quiet) && !asked(page).isBefore(drift.changed());
    }

    private static Instant asked(CheckHealth page) {
        return page.known().map(Observation::startedAt).orElse(Instant.MIN);
    }

    private static boolean isOfThePage(Drift drift) {
        return drift.total() == 1 && drift.files().equals(List.of("index.html"));
    }

    /// The file of the web root that an address is of.
    private static String file(Finding.Answer answer) {
        String path = String.valueOf(answer.url().getPath()).replaceFirst("^/+", "");
        return path.isEmpty() || path.endsWith("/") ? path + "index.html" : path;
    }

    /// Whether the rights have been looked at since then, and are no reason.
    private static boolean isNotOfRights(Map<CheckId, Diagnosis> found, Map<CheckId, CheckHealth> health, Drift drift) {
        CheckHealth files = health.get(CheckId.FILES);
        return !found.containsKey(CheckId.FILES)
                && (files == null
                        || files.known()
                                .filter(look -> look.startedAt().isAfter(drift.changed()))
                                .isPresent());
    }

    /// Not where nobody listens, or what stands behind the web server does not answer.
    private static boolean isOfTheRelease(Finding.Answer answer) {
        return !answer.isSlow()
                && answer.fault().isPresent()
                && answer.status().filter(status -> !BEHIND.contains(status)).isPresent();
    }

    /// When a failing check counts as a fault of its own: not while files arrive, nor while it is open whether a
    /// service that would explain it hangs, nor before it is known how what an application rests on is.
    static Instant believedAt(CheckId check, Map<CheckId, CheckHealth> health, Instant lastChange, Policy policy) {
        CheckHealth seen = Objects.requireNonNull(health.get(check));
        Instant since = seen.since();
        if (RESTING.contains(check)
                && seen.fault().orElse(null) instanceof Finding.Judged judged
                && isInVain(judged.condition())) {
            return ofItsOwnAt(check, since, judged.condition(), health, policy);
        }
        for (Map.Entry<CheckId, CheckHealth> each : health.entrySet()) {
            if (each.getValue().undecided() && explains(each.getKey(), check)) {
                return since.plus(policy.patience().hungAtMost());
            }
        }
        if (check == CheckId.RELEASE && seen.fault().orElse(null) instanceof Drift drift) {
            return believedAt(drift, since, lastChange);
        }
        if (check != CheckId.PAGE) {
            return since;
        }
        Instant quiet = lastChange.plus(policy.timing().quiet());
        Instant latest = since.plus(policy.timing().quietAtMost());
        Instant settled = quiet.isBefore(latest) ? quiet : latest;
        CheckHealth release = health.get(CheckId.RELEASE);
        if (release == null || release.status() != Status.UNHEALTHY) {
            return settled;
        }
        Instant drifted = believedAt(CheckId.RELEASE, health, lastChange, policy); // which may be its cause
        return drifted.isBefore(settled) ? settled : drifted.isBefore(latest) ? drifted : latest;
    }

    /// A page's own file changes at once; a folder that has gone may be on its way back, and where other files change
    /// somebody may be copying.
    private static Instant believedAt(Drift drift, Instant since, Instant lastChange) {
        if (drift.whole()) {
            return since.plus(GONE_FOR_GOOD);
        }
        Instant quiet = lastChange.plus(COPIED);
        return isOfThePage(drift) || quiet.isBefore(since) ? since : quiet;
    }

    /// When a service has failed of itself: what it rests on has been looked at since, and it had time to get up
    /// again after that came back.
    private static Instant ofItsOwnAt(
            CheckId check, Instant since, Condition condition, Map<CheckId, CheckHealth> health, Policy policy) {
        Duration soon = policy.timing().telling();
        boolean ended = condition instanceof Condition.Ended || condition instanceof Condition.Unfit;
        Instant at = since;
        for (CheckId below : (Iterable<CheckId>) restsOn(check)::iterator) {
            CheckHealth rest = health.get(below);
            if (rest == null) {
                continue;
            }
            boolean asked = rest.known()
                    .filter(look -> look.startedAt().isBefore(since))
                    .isEmpty();
            boolean back = rest.status() == Status.HEALTHY && rest.since().isAfter(since.plus(soon));
            if (rest.undecided()) {
                return since.plus(policy.patience().hungAtMost());
            }
            Instant until = back
                    ? rest.since().plus(ended ? soon : policy.patience().start())
                    : asked ? since : since.plus(soon);
            at = until.isAfter(at) ? until : at;
        }
        return at;
    }

    private static Diagnosis of(CheckId check, Finding finding, Policy policy) {
        return switch (finding) {
            case Access access ->
                new PathsClosed(
                        check,
                        access,
                        check == CheckId.FILES ? Optional.of(new Remedy.OpenPaths(policy.site())) : Optional.empty());
            case Answers answers -> new AnswerBad(check, answers);
            case Config config -> new ConfigBad(check, config);
            case Drift drift -> new Drifted(check, drift, Optional.empty());
            case Finding.Ailments(List<Ailment> ailing, var _) -> new Ailing(check, ailing);
            case Finding.Judged(String unit, Condition condition, var _, var _) ->
                new ServiceBad(check, unit, condition, remedy(check, unit, condition, policy));
            case Finding.Service _ -> throw new IllegalArgumentException("a sample is judged before it counts");
        };
    }

    private static Optional<Remedy> remedy(CheckId check, String unit, Condition condition, Policy policy) {
        boolean test = check == CheckId.PROXY
                && policy.services().proxy().filter(Services.Proxy::test).isPresent();
        return switch (condition) {
            // what an application needs keeps its data: what ended well was ended by somebody, and nothing is killed
            case Condition.Ended(String exit, var _)
            when check == CheckId.NEEDED && exit.equals(UnitState.ENDED_WELL) -> Optional.empty();
            case Condition.Ended _, Condition.Unfit _ -> Optional.of(new Remedy.Restart(unit, false, test));
            case Condition.Paused _, Condition.Hung _ ->
                check == CheckId.NEEDED ? Optional.empty() : Optional.of(new Remedy.Restart(unit, true, test));
            case Condition.Well _, Condition.Waiting _, Condition.Starting _, Condition.Crashed _ -> Optional.empty();
            case Condition.Busy _, Condition.BootLoop _, Condition.Deaf _, Condition.ByHand _, Condition.Missing _ ->
                Optional.empty();
        };
    }
}
