package io.lectio.core.incident;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.diagnosis.Diagnosis.PathsClosed;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.health.UnitState;
import io.lectio.core.incident.Incident.CoolingDown;
import io.lectio.core.incident.Incident.Culprit;
import io.lectio.core.incident.Incident.Degraded;
import io.lectio.core.incident.Incident.Held;
import io.lectio.core.incident.Incident.Open;
import io.lectio.core.incident.Incident.Proving;
import io.lectio.core.incident.Incident.Repairing;
import io.lectio.core.incident.Incident.Resolved;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Remedy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// How an incident moves on: the repair that is due, the proof, the waiting, and when its message is due.
///
/// @param sight what the checks say, and the causes that speak now
/// @param packagesSince when a package manager began to work, if one does
/// @param degraded whether the state cannot be saved: then nothing is repaired
/// @param resting whether nothing is to be repaired for now, and nothing is loud
public record IncidentCourse(
        Policy policy, Instant now, Sight sight, Optional<Instant> packagesSince, boolean degraded, boolean resting) {
    private static final Duration JUST_BEFORE = Duration.ofSeconds(1);

    /// Between a symptom and the sight of its cause; what is older has another one.
    private static final Duration BELONGS = Duration.ofMinutes(1);

    /// Overload and its like may take so many times longer before a person is called.
    private static final int LENIENCE = 3;

    private static final Duration TRANSACTION = Duration.ofSeconds(2);

    /// Pauses after the first attempts of a row: a port that is still held, a name that is not known yet.
    private static final List<Duration> PAUSES = List.of(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(15));

    /// @param ledgers of all remedies, by their ids
    /// @param repair the attempt that starts now
    /// @param tellAt when the incident's message is due, if it has changed
    public record Step(
            Incident incident,
            boolean closed,
            Map<String, Ledger> ledgers,
            Optional<Attempt> repair,
            List<Remark> remarks,
            Optional<Instant> tellAt) {}

    /// What is new about an incident before its next step.
    public enum News {
        OPENED,
        /// It has become its cause's.
        FOLLOWED,
        NONE
    }

    public Incident open(long id, Diagnosis diagnosis, Optional<Culprit> brokenBy) {
        Instant brokenAt = brokenAt(diagnosis);
        List<CheckId> failingBefore = sight.failingBefore(diagnosis, brokenAt.minus(BELONGS));
        return Incident.open(id, diagnosis, brokenAt, failingBefore, proofs(diagnosis), now, brokenBy);
    }

    private Instant brokenAt(Diagnosis diagnosis) {
        Instant since = sight.of(diagnosis.subject()).map(CheckHealth::since).orElse(now);
        return Incident.brokenAt(diagnosis, since, now);
    }

    /// The guard has begun anew: what it had under way counts as spent, and is looked at afresh.
    public static Incident interrupted(Incident incident, Instant now) {
        return switch (incident.phase()) {
            case Repairing _ -> incident.repaired(new RepairResult.Interrupted(), new Open(), now);
            case Proving _ -> incident.in(new Open());
            case Open _, CoolingDown _, Held _, Degraded _, Resolved _ -> incident;
        };
    }

    /// What a visitor got while it was broken belongs to the incident; what the proof sees does not.
    public static Incident witnessed(Incident incident, Finding.Answers answers) {
        return switch (incident.phase()) {
            case Open _, Repairing _, Held _, Degraded _ -> incident.withSymptom(answers);
            case Proving _, CoolingDown _, Resolved _ -> incident;
        };
    }

    public static Incident repaired(Incident incident, RepairResult result, Instant now) {
        return incident.phase() instanceof Repairing ? incident.repaired(result, new Proving(now), now) : incident;
    }

    /// A symptom's incident becomes its cause's when that is seen, and the other way round when the cause is gone
    /// and the symptom stays.
    ///
    /// @param all the open incidents: none takes the subject of another
    public Incident follow(Incident incident, List<Incident> all) {
        CheckId subject = incident.subject();
        if (!(incident.phase() instanceof Open) || sight.found().containsKey(subject)) {
            return incident;
        }
        return sight.found().values().stream()
                .filter(cause -> all.stream()
                        .noneMatch(other -> other.id() != incident.id() && other.subject() == cause.subject()))
                .filter(cause -> cause.kind().equals(incident.diagnosis().kind())
                        || (cause.explains(incident.diagnosis()) && belongs(incident, cause))
                        || (needs(incident.diagnosis()).contains(cause.subject()) && sight.isWell(subject)))
                .findFirst()
                .map(cause -> incident.with(cause, proofs(cause)))
                .orElse(incident);
    }

    private boolean belongs(Incident symptom, Diagnosis cause) {
        return !symptom.brokenAt().isBefore(brokenAt(cause).minus(BELONGS));
    }

    public Step advance(Incident incident, Map<String, Ledger> ledgers, News news) {
        return switch (incident.phase()) {
            case Repairing _ -> leveled(incident, incident, ledgers, Optional.empty(), news);
            case Proving(Instant since) -> proving(incident, since, ledgers);
            case Open _, CoolingDown _, Held _, Degraded _ -> {
                if (sight.provedSince(incident, incident.openedAt()) && sight.isSteady(incident)) {
                    yield proved(incident, ledgers);
                }
                // what fails beside a unit that is stopped for good is an incident of its own
                boolean over = byHand(incident) && incident.worst() == Level.INFO && isOfAnotherUnit(incident);
                yield over ? step(incident, true, ledgers) : act(incident, ledgers, news);
            }
            case Resolved(Instant at, var _) -> resolved(incident, at, ledgers);
        };
    }

    /// A service that fails again soon is the same incident; so are files that have only arrived since, as in a
    /// copy that goes on. Any other fault is a new incident.
    private Step resolved(Incident incident, Instant at, Map<String, Ledger> ledgers) {
        Diagnosis again = sight.found().get(incident.subject());
        if (again == null || !(sight.lookSince(incident.subject(), at) instanceof Observation.Failed)) {
            return step(incident, !closesAt(incident, at).isAfter(now), ledgers);
        }
        if (!isOfFiles(incident)) {
            if (isOldStop(again, incident)) { // it can wait until it is sure that this one stays well
                return step(incident, !closesAt(incident, at).isAfter(now), ledgers);
            }
            // what has no remedy, such as a person's stop, or is another unit's, is no further episode of what was
            // repaired
            return isOfAnotherUnit(incident)
                            || (again.remedy().isEmpty()
                                    && incident.diagnosis().remedy().isPresent())
                    ? step(incident, true, ledgers)
                    : act(incident.again(now), ledgers, News.NONE);
        }
        boolean goesOn = isArriving(again, incident.brokenAt())
                && incident.lastAttempt()
                        .filter(attempt -> attempt.continues(closed(again), now))
                        .isPresent();
        return goesOn ? act(incident.in(new Open()), ledgers, News.NONE) : step(incident, true, ledgers);
    }

    /// Whether all that is closed came into the web root since then, or just before.
    private static boolean isArriving(Diagnosis diagnosis, Instant since) {
        return diagnosis instanceof PathsClosed(var _, Finding.Access access, var _)
                && access.denied().stream().noneMatch(denial -> denial.arrived().isBefore(since.minus(JUST_BEFORE)));
    }

    /// When the incident wants to be asked again, at the latest.
    public Optional<Instant> wakeAt(Incident incident) {
        Instant overdue = incident.openedAt().plus(policy.patience().escalate());
        Instant phase = switch (incident.phase()) {
            case Resolved(Instant at, var _) -> closesAt(incident, at);
            case CoolingDown(Instant until, var _) -> until;
            case Held(Instant until) -> until;
            case Open _, Repairing _, Proving _, Degraded _ -> overdue;
        };
        boolean phaseFirst = phase.isAfter(now) && (phase.isBefore(overdue) || !overdue.isAfter(now));
        return Optional.of(phaseFirst ? phase : overdue).filter(at -> at.isAfter(now));
    }

    /// The checks that are asked again and again until a restarted service answers.
    public static List<CheckId> hurried(Incident incident) {
        return incident.phase() instanceof Proving
                        && incident.diagnosis().remedy().orElse(null) instanceof Remedy.Restart
                ? needs(incident.diagnosis())
                : List.of();
    }

    /// What must pass before an incident of this cause is over.
    public static List<CheckId> needs(Diagnosis cause) {
        return Sight.needs(cause);
    }

    private Step proving(Incident incident, Instant since, Map<String, Ledger> ledgers) {
        if (sight.provedSince(incident, since)) {
            return proved(incident, ledgers);
        }
        return inVain(incident, since)
                ? act(
                        incident.in(new Open()),
                        with(
                                ledgers,
                                id(incident.diagnosis()),
                                ledger -> isOfAnotherUnit(incident) && sight.isUnitWell(incident)
                                        ? ledger.proved()
                                        : ledger.unproved(now, policy.limits())),
                        News.NONE)
                : step(incident, false, ledgers);
    }

    /// Whether the repair has not helped. A service may take its time to its first answer; what another fault
    /// explains says nothing about this one.
    private boolean inVain(Incident incident, Instant since) {
        CheckId subject = incident.subject();
        Observation.Outcome own = sight.lookSince(subject, since);
        boolean passed = own instanceof Observation.Passed || sight.isUnitPassed(incident, since);
        if (own instanceof Observation.Failed && !passed) {
            return true;
        }
        boolean service = incident.diagnosis().remedy().orElse(null) instanceof Remedy.Restart;
        if (service && since.plus(policy.patience().start()).isAfter(now)) {
            return false;
        }
        boolean silent = service && sight.isUndecided(subject);
        return silent || (passed && sight.failsOtherwise(incident, since));
    }

    /// Whether what is known is no ground to act on: there is no verdict yet, the last look brought none, so that
    /// the fault may be over, or systemd tries once more while this guard may not.
    private boolean isUnclear(Incident incident, Diagnosis diagnosis) {
        boolean waits = incident.phase() instanceof CoolingDown
                || incident.lastAttempt()
                        .filter(last -> last.startedAt().plus(PAUSES.getLast()).isAfter(now))
                        .isPresent();
        boolean triedBySystemd =
                waits && diagnosis instanceof Diagnosis.ServiceBad bad && bad.condition() instanceof Condition.Crashed;
        return triedBySystemd
                || sight.of(incident.subject())
                        .filter(seen -> seen.undecided() || seen.unknowns() > 0)
                        .isPresent();
    }

    private static Step step(Incident incident, boolean closed, Map<String, Ledger> ledgers) {
        List<Remark> remarks = closed ? List.of(new Remark(incident.id(), Remark.Kind.CLOSED, "")) : List.of();
        return new Step(incident, closed, ledgers, Optional.empty(), remarks, Optional.empty());
    }

    private Step proved(Incident incident, Map<String, Ledger> ledgers) {
        Finding.Answers proof = sight.proof(incident.subject());
        Incident resolved = incident.in(new Resolved(now, proof));
        long took = Duration.between(incident.brokenAt(), now).toMillis();
        String proved = "in " + took + " ms; proved: " + proof.inWords();
        Duration gather = policy.timing().quiet();
        Duration quiet = later(incident, isOfFiles(incident) ? gather : gather.dividedBy(2));
        return new Step(
                resolved,
                false,
                allProved(incident, ledgers),
                Optional.empty(),
                List.of(new Remark(incident.id(), Remark.Kind.RESOLVED, proved)),
                Optional.of(now.plus(quiet)));
    }

    private Step act(Incident before, Map<String, Ledger> ledgers, News news) {
        Diagnosis diagnosis = sight.found().get(before.subject());
        if (diagnosis == null || isUnclear(before, diagnosis)) {
            return leveled(before, before, ledgers, Optional.empty(), news);
        }
        Incident incident = before.with(diagnosis, proofs(diagnosis));
        Optional<Remedy> remedy = diagnosis.remedy();
        if (resting || remedy.filter(policy::allows).isEmpty()) {
            return leveled(before, incident.in(new Open()), ledgers, Optional.empty(), news);
        }
        if (degraded) {
            return leveled(before, incident.in(new Degraded()), ledgers, Optional.empty(), news);
        }
        List<Integer> closed = closed(diagnosis);
        Optional<Attempt> last = incident.lastAttempt();
        if (last.isPresent() && last.get().continues(closed, now)) {
            return repair(before, incident, last.get().again(closed), ledgers, news);
        }
        Optional<Instant> held = packagesSince
                .map(since -> since.plus(policy.patience().packages()))
                .filter(until -> remedy.get() instanceof Remedy.Restart && until.isAfter(now));
        if (held.isPresent()) {
            return leveled(before, incident.in(new Held(held.get())), ledgers, Optional.empty(), news);
        }
        Ledger ledger = ledgers.getOrDefault(remedy.get().id(), Ledger.EMPTY);
        Optional<CoolingDown> pause = ledger.pause(now, policy.limits()).or(() -> hopeless(incident));
        if (pause.isPresent()) {
            return leveled(before, incident.in(pause.get()), ledgers, Optional.empty(), news);
        }
        Duration rest = remedy.get() instanceof Remedy.Restart
                ? PAUSES.get(Math.min(ledger.row(), PAUSES.size() - 1))
                : Duration.ZERO;
        if (last.isPresent() && last.get().startedAt().plus(rest).isAfter(now)) {
            return leveled(before, incident.in(new Open()), ledgers, Optional.empty(), news);
        }
        int number = last.map(Attempt::number).orElse(0) + 1;
        Attempt attempt = new Attempt(number, now, closed, 1, Optional.empty(), sight.well(), Optional.empty());
        Map<String, Ledger> spent = with(ledgers, remedy.get().id(), each -> each.spend(now, policy.limits()));
        return repair(before, incident, attempt, spent, news);
    }

    /// Whether the incident's check is about another of its units by now.
    private boolean isOfAnotherUnit(Incident incident) {
        return incident.diagnosis() instanceof Diagnosis.ServiceBad mine
                && sight.found().get(incident.subject()) instanceof Diagnosis.ServiceBad other
                && !other.unit().equals(mine.unit());
    }

    /// Whether a person had stopped another unit before this incident began.
    private boolean isOldStop(Diagnosis cause, Incident incident) {
        return isOfAnotherUnit(incident)
                && cause instanceof Diagnosis.ServiceBad bad
                && bad.condition() instanceof Condition.ByHand(var _, Instant since)
                && since.isBefore(incident.brokenAt());
    }

    private static String id(Diagnosis diagnosis) {
        return diagnosis.remedy().map(Remedy::id).orElse("none");
    }

    private static Map<String, Ledger> with(Map<String, Ledger> ledgers, String remedy, UnaryOperator<Ledger> change) {
        Ledger before = ledgers.getOrDefault(remedy, Ledger.EMPTY);
        Ledger after = change.apply(before);
        if (after.equals(before)) {
            return ledgers;
        }
        Map<String, Ledger> all = new HashMap<>(ledgers);
        all.put(remedy, after);
        return all;
    }

    /// An incident of several services may have needed more than the last one's remedy. What systemd healed by itself
    /// is no proof of any, and what is still not well has none.
    private Map<String, Ledger> allProved(Incident incident, Map<String, Ledger> ledgers) {
        if (incident.diagnosis() instanceof Diagnosis.ServiceBad bad && bad.condition() instanceof Condition.Crashed) {
            return ledgers;
        }
        Map<String, Ledger> all = with(ledgers, id(incident.diagnosis()), Ledger::proved);
        for (Map.Entry<String, CheckId> unit : policy.services().units().entrySet()) {
            if (unit.getValue() == incident.subject() && sight.isUnitWell(incident.subject(), unit.getKey())) {
                all = with(all, Remedy.Restart.id(unit.getKey()), Ledger::proved);
            }
        }
        return all;
    }

    /// The restart that may have broken this: it was well when that began, is nobody's symptom, and failed right after.
    /// Of several the last one.
    ///
    /// @param all the open incidents
    public Optional<Culprit> culprit(Diagnosis broken, List<Incident> all) {
        Optional<Instant> since = sight.of(broken.subject()).map(CheckHealth::since);
        return resting || since.isEmpty()
                ? Optional.empty()
                : all.stream()
                        .filter(incident -> incident.subject() != broken.subject()
                                && !needs(incident.diagnosis()).contains(broken.subject())
                                && !incident.diagnosis().explains(broken))
                        .flatMap(incident -> incident
                                .lastAttempt()
                                .filter(attempt -> attempt.well().contains(broken.subject())
                                        && isRightAfter(attempt, broken, since.get()))
                                .flatMap(attempt -> restarted(incident, attempt))
                                .stream())
                        .max(Comparator.comparing(Culprit::startedAt));
    }

    /// A remedy that broke something else rests for long.
    public Map<String, Ledger> harmed(Map<String, Ledger> ledgers, Culprit by) {
        return with(ledgers, Remedy.Restart.id(by.unit()), ledger -> ledger.harmed(now));
    }

    /// What the attempt has restarted, or is restarting.
    private static Optional<Culprit> restarted(Incident incident, Attempt attempt) {
        Optional<String> unit = attempt.result().isPresent()
                ? attempt.result()
                        .filter(RepairResult.Restarted.class::isInstance)
                        .map(result -> ((RepairResult.Restarted) result).unit())
                : incident.diagnosis()
                        .remedy()
                        .filter(Remedy.Restart.class::isInstance)
                        .map(remedy -> ((Remedy.Restart) remedy).unit());
        return unit.map(each -> new Culprit(incident.id(), each, attempt.startedAt()));
    }

    /// systemd stops what goes with a unit in the same transaction. What fails later, or is no service's stop, may have
    /// many other reasons, and the price of a wrong one is high.
    private static boolean isRightAfter(Attempt attempt, Diagnosis broken, Instant since) {
        Instant began = attempt.startedAt();
        return broken instanceof Diagnosis.ServiceBad bad
                && isOfItsOwn(bad.condition())
                && (isWithin(since, began, began.plus(TRANSACTION))
                        || attempt.endedAt()
                                .filter(end -> isWithin(since, end.minus(TRANSACTION), end.plus(TRANSACTION)))
                                .isPresent());
    }

    private static boolean isWithin(Instant at, Instant from, Instant until) {
        return at.isAfter(from) && !at.isAfter(until);
    }

    private static boolean isOfItsOwn(Condition condition) {
        return switch (condition) {
            case Condition.ByHand(boolean masked, var _) -> !masked;
            case Condition.Ended(String exit, var _) ->
                exit.startsWith(UnitState.EXIT_CODE) && !exit.equals(UnitState.ENDED_WELL);
            case Condition.Unfit _ -> true;
            case Condition.Well _, Condition.Waiting _, Condition.Starting _, Condition.Crashed _ -> false;
            case Condition.Paused _, Condition.Hung _, Condition.Busy _, Condition.BootLoop _ -> false;
            case Condition.Deaf _, Condition.Missing _ -> false;
        };
    }

    /// What a start does not mend is tried once a cooldown, in case that somebody has mended it.
    private Optional<CoolingDown> hopeless(Incident incident) {
        Instant last = incident.lastAttempt().map(Attempt::startedAt).orElse(incident.openedAt());
        return Optional.of(new CoolingDown(last.plus(policy.limits().cooldown()), Optional.of(Incident.Limit.HOPELESS)))
                .filter(pause -> pause.until().isAfter(now)
                        && incident.diagnosis() instanceof Diagnosis.ServiceBad bad
                        && bad.condition() instanceof Condition.Unfit);
    }

    private Step repair(Incident before, Incident incident, Attempt attempt, Map<String, Ledger> ledgers, News news) {
        return leveled(before, incident.starting(attempt, now), ledgers, Optional.of(attempt), news);
    }

    /// Settles how loud the incident is, and whether its message has changed.
    private Step leveled(
            Incident before, Incident after, Map<String, Ledger> ledgers, Optional<Attempt> repair, News news) {
        Incident incident = after.atLevel(level(after));
        boolean fresh = news == News.OPENED;
        boolean louder = !fresh && incident.worst() != before.worst();
        boolean another = news == News.FOLLOWED
                || !incident.diagnosis().kind().equals(before.diagnosis().kind());
        boolean waits = isWaiting(incident)
                && !incident.phase().getClass().equals(before.phase().getClass());
        List<Remark> remarks = new ArrayList<>();
        if (fresh || another) {
            String by = incident.brokenBy()
                    .map(culprit -> "; it began after the restart of " + culprit.unit() + " for incident "
                            + culprit.incident() + ", which is not repeated for a day")
                    .orElse("");
            remarks.add(new Remark(
                    incident.id(), Remark.Kind.CAUSE, incident.diagnosis().inWords() + by));
        }
        repair.ifPresent(attempt -> remarks.add(new Remark(
                incident.id(),
                Remark.Kind.ATTEMPT,
                "attempt " + attempt.number() + (attempt.runs() > 1 ? ", files still arrive" : "") + ": "
                        + incident.diagnosis().remedy().orElseThrow().inWords())));
        if (louder || (fresh && incident.worst() == Level.CRITICAL)) {
            String why = whyPersonNeeded(incident).map(": "::concat).orElse("");
            remarks.add(new Remark(incident.id(), Remark.Kind.LEVEL, incident.worst() + why));
        }
        boolean changed = fresh || another || !incident.symptom().equals(before.symptom());
        Duration soon = policy.timing().telling();
        Instant next = now.plus(another ? soon : later(incident, soon));
        Optional<Instant> tellAt = louder || waits
                ? Optional.of(now)
                : changed ? Optional.of(fresh ? firstTold(incident) : next) : Optional.empty();
        return new Step(incident, false, ledgers, repair, remarks, tellAt);
    }

    private static boolean isWaiting(Incident incident) {
        return switch (incident.phase()) {
            case Held _, CoolingDown _, Degraded _ -> true;
            case Open _, Repairing _, Proving _, Resolved _ -> false;
        };
    }

    /// What took its time to be sure of is told the sooner then.
    private Instant firstTold(Incident incident) {
        Duration telling = policy.timing().telling();
        Instant soonest = now.plus(telling.dividedBy(2));
        Instant usual = incident.brokenAt().plus(telling);
        return usual.isAfter(soonest) ? usual : soonest;
    }

    /// Overload comes and goes by the second: its message is edited once a minute at most.
    private Duration later(Incident incident, Duration otherwise) {
        return incident.diagnosis() instanceof Diagnosis.ServiceBad bad && bad.condition() instanceof Condition.Busy
                ? policy.patience().steady()
                : otherwise;
    }

    private Level level(Incident incident) {
        boolean asWanted = byHand(incident)
                && incident.brokenBy().isEmpty()
                && !(incident.subject() == CheckId.NEEDED && sight.isDownBy(incident));
        if (resting || asWanted) {
            return Level.INFO;
        }
        return whyPersonNeeded(incident).isPresent() ? Level.CRITICAL : Level.WARNING;
    }

    private Optional<String> whyPersonNeeded(Incident incident) {
        Diagnosis cause = incident.diagnosis();
        boolean down = sight.isDownBy(incident);
        Duration patience = policy.patience().escalate().multipliedBy(cause.urgent() ? 1 : LENIENCE);
        boolean overdue = !sight.isWell(incident.subject())
                && !incident.openedAt().plus(patience).isAfter(now);
        boolean vain = incident.phase() instanceof CoolingDown || incident.phase() instanceof Degraded;
        boolean helpless = vain || cause.remedy().filter(policy::isCarriedOut).isEmpty();
        if (incident.flaps()) {
            return Optional.of("it comes back after each repair");
        }
        if (cause instanceof Diagnosis.Ailing ailing && ailing.worst().grave()) {
            return Optional.of("a person is needed, though the site may still answer");
        }
        if (down && incident.brokenBy().isPresent()) {
            return Optional.of("visitors miss the site since a repair");
        }
        if (down && cause.urgent() && helpless) {
            return Optional.of("visitors miss the site, and no repair is due");
        }
        return overdue && (down || (cause.urgent() && !harmless(cause)))
                ? Optional.of("it lasts longer than " + patience.toMinutes() + " min")
                : Optional.empty();
    }

    /// What hurts nobody as long as the site is well.
    private static boolean harmless(Diagnosis cause) {
        return cause instanceof Diagnosis.ConfigBad
                || (cause instanceof Diagnosis.ServiceBad bad && bad.condition() instanceof Condition.Deaf);
    }

    private static boolean byHand(Incident incident) {
        return incident.diagnosis() instanceof Diagnosis.ServiceBad bad && bad.condition() instanceof Condition.ByHand;
    }

    private Instant closesAt(Incident incident, Instant provedAt) {
        if (byHand(incident) || incident.diagnosis() instanceof Diagnosis.Blind) {
            return provedAt;
        }
        if (!isOfFiles(incident)) {
            return provedAt.plus(policy.patience().steady());
        }
        boolean arrived = isArriving(incident.diagnosis(), incident.brokenAt());
        return provedAt.plus(
                arrived ? policy.patience().steady() : policy.timing().quiet());
    }

    private static boolean isOfFiles(Incident incident) {
        return switch (incident.subject()) {
            case FILES, LEFT_ALONE, RELEASE, PAGE -> true;
            case DISK, MEMORY, NEEDED, DATABASE, APP, PROXY, CONFIG, API, BESIDE, PUBLIC, CLOCK, COPIES, SETTINGS ->
                false;
        };
    }

    private static List<Integer> closed(Diagnosis diagnosis) {
        return diagnosis instanceof PathsClosed(var _, Finding.Access access, var _)
                ? access.denied().stream()
                        .map(denial -> denial.path().hashCode())
                        .toList()
                : List.of();
    }

    private List<URI> proofs(Diagnosis diagnosis) {
        return diagnosis instanceof PathsClosed(var _, Finding.Access access, var _)
                ? access.denied().stream()
                        .filter(denial -> !denial.folder() && denial.place() == Finding.Place.INSIDE)
                        .flatMap(denial -> policy.site().urlOf(denial.path()).stream())
                        .limit(Incident.MOST_PROOFS)
                        .toList()
                : List.of();
    }
}
