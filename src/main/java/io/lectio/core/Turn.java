package io.lectio.core;

import io.lectio.core.GuardState.Durable;
import io.lectio.core.GuardState.Settle;
import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.CheckHealth.Status;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.IncidentCourse;
import io.lectio.core.incident.Ledger;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policy;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One turn of [Guard]: the event is taken in, the incident moves on, and what is due is started. It lives for one
/// call only.
final class Turn {
    /// A send that fails for long is in the log at every so many tries.
    private static final int SAID_AGAIN = 20;

    private final Instant now;
    private final Policy policy;
    private final List<Action> actions = new ArrayList<>();

    private long nextId;
    private Optional<Incident> incident;
    private final Map<String, Ledger> ledgers;
    private Outbox outbox;
    private final Map<CheckId, CheckHealth> health = new EnumMap<>(CheckId.class);
    private final Map<CheckId, Boolean> looking = new EnumMap<>(CheckId.class);
    private final Set<Long> sending;
    private Optional<Settle> settle;
    private Instant lastChange;
    private Instant nextRound;

    Turn(GuardState state, Instant now, Policy policy) {
        this.now = now;
        this.policy = policy;
        nextId = state.durable().nextId();
        incident = state.durable().incident();
        ledgers = new HashMap<>(state.durable().ledgers());
        outbox = state.durable().outbox();
        health.putAll(state.health());
        looking.putAll(state.looking());
        sending = new HashSet<>(state.sending());
        settle = state.settle();
        lastChange = state.lastChange();
        nextRound = earlier(state.nextRound(), now.plus(policy.timing().round()));
    }

    Decision take(Event event) {
        switch (event) {
            case Event.Started() -> incident = incident.map(IncidentCourse::interrupted);
            case Event.PathsChanged(var _) -> {
                settle = Optional.of(new Settle(settle.map(Settle::first).orElse(now), now));
                lastChange = now;
            }
            case Event.Observed(Observation observation) -> observed(observation);
            case Event.RepairDone(long id, RepairResult result) -> repaired(id, result);
            case Event.Delivered(Outbox.Parcel parcel, Delivery delivery) -> delivered(parcel, delivery);
            case Event.Tick() -> {}
        }
        advance();
        startWhatIsDue();
        GuardState next = new GuardState(
                new Durable(nextId, incident, ledgers, outbox),
                health,
                looking,
                sending,
                settle,
                lastChange,
                nextRound);
        return new Decision(next, actions, wakeAt());
    }

    private void observed(Observation observation) {
        CheckId check = observation.check();
        CheckHealth before = health.getOrDefault(check, CheckHealth.pending(now));
        CheckHealth after = before.next(observation, policy.threshold(check), now);
        health.put(check, after);
        if (before.status() != after.status()) {
            record(
                    after.status() == Status.HEALTHY ? Level.INFO : Level.WARNING,
                    check + " is " + after.status() + ": "
                            + observation.outcome().inWords());
        }
        if (observation.outcome() instanceof Observation.Failed(Finding.Answers answers)) {
            incident = incident.map(open -> IncidentCourse.witnessed(open, answers));
        }
        if (Boolean.TRUE.equals(looking.remove(check))) {
            look(check);
        }
    }

    private void repaired(long id, RepairResult result) {
        incident = incident.map(open -> open.id() == id ? IncidentCourse.repaired(open, result, now) : open);
        record(Level.WARNING, "incident " + id + ": repair " + result.inWords());
        lookAtAll();
    }

    private void delivered(Outbox.Parcel parcel, Delivery delivery) {
        sending.clear();
        int failuresBefore = outbox.failures();
        outbox = outbox.after(parcel, delivery, now);
        boolean arrived = delivery instanceof Delivery.Accepted;
        if (!arrived && failuresBefore % SAID_AGAIN == 0) {
            record(Level.WARNING, "alert not delivered: " + delivery);
        }
        if (arrived && failuresBefore > 0) {
            record(Level.INFO, "alerts arrive again, after " + failuresBefore + " tries in vain");
        }
    }

    private void advance() {
        Optional<Diagnosis> diagnosis = Diagnosis.diagnose(health, lastChange, now, policy);
        if (incident.isEmpty()) {
            if (diagnosis.isEmpty()) {
                return;
            }
            incident = Optional.of(withSymptom(IncidentCourse.open(nextId++, diagnosis.get(), now, policy)));
        }
        Incident before = incident.get();
        String remedy = before.diagnosis()
                .remedy()
                .or(() -> diagnosis.flatMap(Diagnosis::remedy))
                .map(r -> r.id())
                .orElse("none");
        Ledger ledger = ledgers.getOrDefault(remedy, Ledger.EMPTY);
        var step = new IncidentCourse(policy, now, health, lastChange).advance(before, diagnosis, ledger);
        if (!step.ledger().equals(ledger)) {
            ledgers.put(remedy, step.ledger());
        }
        boolean over = step.incident().phase() instanceof Incident.Resolved;
        Level level = over ? Level.INFO : step.incident().worst();
        step.notes().forEach(note -> record(level, "incident " + before.id() + ": " + note));
        step.tellAt().ifPresent(due -> outbox = outbox.tell(step.incident(), nextId++, due));
        step.repair()
                .ifPresent(attempt -> actions.add(new Action.Repair(
                        before.id(),
                        attempt.number(),
                        step.incident().diagnosis().remedy().orElseThrow())));
        incident = step.closed() ? Optional.empty() : Optional.of(step.incident());
    }

    /// What a visitor got may have been seen a moment before its cause was.
    private Incident withSymptom(Incident opened) {
        CheckHealth page = health.get(CheckId.PAGE);
        return page != null
                        && page.known().map(Observation::outcome).orElse(null)
                                instanceof Observation.Failed(Finding.Answers answers)
                ? IncidentCourse.witnessed(opened, answers)
                : opened;
    }

    private void startWhatIsDue() {
        if (settle.isPresent() && !settledAt(settle.get()).isAfter(now)) {
            settle = Optional.empty();
            lookAtAll();
        }
        if (!nextRound.isAfter(now)) {
            nextRound = now.plus(policy.timing().round());
            for (CheckId check : CheckId.values()) {
                if (!looking.containsKey(check)) {
                    look(check);
                }
            }
        }
        outbox = outbox.swept(incident);
        if (sending.isEmpty()) {
            outbox.next(now).ifPresent(parcel -> {
                parcel.alerts().forEach(alert -> sending.add(alert.id()));
                actions.add(new Action.Send(parcel));
            });
        }
    }

    private void lookAtAll() {
        for (CheckId check : CheckId.values()) {
            look(check);
        }
    }

    /// A look that is under way saw the world before this event: another one follows it.
    private void look(CheckId check) {
        if (looking.containsKey(check)) {
            looking.put(check, true);
            return;
        }
        looking.put(check, false);
        List<URI> also = check == CheckId.PAGE ? incident.map(Incident::toProve).orElse(List.of()) : List.of();
        actions.add(new Action.Look(check, also));
    }

    private Instant settledAt(Settle burst) {
        return earlier(
                burst.last().plus(policy.timing().settle()),
                burst.first().plus(policy.timing().settleAtMost()));
    }

    private Instant wakeAt() {
        Instant at = nextRound;
        if (settle.isPresent()) {
            at = earlier(at, settledAt(settle.get()));
        }
        for (Map.Entry<CheckId, CheckHealth> each : health.entrySet()) {
            Instant believed = Diagnosis.believedAt(each.getKey(), each.getValue(), lastChange, policy);
            if (each.getValue().status() == Status.UNHEALTHY && believed.isAfter(now)) {
                at = earlier(at, believed);
            }
        }
        if (incident.isPresent()) {
            at = earlier(
                    at,
                    new IncidentCourse(policy, now, health, lastChange)
                            .wakeAt(incident.get())
                            .orElse(at));
        }
        if (sending.isEmpty()) {
            at = earlier(at, outbox.wakeAt(now).orElse(at));
        }
        return at;
    }

    private void record(Level level, String text) {
        actions.add(new Action.Log(level, text));
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
