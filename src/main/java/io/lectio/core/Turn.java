package io.lectio.core;

import io.lectio.core.GuardState.Durable;
import io.lectio.core.GuardState.Settle;
import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.CheckHealth.Status;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.ServiceTrack;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.IncidentCourse;
import io.lectio.core.incident.IncidentCourse.News;
import io.lectio.core.incident.Ledger;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Notice;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order;
import io.lectio.core.policy.Order.Spell;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Remedy;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One turn of [Guard]: the event is taken in, the incidents move on, and what is due is started. It lives for one
/// call only.
final class Turn {
    /// A send that fails for long is in the log at every so many tries.
    private static final int SAID_AGAIN = 20;

    /// After so long without a look at any service, a package manager at work may be another one.
    private static final Duration FORGOTTEN = Duration.ofMinutes(1);

    private static final Duration LONGEST_REST = Duration.ofSeconds(5);

    private final Instant now;
    private final Policy policy;
    private final List<Action> actions = new ArrayList<>();
    private final Set<Incident> closed = new HashSet<>();

    private long nextId;
    private final List<Incident> incidents;
    private Map<String, Ledger> ledgers;
    private Outbox outbox;
    private int filesOfPage;
    private Optional<Spell> silence;
    private Optional<Spell> maintenance;
    /// Whether it rested until now.
    private final boolean rested;
    private final Map<CheckId, CheckHealth> health;
    private final Map<CheckId, ServiceTrack> tracks;
    private final Map<CheckId, Boolean> looking;
    private final Set<Long> sending;
    private Optional<Delivery> undelivered;
    private Optional<Settle> settle;
    private Instant lastChange;
    private Optional<Instant> packagesSince;
    private Instant nextRound;
    private Instant nextProof;
    private Instant filesRestUntil;
    private final boolean degraded;

    Turn(GuardState state, Instant now, Policy policy) {
        this.now = now;
        this.policy = policy;
        nextId = state.durable().nextId();
        incidents = new ArrayList<>(state.durable().incidents());
        ledgers = state.durable().ledgers();
        outbox = state.durable().outbox();
        filesOfPage = state.durable().filesOfPage();
        silence = state.durable().silence();
        maintenance = state.durable().maintenance();
        health = new EnumMap<>(state.health());
        tracks = new EnumMap<>(state.tracks());
        looking = new EnumMap<>(state.looking());
        sending = new HashSet<>(state.sending());
        undelivered = state.undelivered();
        settle = state.settle();
        lastChange = earlier(state.lastChange(), now);
        packagesSince = state.packagesSince();
        nextRound = earlier(state.nextRound(), now.plus(policy.timing().round()));
        nextProof = state.nextProof();
        filesRestUntil = state.filesRestUntil();
        degraded = state.degraded();
        boolean inWindow = state.turnedAt().isAfter(Instant.EPOCH) && policy.rests(state.turnedAt());
        if (inWindow != policy.rests(now)) {
            record(Level.INFO, "the maintenance window " + (inWindow ? "ends" : "begins"));
        }
        rested = inWindow || maintenance.isPresent();
        if (now.isBefore(state.turnedAt())) {
            clockWasSetBack(Duration.between(now, state.turnedAt()));
        }
    }

    /// What lies ahead would be waited for until the clock has caught up, and a look that seems to begin later than
    /// now would prove what it has not seen.
    private void clockWasSetBack(Duration by) {
        incidents.replaceAll(open -> open.notAfter(now));
        Map<String, Ledger> capped = new HashMap<>();
        ledgers.forEach((remedy, ledger) -> capped.put(remedy, ledger.setBack(by, now, policy.limits())));
        ledgers = capped;
        outbox = outbox.notAfter(now);
        silence = silence.map(spell -> spell.setBack(by, now));
        maintenance = maintenance.map(spell -> spell.setBack(by, now));
        health.replaceAll((_, seen) -> seen.undated());
        settle = settle.map(_ -> new Settle(now, now));
        nextProof = nextProof.equals(Instant.MAX) ? nextProof : now;
        filesRestUntil = now;
        packagesSince = packagesSince.map(since -> earlier(since, now));
    }

    Decision take(Event event) {
        switch (event) {
            case Event.Started() -> {
                clockWasSetBack(Duration.ZERO); // how far, if it was, nobody has seen
                if (!resting()) { // what began in a rest that is over is looked at afresh
                    incidents.removeIf(open -> open.worst() == Level.INFO && !isTold(open));
                }
                incidents.replaceAll(IncidentCourse::interrupted);
                incidents.forEach(this::resume);
                outbox = outbox.swept(incidents, now);
                outbox = outbox.noticed(Notice.Stopped.class)
                        .map(outbox::without)
                        .orElse(outbox); // it runs again
                if (outbox.noticed(Notice.Started.class).isEmpty()) {
                    note(
                            now,
                            new Notice.Started(
                                    policy.site().page(), policy.checks().size(), policy.repairs()));
                }
            }
            case Event.Stopping() -> {
                if (silence.isEmpty()) {
                    note(now, new Notice.Stopped());
                }
            }
            case Event.PathsChanged(var _) -> {
                settle = Optional.of(new Settle(settle.map(Settle::first).orElse(now), now));
                lastChange = now;
            }
            case Event.ServiceChanged(CheckId check) -> look(check);
            case Event.Observed(Observation observation) -> observed(observation);
            case Event.RepairDone(long id, RepairResult result) -> repaired(id, result);
            case Event.Delivered(Outbox.Parcel parcel, Delivery delivery) -> delivered(parcel, delivery);
            case Event.Ordered(Order order) -> obey(order);
            case Event.Tick() -> {}
        }
        silence = unlessOver("silence", silence);
        maintenance = unlessOver("maintenance", maintenance);
        if (rested && !resting()) {
            judgeAfresh();
        }
        advance();
        signOfLife();
        startWhatIsDue();
        GuardState next = new GuardState(
                new Durable(nextId, incidents, ledgers, outbox, filesOfPage, silence, maintenance),
                health,
                tracks,
                looking,
                sending,
                undelivered,
                settle,
                lastChange,
                packagesSince,
                nextRound,
                nextProof,
                filesRestUntil,
                now,
                degraded);
        return new Decision(next, actions, wakeAt());
    }

    private void obey(Order order) {
        record(Level.INFO, order.inWords());
        switch (order) {
            case Order.Silence(Spell spell) -> silence = Optional.of(spell);
            case Order.Maintenance(Spell spell) -> maintenance = Optional.of(spell);
            case Order.EndSilence _ -> silence = Optional.empty();
            case Order.EndMaintenance _ -> maintenance = Optional.empty();
        }
    }

    private Optional<Spell> unlessOver(String what, Optional<Spell> spell) {
        Optional<Spell> left = spell.filter(each -> each.until().isAfter(now));
        if (spell.isPresent() && left.isEmpty()) {
            record(Level.INFO, what + " is over");
        }
        return left;
    }

    /// Whether a person works on the site: nothing is repaired then, and nothing new is told.
    private boolean resting() {
        return maintenance.isPresent() || policy.rests(now);
    }

    /// After a rest, what began in it and still lasts begins now; what is over by then was nobody's trouble.
    private void judgeAfresh() {
        incidents.stream()
                .filter(open -> !isTold(open))
                .forEach(open -> record(Level.INFO, "incident " + open.id() + ": closed"));
        incidents.removeIf(open -> !isTold(open));
        health.clear();
        policy.checks().forEach(this::look);
    }

    private boolean isTold(Incident incident) {
        return outbox.alerts().stream().anyMatch(alert -> alert.incident().id() == incident.id());
    }

    /// What the guard was about to heal when it ended is not waited for once more.
    private void resume(Incident open) {
        if (open.diagnosis() instanceof Diagnosis.ServiceBad bad) {
            open.lastAttempt()
                    .filter(last -> last.result().orElse(null) instanceof RepairResult.Interrupted)
                    .flatMap(last -> ServiceTrack.resume(bad.condition(), last.startedAt()))
                    .ifPresent(track -> tracks.put(open.subject(), track));
        }
    }

    private void observed(Observation observation) {
        CheckId check = observation.check();
        Outcome outcome = judged(check, observation.outcome());
        if (check == CheckId.FILES) {
            filesRestUntil = now.plus(rest(Duration.between(observation.startedAt(), now)));
            weigh(new Observation(CheckId.LEFT_ALONE, observation.startedAt(), only(outcome, false)));
            outcome = only(outcome, true);
        }
        if (outcome instanceof Observation.Passed(Finding.Answers page) && check == CheckId.PAGE) {
            outcome = compared(page);
        }
        weigh(new Observation(check, observation.startedAt(), outcome));
        if (Boolean.TRUE.equals(looking.remove(check))) {
            look(check);
        }
    }

    /// After a walk, files may change for nine times its length before the next one: constant change costs a tenth
    /// of a core at most.
    private static Duration rest(Duration walk) {
        Duration rest = walk.multipliedBy(9);
        return rest.isNegative() ? Duration.ZERO : rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest;
    }

    /// One look sees both what may be repaired and what may not.
    private static Outcome only(Outcome outcome, boolean repairable) {
        if (!(outcome instanceof Observation.Failed(Finding.Access access))) {
            return outcome;
        }
        Finding.Access part = access.only(repairable);
        return part.deniedTotal() == 0 ? new Observation.Passed(part) : new Observation.Failed(part);
    }

    /// A page that says only "broken" is answered with 200; that it names no file any more gives it away.
    private Outcome compared(Finding.Answers page) {
        if (page.named() == 0 && filesOfPage > 0) {
            return new Observation.Failed(page.emptied(filesOfPage));
        }
        filesOfPage = page.named();
        return new Observation.Passed(page);
    }

    private void weigh(Observation observation) {
        CheckId check = observation.check();
        CheckHealth before = health.getOrDefault(check, CheckHealth.pending(now));
        CheckHealth after = before.next(observation, policy.threshold(check, isBusy(before)), now);
        health.put(check, after);
        if (before.status() != after.status()) {
            record(
                    after.status() == Status.HEALTHY ? Level.INFO : Level.WARNING,
                    check + " is " + after.status() + ": "
                            + observation.outcome().inWords());
        }
        if (observation.outcome() instanceof Observation.Failed(Finding.Answers answers)) {
            incidents.replaceAll(open -> isSymptomOf(check, open) ? IncidentCourse.witnessed(open, answers) : open);
        }
    }

    /// A symptom belongs to the deepest incident that explains it.
    private boolean isSymptomOf(CheckId check, Incident incident) {
        return IncidentCourse.needs(incident.subject()).contains(check)
                && incidents.stream()
                        .noneMatch(other -> other.subject().compareTo(incident.subject()) < 0
                                && !(other.phase() instanceof Incident.Resolved)
                                && Diagnosis.explains(other.subject(), check));
    }

    private static boolean isBusy(CheckHealth seen) {
        return seen.fault().orElse(null) instanceof Finding.Judged judged
                && judged.condition() instanceof Condition.Busy;
    }

    /// What one look at a service cannot tell, its track can.
    private Outcome judged(CheckId check, Outcome seen) {
        if (!(seen instanceof Observation.Sampled(Finding.Service service))) {
            return seen;
        }
        ServiceTrack before = tracks.getOrDefault(check, ServiceTrack.begin(now));
        ServiceTrack track = before.next(service, now);
        packagesSince = !service.packagesChange()
                ? Optional.empty()
                : packagesSince.filter(_ -> hasSeenLately()).or(() -> Optional.of(now));
        tracks.put(check, track);
        return Guard.judged(service, track.judge(before, policy.patience()));
    }

    private boolean hasSeenLately() {
        return tracks.values().stream().anyMatch(each -> each.lastAt().isAfter(now.minus(FORGOTTEN)));
    }

    private void repaired(long id, RepairResult result) {
        incidents.replaceAll(open -> open.id() == id ? IncidentCourse.repaired(open, result, now) : open);
        record(Level.WARNING, "incident " + id + ": repair " + result.inWords());
        if (result instanceof RepairResult.Refused(Finding.Config config)) {
            weigh(new Observation(CheckId.CONFIG, now, new Observation.Failed(config)));
        }
        policy.checks().forEach(this::look);
    }

    private void delivered(Outbox.Parcel parcel, Delivery delivery) {
        sending.clear();
        int failuresBefore = outbox.failures();
        outbox = outbox.after(parcel, delivery, now);
        boolean arrived = delivery instanceof Delivery.Accepted;
        undelivered = arrived ? Optional.empty() : Optional.of(delivery);
        if (!arrived && failuresBefore % SAID_AGAIN == 0) {
            record(Level.WARNING, "alert not delivered: " + delivery.inWords());
        }
        if (arrived && failuresBefore > 0) {
            record(Level.INFO, "alerts arrive again, after " + failuresBefore + " tries in vain");
        }
    }

    private void advance() {
        Map<CheckId, Diagnosis> found = Diagnosis.diagnose(health, lastChange, now, policy);
        if (found.isEmpty() && incidents.isEmpty()) {
            return;
        }
        IncidentCourse course = new IncidentCourse(policy, now, health, found, packagesSince, degraded, resting());
        incidents.replaceAll(open -> {
            Incident cause = course.follow(open, incidents);
            return step(course, cause, cause.equals(open) ? News.NONE : News.FOLLOWED);
        });
        incidents.removeIf(closed::contains);
        found.forEach((subject, diagnosis) -> {
            if (incidents.stream().noneMatch(open -> open.subject() == subject)) {
                incidents.add(step(course, withSymptom(course.open(nextId++, diagnosis)), News.OPENED));
                if (diagnosis.remedy().isEmpty()) {
                    IncidentCourse.needs(subject).forEach(this::look); // it may be over already
                }
            }
        });
    }

    private Incident step(IncidentCourse course, Incident before, News news) {
        String remedy = before.diagnosis()
                .remedy()
                .or(() -> Optional.ofNullable(course.found().get(before.subject()))
                        .flatMap(Diagnosis::remedy))
                .map(Remedy::id)
                .orElse("none");
        Ledger ledger = ledgers.getOrDefault(remedy, Ledger.EMPTY);
        IncidentCourse.Step step = course.advance(before, ledger, news);
        Incident after = step.incident();
        if (!step.ledger().equals(ledger)) {
            ledgers = new HashMap<>(ledgers);
            ledgers.put(remedy, step.ledger());
        }
        Level level = after.phase() instanceof Incident.Resolved ? Level.INFO : after.worst();
        step.notes().forEach(note -> record(level, "incident " + before.id() + ": " + note));
        int begun = news == News.OPENED && after.worst() != Level.INFO ? 1 : 0;
        Duration down = before.phase() instanceof Incident.Resolved ? Duration.ZERO : after.down();
        if (begun > 0 || !down.isZero()) {
            outbox = outbox.counting(begun, down);
        }
        step.tellAt()
                .filter(_ -> !resting() || isTold(after))
                .ifPresent(due -> outbox = outbox.tell(after, nextId++, due));
        step.repair()
                .ifPresent(attempt -> actions.add(new Action.Repair(
                        before.id(),
                        attempt.number(),
                        after.diagnosis().remedy().orElseThrow())));
        if (step.closed()) {
            closed.add(after);
        }
        return after;
    }

    /// What a visitor got may have been seen a moment before its cause was.
    private Incident withSymptom(Incident opened) {
        for (CheckId check : IncidentCourse.needs(opened.subject())) {
            CheckHealth seen = health.get(check);
            if (seen != null
                    && isSymptomOf(check, opened)
                    && seen.known().map(Observation::outcome).orElse(null)
                            instanceof Observation.Failed(Finding.Answers answers)) {
                return IncidentCourse.witnessed(opened, answers);
            }
        }
        return opened;
    }

    private void note(Instant at, Notice.News news) {
        if (policy.notices().isPresent()) {
            outbox = outbox.note(new Notice(nextId++, at, false, news));
        }
    }

    /// The next sign of life counts from the last one on, and looks around when its time has come.
    private void signOfLife() {
        if (policy.notices().isEmpty()) {
            return;
        }
        Optional<Notice> pending = outbox.noticed(Notice.Alive.class);
        Optional<Instant> next = policy.notices().flatMap(wanted -> wanted.nextAlive(now));
        if (next.isEmpty()) {
            outbox = pending.map(outbox::without).orElse(outbox);
        } else if (!(pending.isPresent() && pending.get().news() instanceof Notice.Alive soFar)) {
            note(next.get(), Notice.Alive.EMPTY);
        } else if (pending.get().at().isAfter(now)) {
            if (!pending.get().at().equals(next.get())) { // another time is wanted, or the clock was set
                note(next.get(), soFar);
            }
        } else if (soFar.checks() == 0 && policy.checks().stream().allMatch(this::isLookedAt)) {
            int well = (int) health.entrySet().stream()
                    .filter(each -> policy.checks().contains(each.getKey()))
                    .filter(each -> each.getValue().status() == Status.HEALTHY)
                    .count();
            int checks = policy.checks().size();
            note(pending.get().at(), new Notice.Alive(soFar.incidents(), soFar.down(), well, checks));
        }
    }

    private boolean isLookedAt(CheckId check) {
        CheckHealth seen = health.get(check);
        return seen != null && (seen.status() != Status.PENDING || seen.unknowns() > 0);
    }

    private void startWhatIsDue() {
        if (settle.isPresent() && !settledAt(settle.get()).isAfter(now)) {
            settle = Optional.empty();
            look(CheckId.FILES);
            look(CheckId.PAGE);
        }
        if (!nextRound.isAfter(now)) {
            nextRound = now.plus(policy.timing().round());
            for (CheckId check : policy.checks()) {
                if (!looking.containsKey(check) && isDue(check)) {
                    look(check);
                }
            }
        }
        hurry();
        if (!resting()) {
            outbox = outbox.reminded(incidents, () -> nextId++, now);
        }
        outbox = outbox.swept(incidents, now);
        if (sending.isEmpty() && silence.isEmpty()) {
            outbox.next(now).ifPresent(parcel -> {
                parcel.alerts().forEach(alert -> sending.add(alert.id()));
                parcel.notices().forEach(notice -> sending.add(notice.id()));
                actions.add(new Action.Send(parcel));
            });
        }
    }

    /// Whether a check has its turn in this round: what costs a child process has it seldom, unless it is ill.
    private boolean isDue(CheckId check) {
        CheckHealth seen = health.get(check);
        if (check != CheckId.CONFIG || seen == null || seen.status() != Status.HEALTHY) {
            return true;
        }
        Duration since = seen.known()
                .map(last -> Duration.between(last.startedAt(), now))
                .orElse(Duration.ZERO);
        return since.isNegative() || since.compareTo(policy.timing().slowRound()) >= 0;
    }

    /// What is on its way up, or stopped for a moment, is asked again soon.
    private void hurry() {
        Set<CheckId> hurried = EnumSet.noneOf(CheckId.class);
        incidents.forEach(open -> hurried.addAll(IncidentCourse.hurried(open)));
        tracks.forEach((check, track) -> {
            if (track.paused()
                    .filter(soFar -> soFar.compareTo(policy.patience().paused()) < 0)
                    .isPresent()) {
                hurried.add(check);
            }
        });
        if (hurried.isEmpty()) {
            nextProof = Instant.MAX;
            return;
        }
        Instant soon = now.plus(policy.patience().proof());
        if (nextProof.isAfter(now)) {
            nextProof = earlier(nextProof, soon);
            return;
        }
        nextProof = soon;
        for (CheckId check : hurried) {
            if (!looking.containsKey(check)) {
                look(check);
            }
        }
    }

    /// A look that is under way saw the world before this event: another one follows it.
    private void look(CheckId wanted) {
        CheckId check = wanted == CheckId.LEFT_ALONE ? CheckId.FILES : wanted;
        if (!policy.checks().contains(check)) {
            return;
        }
        if (looking.containsKey(check)) {
            looking.put(check, true);
            return;
        }
        looking.put(check, false);
        List<URI> also = check != CheckId.PAGE
                ? List.of()
                : incidents.stream().flatMap(open -> open.toProve().stream()).toList();
        actions.add(new Action.Look(check, also));
    }

    private Instant settledAt(Settle burst) {
        Instant settled = earlier(
                burst.last().plus(policy.timing().settle()),
                burst.first().plus(policy.timing().settleAtMost()));
        return settled.isBefore(filesRestUntil) ? filesRestUntil : settled;
    }

    private Instant wakeAt() {
        Instant at = earlier(nextRound, nextProof);
        if (settle.isPresent()) {
            at = earlier(at, settledAt(settle.get()));
        }
        for (Map.Entry<CheckId, CheckHealth> each : health.entrySet()) {
            if (each.getValue().status() == Status.UNHEALTHY) {
                Instant believed = Diagnosis.believedAt(each.getKey(), health, lastChange, policy);
                at = believed.isAfter(now) ? earlier(at, believed) : at;
            }
        }
        at = earlier(at, maintenance.map(Spell::until).orElse(at));
        IncidentCourse course = new IncidentCourse(policy, now, health, Map.of(), packagesSince, degraded, resting());
        for (Incident open : incidents) {
            at = earlier(at, course.wakeAt(open).orElse(at));
        }
        if (sending.isEmpty()) {
            at = earlier(at, silence.map(Spell::until).or(outbox::wakeAt).orElse(at));
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
