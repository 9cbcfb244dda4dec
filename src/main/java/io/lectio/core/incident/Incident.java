package io.lectio.core.incident;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.policy.CheckId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A fault from its first sight to its proof.
///
/// @param brokenAt when it broke, as far as the file system tells; otherwise when it was seen
/// @param symptom what a visitor got meanwhile, if it was seen
/// @param failingBefore checks that failed long before it: they neither prove nor disprove a repair of it
/// @param toProve the addresses that must answer, besides the page and its assets, before the incident closes
/// @param worst the loudest level that this incident has had
/// @param brokenBy the restart right after which it began, though it was well before
public record Incident(
        long id,
        Instant openedAt,
        Instant brokenAt,
        Diagnosis diagnosis,
        Optional<Answers> symptom,
        List<CheckId> failingBefore,
        List<URI> toProve,
        List<Attempt> attempts,
        Phase phase,
        Level worst,
        Optional<Culprit> brokenBy) {
    /// Addresses beyond this many add time to a proof and nothing to its strength.
    public static final int MOST_PROOFS = 5;

    private static final int MOST_ATTEMPTS = 10;
    private static final int FLAPPING = 5;
    private static final Duration JUST_BEFORE = Duration.ofMinutes(1);

    /// A restart after which something else broke.
    ///
    /// @param incident for which it was
    /// @param unit what was restarted
    public record Culprit(long incident, String unit, Instant startedAt) {}

    public sealed interface Phase {}

    /// Nothing is under way: looking on, or waiting for a person.
    public record Open() implements Phase {}

    public record Repairing(Instant since) implements Phase {}

    /// The repair has ended; looks that began since then decide.
    public record Proving(Instant since) implements Phase {}

    /// @param limit what asks for the pause; empty where an older guard began it
    public record CoolingDown(Instant until, Optional<Limit> limit) implements Phase {}

    public enum Limit {
        /// So many attempts in a row brought no proof.
        IN_A_ROW,
        /// So many attempts within an hour, proved or not.
        HOURLY,
        /// The service would only end again.
        HOPELESS,
        /// The last attempt has broken something else.
        HARMFUL
    }

    /// A restart waits for a package manager that works, at most so long.
    public record Held(Instant until) implements Phase {}

    /// The guard cannot save its state, so it repairs nothing.
    public record Degraded() implements Phase {}

    /// Proved. It is kept a while longer, so that one copy of files, or a service that flaps, is one incident.
    public record Resolved(Instant at, Answers proof) implements Phase {}

    public Incident {
        failingBefore = List.copyOf(failingBefore);
        toProve = List.copyOf(toProve);
        attempts = List.copyOf(attempts);
    }

    static Incident open(
            long id,
            Diagnosis diagnosis,
            Instant brokenAt,
            List<CheckId> failingBefore,
            List<URI> toProve,
            Instant now,
            Optional<Culprit> brokenBy) {
        Optional<Answers> symptom = symptomOf(diagnosis);
        return new Incident(
                id,
                now,
                brokenAt,
                diagnosis,
                symptom,
                failingBefore,
                toProve,
                List.of(),
                new Open(),
                Level.INFO,
                brokenBy);
    }

    /// @param seen when its check turned
    static Instant brokenAt(Diagnosis diagnosis, Instant seen, Instant now) {
        return switch (diagnosis) {
            case Diagnosis.PathsClosed(var _, Finding.Access access, var _) ->
                access.denied().stream()
                        .findFirst()
                        .map(Finding.Denial::changed)
                        .filter(changed -> changed.isBefore(now) && changed.isAfter(now.minus(JUST_BEFORE)))
                        .orElse(now);
            case Diagnosis.ServiceBad(var _, var _, Condition condition, var _) ->
                switch (condition) {
                    case Condition.Hung(Duration silent, var _) -> now.minus(silent);
                    case Condition.Busy(Duration silent) -> now.minus(silent);
                    case Condition.Paused(var _, Duration since) -> now.minus(since);
                    case Condition.Well _, Condition.Waiting _, Condition.Starting _, Condition.Ended _ -> now;
                    case Condition.Unfit _, Condition.Crashed _, Condition.BootLoop _, Condition.Deaf _ -> now;
                    case Condition.ByHand _, Condition.Missing _ -> now;
                };
            case Diagnosis.AnswerBad _ ->
                seen.isAfter(now.minus(JUST_BEFORE.plus(JUST_BEFORE))) ? earlier(seen, now) : now;
            case Diagnosis.Drifted(var _, Finding.Drift drift, var _) ->
                drift.changed().isAfter(now.minus(JUST_BEFORE)) ? earlier(drift.changed(), now) : now;
            case Diagnosis.ConfigBad _, Diagnosis.Ailing _, Diagnosis.Blind _ -> now;
        };
    }

    private static Optional<Answers> symptomOf(Diagnosis diagnosis) {
        return diagnosis instanceof Diagnosis.AnswerBad(var _, Answers answers, var _)
                ? Optional.of(answers)
                : Optional.empty();
    }

    public CheckId subject() {
        return diagnosis.subject();
    }

    public Optional<Attempt> lastAttempt() {
        return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast());
    }

    /// How long visitors missed the page or the API, as far as they were seen to; known when it is over.
    public Duration down() {
        boolean missed = symptom.filter(seen -> !seen.onlySlow()).isPresent();
        return missed && phase instanceof Resolved(Instant at, var _) && at.isAfter(brokenAt)
                ? Duration.between(brokenAt, at)
                : Duration.ZERO;
    }

    /// Healed so often in one incident that the fault itself stays.
    boolean flaps() {
        return lastAttempt().filter(last -> last.number() >= FLAPPING).isPresent();
    }

    Incident in(Phase next) {
        return with(diagnosis, symptom, toProve, attempts, next);
    }

    /// Enough to be told in a line: no long lists.
    Incident brief() {
        Diagnosis cause = diagnosis instanceof Diagnosis.PathsClosed(CheckId subject, Finding.Access access, var remedy)
                ? new Diagnosis.PathsClosed(subject, access.brief(), remedy)
                : diagnosis instanceof Diagnosis.AnswerBad(CheckId subject, Answers answers, var remedy)
                        ? new Diagnosis.AnswerBad(subject, answers.brief(), remedy)
                        : diagnosis;
        Phase shown = phase instanceof Resolved(Instant at, Answers proof) ? new Resolved(at, proof.brief()) : phase;
        return with(cause, symptom.map(Answers::brief), List.of(), List.of(), shown);
    }

    /// With no time that lies ahead: after the clock was set back, that would never come.
    public Incident notAfter(Instant now) {
        Phase capped = switch (phase) {
            case Repairing(Instant since) -> new Repairing(earlier(since, now));
            case Proving(Instant since) -> new Proving(earlier(since, now));
            case Resolved(Instant at, Answers proof) -> new Resolved(earlier(at, now), proof);
            case Open _, CoolingDown _, Held _, Degraded _ -> phase;
        };
        Instant opened = earlier(openedAt, now);
        Instant broken = earlier(brokenAt, now);
        List<Attempt> tried =
                attempts.stream().map(attempt -> attempt.notAfter(now)).toList();
        return new Incident(
                id, opened, broken, diagnosis, symptom, failingBefore, toProve, tried, capped, worst, brokenBy);
    }

    static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    /// The same fault once more, soon after it was healed.
    Incident again(Instant now) {
        return begunAt(now).with(diagnosis, Optional.empty(), toProve, attempts, new Open());
    }

    private Incident begunAt(Instant now) {
        return new Incident(id, now, now, diagnosis, symptom, failingBefore, toProve, attempts, phase, worst, brokenBy);
    }

    /// The same fault, seen deeper or further. What is of the same kind keeps its first evidence.
    Incident with(Diagnosis next, List<URI> proofs) {
        boolean same = next.kind().equals(diagnosis.kind()) && next.subject() == diagnosis.subject();
        if (same && !(next instanceof Diagnosis.PathsClosed)) {
            return this;
        }
        List<URI> all = new ArrayList<>(toProve);
        proofs.stream().filter(url -> !all.contains(url)).forEach(all::add);
        return with(
                next,
                symptom.isPresent() ? symptom : symptomOf(next),
                all.subList(0, Math.min(all.size(), MOST_PROOFS)),
                attempts,
                phase);
    }

    Incident withSymptom(Answers seen) {
        return symptom.isPresent() ? this : with(diagnosis, Optional.of(seen), toProve, attempts, phase);
    }

    Incident atLevel(Level level) {
        if (level.compareTo(worst) <= 0) {
            return this;
        }
        return new Incident(
                id, openedAt, brokenAt, diagnosis, symptom, failingBefore, toProve, attempts, phase, level, brokenBy);
    }

    Incident starting(Attempt attempt, Instant now) {
        List<Attempt> all = new ArrayList<>(attempts);
        if (!all.isEmpty() && all.getLast().number() == attempt.number()) {
            all.removeLast();
        }
        all.add(attempt);
        if (all.size() > MOST_ATTEMPTS) {
            all.remove(1); // the first tells how it began
        }
        return with(diagnosis, symptom, toProve, all, new Repairing(now));
    }

    Incident repaired(RepairResult result, Phase next, Instant now) {
        List<Attempt> all = new ArrayList<>(attempts);
        all.set(all.size() - 1, all.getLast().ended(result, now));
        return with(diagnosis, symptom, toProve, all, next);
    }

    private Incident with(Diagnosis cause, Optional<Answers> seen, List<URI> proofs, List<Attempt> tried, Phase next) {
        return new Incident(id, openedAt, brokenAt, cause, seen, failingBefore, proofs, tried, next, worst, brokenBy);
    }
}
