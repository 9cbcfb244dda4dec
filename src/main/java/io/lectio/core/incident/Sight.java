package io.lectio.core.incident;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.CheckId;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What the checks say, asked for the sake of one incident.
///
/// @param checks those that are looked at here
/// @param found the causes that speak now, by their subjects
public record Sight(Map<CheckId, CheckHealth> health, Map<CheckId, Diagnosis> found, Set<CheckId> checks) {
    /// What has nothing to ask is proved by running on: many a service ends a second after each start.
    private static final Duration RUNS_ON = Duration.ofSeconds(5);

    private static final Observation.Outcome NO_LOOK = new Observation.Unknown("no look yet");

    private static final Map<CheckId, List<CheckId>> NEEDS = Arrays.stream(CheckId.values())
            .collect(Collectors.toMap(
                    Function.identity(),
                    subject -> Arrays.stream(CheckId.values())
                            .filter(check -> check == subject || Diagnosis.explains(subject, check))
                            .toList()));

    /// What must pass before an incident of this cause is over.
    static List<CheckId> needs(Diagnosis cause) {
        boolean alone =
                (cause instanceof Diagnosis.Ailing ailing && !ailing.worst().stops())
                        || (cause instanceof Diagnosis.Drifted && cause.remedy().isEmpty());
        return alone ? List.of(cause.subject()) : Objects.requireNonNull(NEEDS.get(cause.subject()));
    }

    Optional<CheckHealth> of(CheckId check) {
        return Optional.ofNullable(health.get(check));
    }

    boolean isWell(CheckId check) {
        return of(check)
                .map(seen -> seen.status() == CheckHealth.Status.HEALTHY)
                .orElse(true);
    }

    /// Whether the last failed look, if the check fails, was not about this unit, nor about it too.
    boolean isUnitWell(CheckId check, String unit) {
        return isWell(check)
                || (of(check).flatMap(CheckHealth::fault).orElse(null) instanceof Finding.Judged judged
                        && !judged.unit().equals(unit)
                        && !judged.also().contains(unit));
    }

    boolean isUnitWell(Incident incident) {
        return incident.diagnosis() instanceof Diagnosis.ServiceBad bad && isUnitWell(bad.subject(), bad.unit());
    }

    List<CheckId> well() {
        return health.entrySet().stream()
                .filter(each -> each.getValue().status() == CheckHealth.Status.HEALTHY
                        && each.getValue().streak() == 0
                        && !each.getValue().undecided())
                .map(Map.Entry::getKey)
                .toList();
    }

    boolean isUndecided(CheckId check) {
        return of(check).filter(CheckHealth::undecided).isPresent();
    }

    Observation.Outcome lookSince(CheckId check, Instant since) {
        return of(check)
                .flatMap(CheckHealth::known)
                .filter(look -> !look.startedAt().isBefore(since))
                .map(Observation::outcome)
                .orElse(NO_LOOK);
    }

    /// A slow answer is an answer: it proves a repair, and speaks against none.
    boolean isPassed(CheckId check, Instant since) {
        return switch (lookSince(check, since)) {
            case Observation.Passed _ -> true;
            case Observation.Failed(Finding.Answers answers) -> answers.onlySlow();
            case Observation.Failed _, Observation.Undecided _, Observation.Sampled _, Observation.Unknown _ -> false;
        };
    }

    boolean isFailed(CheckId check, Instant since) {
        return lookSince(check, since) instanceof Observation.Failed && !isPassed(check, since);
    }

    /// The checks that this subject explains, and that failed before it did.
    List<CheckId> failingBefore(Diagnosis cause, Instant brokenAt) {
        CheckId subject = cause.subject();
        return needs(cause).stream()
                .filter(check -> check != subject
                        && of(check)
                                .filter(seen -> seen.status() == CheckHealth.Status.UNHEALTHY
                                        && seen.since().isBefore(brokenAt))
                                .isPresent())
                .toList();
    }

    boolean provedSince(Incident incident, Instant since) {
        return needs(incident.diagnosis()).stream()
                .allMatch(check -> !isChecked(check)
                        || incident.failingBefore().contains(check)
                        || (isPassed(check, since) && runsOn(check, since))
                        || (check == incident.subject() && isUnitPassed(incident, since) && runsOn(check, since))
                        || isAnothers(check, incident));
    }

    private boolean runsOn(CheckId check, Instant since) {
        if (check != CheckId.BESIDE) {
            return true;
        }
        CheckHealth seen = Objects.requireNonNull(health.get(check));
        Instant from = isWell(check) && seen.since().isAfter(since) ? seen.since() : since;
        return seen.known()
                .filter(look -> !from.plus(RUNS_ON).isAfter(look.startedAt()))
                .isPresent();
    }

    /// Whether a look at the incident's unit and its like shows nothing but what a person has stopped beside it.
    boolean isUnitPassed(Incident incident, Instant since) {
        return lookSince(incident.subject(), since)
                        instanceof Observation.Failed(Finding.Judged(var _, Condition.ByHand _, var _, var _))
                && isUnitWell(incident);
    }

    /// Whether what the incident explains still fails, though its own subject does not.
    boolean failsOtherwise(Incident incident, Instant since) {
        return needs(incident.diagnosis()).stream()
                .anyMatch(check -> isFailed(check, since)
                        && !incident.failingBefore().contains(check)
                        && !isAnothers(check, incident));
    }

    /// Where nothing was repaired, one answer out of many says little: the check's own threshold decides.
    boolean isSteady(Incident incident) {
        return !incident.attempts().isEmpty()
                || needs(incident.diagnosis()).stream()
                        .allMatch(check -> isWell(check)
                                || (check == incident.subject() && isUnitPassed(incident, Instant.MIN))
                                || incident.failingBefore().contains(check)
                                || isAnothers(check, incident));
    }

    /// Whether visitors miss the page or the API for the sake of this incident, and of no cause below it.
    boolean isDownBy(Incident incident) {
        CheckId subject = incident.subject();
        return needs(incident.diagnosis()).stream()
                .anyMatch(check -> (check == CheckId.PAGE || check == CheckId.API)
                        && isFailed(check, Instant.MIN)
                        && !Diagnosis.isOld(check, health)
                        && !incident.diagnosis().isPast(health.get(check))
                        && found.values().stream()
                                .noneMatch(other -> other.subject().compareTo(subject) < 0
                                        && other.explains(check)
                                        && !other.isPast(health.get(check))));
    }

    /// What its page or its API answered last, as far as it did.
    Finding.Answers proof(CheckId subject) {
        CheckId asked = switch (subject) {
            case DISK, NEEDED, DATABASE, APP, API -> CheckId.API;
            case PROXY, FILES, LEFT_ALONE, RELEASE, PAGE -> CheckId.PAGE;
            case MEMORY, CONFIG, BESIDE, PUBLIC, CLOCK, COPIES, SETTINGS -> subject;
        };
        return of(asked).flatMap(CheckHealth::finding).orElse(null) instanceof Finding.Answers answers
                        && isPassed(asked, Instant.MIN)
                ? answers
                : new Finding.Answers(asked, List.of(), Duration.ZERO);
    }

    private boolean isChecked(CheckId check) {
        return check == CheckId.LEFT_ALONE || checks.contains(check);
    }

    /// Whether what the incident's cause may explain fails for the sake of another one.
    private boolean isAnothers(CheckId check, Incident incident) {
        CheckId subject = incident.subject();
        return check != subject
                && (incident.diagnosis().isPast(health.get(check))
                        || found.values().stream()
                                .anyMatch(other -> other.subject() != subject
                                        && other.explains(check)
                                        && !other.isPast(health.get(check))));
    }
}
