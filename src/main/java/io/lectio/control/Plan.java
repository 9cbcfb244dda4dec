package io.lectio.control;

import io.lectio.core.GuardState;
import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Ledger;
import io.lectio.core.incident.Prospect;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Remedy;
import io.lectio.json.JsonCodec;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the guard would do now, and why, told from the very state in which it decides.
public record Plan(List<Step> steps) {
    private static final Duration HOUR = Duration.ofHours(1);

    /// @param incident empty for a check that has none of its own
    /// @param cause what is wrong
    /// @param next what is done about it, or why nothing is
    /// @param budget what its remedy has spent
    public record Step(Optional<Long> incident, String subject, String cause, String next, Optional<String> budget) {}

    /// @param state as a turn has left it
    public static Plan of(GuardState state, Instant now, Policy policy) {
        List<Step> steps = new ArrayList<>();
        List<Incident> incidents = state.durable().incidents();
        for (Incident incident : incidents) {
            steps.add(new Step(
                    Optional.of(incident.id()),
                    Status.name(incident.subject()),
                    incident.diagnosis().inWords(),
                    Prospect.of(incident, policy, state.rest(policy, now)).words(),
                    incident.diagnosis().remedy().map(remedy -> spent(remedy, state, now, policy))));
        }
        state.health().forEach((check, seen) -> {
            if (isIll(seen) && incidents.stream().noneMatch(open -> open.subject() == check)) {
                steps.add(new Step(
                        Optional.empty(),
                        Status.name(check),
                        Status.seenLast(seen),
                        waiting(check, seen, incidents, policy),
                        Optional.empty()));
            }
        });
        return new Plan(steps);
    }

    public String toJson() throws IOException {
        return JsonCodec.writeLine(this);
    }

    private static boolean isIll(CheckHealth seen) {
        boolean failed = seen.known()
                .filter(last -> last.outcome() instanceof Observation.Failed)
                .isPresent();
        return failed || seen.status() == CheckHealth.Status.UNHEALTHY || seen.unknowns() > 0;
    }

    /// Why a check that is not well is no incident.
    private static String waiting(CheckId check, CheckHealth seen, List<Incident> incidents, Policy policy) {
        Optional<Incident> cause = incidents.stream()
                .filter(open -> Diagnosis.explains(open.subject(), check))
                .findFirst();
        if (cause.isPresent()) {
            return "nothing of its own: incident " + cause.get().id() + " explains it";
        }
        boolean unsure = seen.unknowns() > 0 || seen.status() == CheckHealth.Status.UNHEALTHY;
        return unsure
                ? "nothing yet: further looks decide"
                : "nothing yet: look " + seen.streak() + " of the "
                        + policy.threshold(check, false).failures() + " that must fail";
    }

    private static String spent(Remedy remedy, GuardState state, Instant now, Policy policy) {
        Ledger ledger = state.durable().ledgers().getOrDefault(remedy.id(), Ledger.EMPTY);
        long hourly = ledger.spent().stream()
                .filter(at -> at.isAfter(now.minus(HOUR)))
                .count();
        return ledger.row() + " of " + policy.limits().attemptsInRow() + " attempts in a row, " + hourly + " of "
                + policy.limits().repairsPerHour() + " within an hour";
    }
}
