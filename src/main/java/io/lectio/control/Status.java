package io.lectio.control;

import io.lectio.core.GuardState.Durable;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order.Spell;
import io.lectio.engine.GuardLoop.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// How things stand, for programs as JSON, and for people as the commands print it.
///
/// @param turned when the loop last took an event: an old one means that it hangs
/// @param repairs whether the guard repairs, or only looks
/// @param degraded why nothing is repaired at present, if so
/// @param notDelivered what became of the last alert, if it did not arrive
public record Status(
        long pid,
        Instant started,
        Instant turned,
        boolean repairs,
        Optional<String> degraded,
        Optional<Spell> maintenance,
        Optional<Spell> silence,
        List<Check> checks,
        List<Open> incidents,
        int alertsPending,
        Optional<String> notDelivered) {

    /// @param detail what the last look told
    public record Check(String check, CheckHealth.Status health, Optional<Instant> since, String detail) {
        private static Check of(CheckId check, CheckHealth seen) {
            Optional<Instant> since = Optional.of(seen.since()).filter(known -> known.isAfter(Instant.EPOCH));
            return new Check(name(check), seen.status(), since, seenLast(seen));
        }
    }

    /// An incident that is not closed.
    ///
    /// @param cause its kind, in one word
    public record Open(
            long id,
            String subject,
            Level level,
            String phase,
            Instant broken,
            String cause,
            String detail,
            int attempts) {
        private static Open of(Incident incident) {
            return new Open(
                    incident.id(),
                    name(incident.subject()),
                    incident.worst(),
                    incident.phase().getClass().getSimpleName(),
                    incident.brokenAt(),
                    incident.diagnosis().kindName(),
                    incident.diagnosis().inWords(),
                    incident.attempts().size());
        }
    }

    static Status of(Snapshot snapshot) {
        Durable durable = snapshot.state().durable();
        CheckHealth pending = CheckHealth.pending(Instant.EPOCH);
        return new Status(
                ProcessHandle.current().pid(),
                snapshot.startedAt(),
                snapshot.turnedAt(),
                snapshot.policy().repairs(),
                snapshot.degraded(),
                durable.maintenance(),
                durable.silence(),
                snapshot.policy().checks().stream()
                        .map(check -> Check.of(check, snapshot.state().health().getOrDefault(check, pending)))
                        .toList(),
                durable.incidents().stream().map(Open::of).toList(),
                (int) durable.outbox().alerts().stream().filter(Alert::pending).count(),
                snapshot.state().undelivered().map(Delivery::inWords));
    }

    static String seenLast(CheckHealth seen) {
        return seen.blindness()
                .map("cannot look: "::concat)
                .or(() -> seen.known().map(Observation::outcome).map(Observation.Outcome::inWords))
                .orElse("no result yet");
    }

    static String name(CheckId check) {
        return check.name().toLowerCase(Locale.ROOT);
    }
}
