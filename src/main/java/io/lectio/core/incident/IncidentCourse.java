package io.lectio.core.incident;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.diagnosis.Diagnosis.PathsClosed;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Incident.CoolingDown;
import io.lectio.core.incident.Incident.Open;
import io.lectio.core.incident.Incident.Proving;
import io.lectio.core.incident.Incident.Repairing;
import io.lectio.core.incident.Incident.Resolved;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policy;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How an incident moves on: the repair that is due, the proof, the waiting, and when its message is due.
public final class IncidentCourse {
    private final Policy policy;
    private final Instant now;
    private final Map<CheckId, CheckHealth> health;
    private final Instant lastChange;

    /// @param lastChange the last file event
    public IncidentCourse(Policy policy, Instant now, Map<CheckId, CheckHealth> health, Instant lastChange) {
        this.policy = policy;
        this.now = now;
        this.health = health;
        this.lastChange = lastChange;
    }

    /// @param repair the attempt that starts now
    /// @param tellAt when the incident's message is due, if it has changed
    public record Step(
            Incident incident,
            boolean closed,
            Ledger ledger,
            Optional<Attempt> repair,
            List<String> notes,
            Optional<Instant> tellAt) {}

    public static Incident open(long id, Diagnosis diagnosis, Instant now, Policy policy) {
        return Incident.open(id, diagnosis, proofs(diagnosis, policy), Level.INFO, now);
    }

    /// The guard has begun anew: what it had under way counts as spent, and is looked at afresh.
    public static Incident interrupted(Incident incident) {
        return switch (incident.phase()) {
            case Repairing _ -> incident.repaired(new RepairResult.Interrupted(), new Open());
            case Proving _ -> incident.in(new Open());
            case Open _, CoolingDown _, Resolved _ -> incident;
        };
    }

    /// What a visitor got while it was broken belongs to the incident; what the proof sees does not.
    public static Incident witnessed(Incident incident, Finding.Answers answers) {
        return switch (incident.phase()) {
            case Open _, Repairing _ -> incident.withSymptom(answers);
            case Proving _, CoolingDown _, Resolved _ -> incident;
        };
    }

    public static Incident repaired(Incident incident, RepairResult result, Instant now) {
        return incident.phase() instanceof Repairing ? incident.repaired(result, new Proving(now)) : incident;
    }

    public Step advance(Incident incident, Optional<Diagnosis> diagnosis, Ledger ledger) {
        return switch (incident.phase()) {
            case Repairing _ -> leveled(incident, incident, ledger, Optional.empty());
            case Proving(Instant since) -> proving(incident, since, diagnosis, ledger);
            case Open _, CoolingDown _ ->
                passedSince(incident.openedAt()) ? proved(incident, ledger) : act(incident, diagnosis, ledger);
            case Resolved(Instant at, var _) -> {
                if (diagnosis.isPresent() && brokenSince(at)) {
                    yield act(incident.in(new Open()), diagnosis, ledger);
                }
                yield step(incident, !closesAt(at).isAfter(now), ledger);
            }
        };
    }

    public Optional<Instant> wakeAt(Incident incident) {
        return switch (incident.phase()) {
            case Resolved(Instant at, var _) -> Optional.of(closesAt(at));
            case CoolingDown(Instant until) -> Optional.of(until);
            case Open _, Repairing _, Proving _ -> Optional.empty();
        };
    }

    private Step proving(Incident incident, Instant since, Optional<Diagnosis> diagnosis, Ledger ledger) {
        if (passedSince(since)) {
            return proved(incident, ledger);
        }
        if (!brokenSince(since)) {
            return step(incident, false, ledger);
        }
        return act(incident.in(new Open()), diagnosis, ledger.unproved(now, policy.limits()));
    }

    private static Step step(Incident incident, boolean closed, Ledger ledger) {
        List<String> notes = closed ? List.of("closed") : List.of();
        return new Step(incident, closed, ledger, Optional.empty(), notes, Optional.empty());
    }

    private Step proved(Incident incident, Ledger ledger) {
        Finding.Answers proof = Optional.ofNullable(health.get(CheckId.PAGE))
                .flatMap(CheckHealth::finding)
                .map(Finding.Answers.class::cast)
                .orElseThrow();
        Incident resolved = incident.in(new Resolved(now, proof));
        String note = "resolved; " + proof.inWords();
        return new Step(
                resolved,
                false,
                ledger.proved(),
                Optional.empty(),
                List.of(note),
                Optional.of(now.plus(policy.timing().quiet())));
    }

    private Step act(Incident before, Optional<Diagnosis> diagnosis, Ledger ledger) {
        if (diagnosis.isEmpty()) {
            return step(before, false, ledger);
        }
        Incident incident = before.with(diagnosis.get(), proofs(diagnosis.get(), policy));
        if (!policy.repairs() || diagnosis.get().remedy().isEmpty()) {
            return leveled(before, incident.in(new Open()), ledger, Optional.empty());
        }
        List<Integer> closed = closed(diagnosis.get());
        Optional<Attempt> last = incident.lastAttempt();
        if (last.isPresent() && last.get().continues(closed, now)) {
            return repair(before, incident, last.get().again(closed), ledger);
        }
        Instant allowedAt = ledger.allowedAt(now, policy.limits());
        if (allowedAt.isAfter(now)) {
            return leveled(before, incident.in(new CoolingDown(allowedAt)), ledger, Optional.empty());
        }
        int number = last.map(Attempt::number).orElse(0) + 1;
        Attempt attempt = new Attempt(number, now, closed, 1, Optional.empty());
        return repair(before, incident, attempt, ledger.spend(now, policy.limits()));
    }

    private Step repair(Incident before, Incident incident, Attempt attempt, Ledger ledger) {
        return leveled(before, incident.starting(attempt, now), ledger, Optional.of(attempt));
    }

    /// Settles how loud the incident is, and whether its message has changed.
    private Step leveled(Incident before, Incident after, Ledger ledger, Optional<Attempt> repair) {
        Incident incident = after.atLevel(level(after));
        List<String> notes = new ArrayList<>();
        boolean fresh = before.worst() == Level.INFO;
        boolean louder = !fresh && incident.worst() != before.worst();
        boolean waits = incident.phase() instanceof CoolingDown && !(before.phase() instanceof CoolingDown);
        boolean another =
                !incident.diagnosis().getClass().equals(before.diagnosis().getClass());
        if (fresh || another) {
            notes.add("cause: " + incident.diagnosis().inWords());
        }
        repair.ifPresent(attempt ->
                notes.add("attempt " + attempt.number() + (attempt.runs() > 1 ? ", files still arrive" : "")));
        if (incident.phase() instanceof CoolingDown(Instant until) && waits) {
            notes.add("no further attempt before " + until);
        }
        Optional<Instant> tellAt = fresh || louder || waits || another
                ? Optional.of(louder || waits ? now : now.plus(policy.timing().telling()))
                : Optional.empty();
        if (tellAt.isEmpty() && !incident.symptom().equals(before.symptom())) {
            tellAt = Optional.of(now.plus(policy.timing().telling()));
        }
        return new Step(incident, false, ledger, repair, notes, tellAt);
    }

    private Level level(Incident incident) {
        boolean personNeeded =
                !policy.repairs() || incident.diagnosis().remedy().isEmpty() || incident.phase() instanceof CoolingDown;
        CheckHealth page = health.get(CheckId.PAGE);
        boolean down =
                page != null && page.known().map(Observation::outcome).orElse(null) instanceof Observation.Failed;
        return personNeeded && down ? Level.CRITICAL : Level.WARNING;
    }

    private Instant closesAt(Instant provedAt) {
        Instant quiet = (lastChange.isAfter(provedAt) ? lastChange : provedAt)
                .plus(policy.timing().quiet());
        Instant latest = provedAt.plus(Attempt.LONGEST_ARRIVAL);
        return quiet.isBefore(latest) ? quiet : latest;
    }

    private boolean passedSince(Instant since) {
        for (CheckId check : CheckId.values()) {
            if (!(lookSince(check, since) instanceof Observation.Passed)) {
                return false;
            }
        }
        return true;
    }

    private boolean brokenSince(Instant since) {
        for (CheckId check : CheckId.values()) {
            if (lookSince(check, since) instanceof Observation.Failed) {
                return true;
            }
        }
        return false;
    }

    private Observation.Outcome lookSince(CheckId check, Instant since) {
        CheckHealth seen = health.get(check);
        return Optional.ofNullable(seen)
                .flatMap(CheckHealth::known)
                .filter(look -> !look.startedAt().isBefore(since))
                .map(Observation::outcome)
                .orElseGet(() -> new Observation.Unknown("no look yet"));
    }

    private static List<Integer> closed(Diagnosis diagnosis) {
        return diagnosis instanceof PathsClosed(Finding.Access access, var _)
                ? access.denied().stream()
                        .map(denial -> denial.path().hashCode())
                        .toList()
                : List.of();
    }

    private static List<URI> proofs(Diagnosis diagnosis, Policy policy) {
        return diagnosis instanceof PathsClosed(Finding.Access access, var _)
                ? access.denied().stream()
                        .filter(denial -> !denial.folder() && denial.place() == Finding.Place.INSIDE)
                        .flatMap(denial -> policy.site().urlOf(denial.path()).stream())
                        .limit(Incident.MOST_PROOFS)
                        .toList()
                : List.of();
    }
}
