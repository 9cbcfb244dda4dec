package io.lectio.core.diagnosis;

import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.CheckHealth.Status;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Remedy;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// The one cause, with its evidence and its remedy. Deepest first: what lies below explains what lies above.
public sealed interface Diagnosis {

    /// What can be done about it by the guard; empty when only a person can.
    Optional<Remedy> remedy();

    /// One English line for logs and terminals.
    String inWords();

    /// The web user cannot reach what it must serve.
    record PathsClosed(Access access, Optional<Remedy> remedy) implements Diagnosis {
        @Override
        public String inWords() {
            return access.inWords();
        }
    }

    /// The page or an asset is not answered as it should be, and nothing below explains it.
    record PageBad(Answers answers) implements Diagnosis {
        @Override
        public Optional<Remedy> remedy() {
            return Optional.empty();
        }

        @Override
        public String inWords() {
            return answers.inWords();
        }
    }

    /// A probe has not been able to look for a while. Told, never acted on.
    record Blind(CheckId check, String reason) implements Diagnosis {
        @Override
        public Optional<Remedy> remedy() {
            return Optional.empty();
        }

        @Override
        public String inWords() {
            return "the check " + check + " cannot look: " + reason;
        }
    }

    /// The deepest cause that the health of all checks speaks for, or none.
    ///
    /// @param lastChange the last file event: while files arrive, a page that is not well is the copy's doing
    static Optional<Diagnosis> diagnose(
            Map<CheckId, CheckHealth> health, Instant lastChange, Instant now, Policy policy) {
        for (CheckId check : CheckId.values()) {
            CheckHealth seen = health.get(check);
            if (seen != null
                    && seen.status() == Status.UNHEALTHY
                    && seen.finding().isPresent()
                    && !believedAt(check, seen, lastChange, policy).isAfter(now)) {
                return Optional.of(of(seen.finding().get(), policy));
            }
        }
        for (CheckId check : CheckId.values()) {
            CheckHealth seen = health.get(check);
            if (seen != null && seen.unknowns() >= policy.timing().unknownAfter()) {
                return Optional.of(new Blind(check, seen.blindness().orElse("")));
            }
        }
        return Optional.empty();
    }

    /// When a failing check counts as a fault of its own.
    static Instant believedAt(CheckId check, CheckHealth seen, Instant lastChange, Policy policy) {
        return switch (check) {
            case FILES -> seen.since();
            case PAGE -> {
                Instant quiet = lastChange.plus(policy.timing().quiet());
                Instant latest = seen.since().plus(policy.timing().quietAtMost());
                yield quiet.isBefore(latest) ? quiet : latest;
            }
        };
    }

    private static Diagnosis of(Finding finding, Policy policy) {
        return switch (finding) {
            case Access access ->
                new PathsClosed(
                        access,
                        access.denied().stream().anyMatch(Finding.Denial::repairable)
                                ? Optional.of(new Remedy.OpenPaths(policy.site()))
                                : Optional.empty());
            case Answers answers -> new PageBad(answers);
        };
    }
}
