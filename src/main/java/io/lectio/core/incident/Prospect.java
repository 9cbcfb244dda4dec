package io.lectio.core.incident;

import static java.time.temporal.ChronoUnit.SECONDS;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Condition;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Remedy;
import java.util.Optional;

/// What is done about an incident next, or why nothing is.
///
/// @param idle whether nothing is under way, nor about to be
/// @param words for logs and terminals
public record Prospect(boolean idle, String words) {
    /// @param rest in what nothing is repaired now, if in anything
    public static Prospect of(Incident incident, Policy policy, Optional<String> rest) {
        String remedy = incident.diagnosis().remedy().map(Remedy::inWords).orElse("nothing");
        int attempt = incident.lastAttempt().map(Attempt::number).orElse(0);
        return switch (incident.phase()) {
            case Incident.Repairing _ -> new Prospect(false, remedy + ", attempt " + attempt);
            case Incident.Proving _ -> new Prospect(false, "looks decide whether attempt " + attempt + " has helped");
            case Incident.CoolingDown(var until, Optional<Incident.Limit> limit) ->
                new Prospect(
                        true,
                        remedy + ", not before " + until.truncatedTo(SECONDS) + ", for "
                                + why(limit.orElse(Incident.Limit.IN_A_ROW)));
            case Incident.Held(var until) ->
                new Prospect(
                        true,
                        remedy + ", when the package manager has done its work, or at " + until.truncatedTo(SECONDS));
            case Incident.Degraded _ -> new Prospect(true, "nothing, for the state cannot be saved");
            case Incident.Resolved(var at, var _) ->
                new Prospect(false, "nothing: healed at " + at.truncatedTo(SECONDS) + ", and watched a while longer");
            case Incident.Open _ -> whileOpen(incident.diagnosis(), policy, rest);
        };
    }

    private static String why(Incident.Limit limit) {
        return switch (limit) {
            case IN_A_ROW -> "as many in a row have not helped";
            case HOURLY -> "the hour's attempts are spent";
            case HOPELESS -> "it would only end again";
            case HARMFUL -> "something else broke after the last attempt";
        };
    }

    private static String whyNoRemedy(Diagnosis cause) {
        if (cause instanceof Diagnosis.ServiceBad(var _, var _, Condition condition, var _)) {
            if (condition instanceof Condition.Crashed) {
                return ": systemd has started it again";
            }
            if (condition instanceof Condition.Busy) {
                return ": it works, and a restart would lose what it works on";
            }
        }
        return " but telling: it is for a person to mend";
    }

    private static Prospect whileOpen(Diagnosis cause, Policy policy, Optional<String> rest) {
        Optional<Remedy> remedy = cause.remedy();
        if (rest.isPresent()) {
            return new Prospect(true, "nothing during " + rest.get());
        }
        if (remedy.isEmpty()) {
            return new Prospect(true, "nothing" + whyNoRemedy(cause));
        }
        String words = remedy.get().inWords();
        if (policy.allows(remedy.get())) {
            return new Prospect(false, words + ", if further looks agree");
        }
        String why = !policy.repairs()
                ? "this guard only looks"
                : policy.isCarriedOut(remedy.get()) ? "the guard of another site does it" : "it is switched off here";
        return new Prospect(true, "nothing, for " + why + ": " + words);
    }
}
