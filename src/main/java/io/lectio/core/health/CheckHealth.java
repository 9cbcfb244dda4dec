package io.lectio.core.health;

import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Sampled;
import io.lectio.core.health.Observation.Undecided;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.core.policy.Threshold;
import java.time.Instant;
import java.util.Optional;

/// The health of one check, with thresholds both ways. An unknown look neither counts nor forgives.
///
/// @param streak observations in a row that speak against the present status
/// @param unknowns looks without a result in a row
/// @param known the last look that had a result
/// @param fault what the last failed look found, while it is not healthy
/// @param undecided whether a later look came to no verdict: it is starting, or has been silent for a short while
public record CheckHealth(
        Status status,
        Instant since,
        int streak,
        int unknowns,
        Optional<Observation> known,
        Optional<Finding> fault,
        boolean undecided,
        Optional<String> blindness) {
    public enum Status {
        PENDING,
        HEALTHY,
        UNHEALTHY
    }

    public static CheckHealth pending(Instant now) {
        return new CheckHealth(Status.PENDING, now, 0, 0, Optional.empty(), Optional.empty(), false, Optional.empty());
    }

    public CheckHealth next(Observation observation, Threshold threshold, Instant now) {
        Outcome outcome = observation.outcome();
        return switch (outcome) {
            case Unknown(String reason) ->
                new CheckHealth(status, since, streak, unknowns + 1, known, fault, false, Optional.of(reason));
            case Undecided _ -> new CheckHealth(status, since, streak, 0, known, fault, true, Optional.empty());
            case Sampled _ -> throw new IllegalArgumentException("a sample is judged before it counts");
            case Passed _ -> turn(Status.HEALTHY, threshold.successes(), observation, now);
            case Failed _ -> turn(Status.UNHEALTHY, threshold.failures(), observation, now);
        };
    }

    private CheckHealth turn(Status to, int needed, Observation observation, Instant now) {
        int against = status == to ? 0 : streak + 1;
        boolean turned = status != to && against >= needed;
        Optional<Finding> ill = observation.outcome() instanceof Failed(Finding finding) ? Optional.of(finding) : fault;
        return new CheckHealth(
                turned ? to : status,
                turned ? now : since,
                turned ? 0 : against,
                0,
                Optional.of(observation),
                turned && to == Status.HEALTHY ? Optional.empty() : ill,
                false,
                Optional.empty());
    }

    /// When what fails began to, as far as was seen: a check that has not turned yet may fail with its last look.
    public Instant failingSince() {
        return status == Status.UNHEALTHY
                ? since
                : known.map(Observation::startedAt).orElse(since);
    }

    /// With a last look that proves nothing that is still to come.
    public CheckHealth undated() {
        return new CheckHealth(
                status,
                Instant.MIN,
                streak,
                unknowns,
                known.map(look -> new Observation(look.check(), Instant.MIN, look.outcome())),
                fault,
                undecided,
                blindness);
    }

    public Optional<Finding> finding() {
        return known.map(Observation::outcome).flatMap(Outcome::verdict);
    }
}
