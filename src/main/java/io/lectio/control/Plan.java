package io.lectio.control;

import static java.time.temporal.ChronoUnit.SECONDS;

import io.lectio.core.GuardState;
import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Attempt;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Ledger;
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
                    next(incident, state, now, policy),
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

    private static String next(Incident incident, GuardState state, Instant now, Policy policy) {
        String remedy = incident.diagnosis().remedy().map(Plan::inWords).orElse("nothing");
        int attempt = incident.lastAttempt().map(Attempt::number).orElse(0);
        return switch (incident.phase()) {
            case Incident.Repairing _ -> remedy + ", attempt " + attempt;
            case Incident.Proving _ -> "looks decide whether attempt " + attempt + " has helped";
            case Incident.CoolingDown(Instant until, Optional<Incident.Limit> limit) ->
                remedy + ", not before " + until.truncatedTo(SECONDS) + ", for "
                        + switch (limit.orElse(Incident.Limit.IN_A_ROW)) {
                            case IN_A_ROW -> "as many in a row have not helped";
                            case HOURLY -> "the hour's attempts are spent";
                            case HOPELESS -> "it would only end again";
                            case HARMFUL -> "something else broke after the last attempt";
                        };
            case Incident.Held(Instant until) ->
                remedy + ", when the package manager has done its work, or at " + until.truncatedTo(SECONDS);
            case Incident.Degraded _ -> "nothing, for the state cannot be saved";
            case Incident.Resolved(Instant at, var _) ->
                "nothing: healed at " + at.truncatedTo(SECONDS) + ", and watched a while longer";
            case Incident.Open _ -> whileOpen(incident, remedy, state, now, policy);
        };
    }

    private static String whileOpen(Incident incident, String words, GuardState state, Instant now, Policy policy) {
        if (state.durable().maintenance().isPresent()) {
            return "nothing during maintenance "
                    + state.durable().maintenance().get().inWords();
        }
        if (policy.rests(now)) {
            return "nothing in the maintenance window";
        }
        Optional<Remedy> remedy = incident.diagnosis().remedy();
        if (remedy.isEmpty()) {
            return "nothing but telling: it is for a person to mend";
        }
        if (policy.allows(remedy.get())) {
            return words + ", if further looks agree";
        }
        String why = !policy.repairs()
                ? "this guard only looks"
                : policy.isCarriedOut(remedy.get()) ? "the guard of another site does it" : "it is switched off here";
        return "nothing, for " + why + ": " + words;
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

    private static String inWords(Remedy remedy) {
        return switch (remedy) {
            case Remedy.OpenPaths(var site) -> "open what is closed to " + site.webUser() + " in " + site.siteRoot();
            case Remedy.Restart(String unit, boolean kill, boolean test) ->
                (test ? "test the configuration, then " : "") + (kill ? "kill and restart " : "restart ") + unit;
        };
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
