package io.lectio.core;

import io.lectio.core.GuardState.Durable;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
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
import io.lectio.core.incident.Prospect;
import io.lectio.core.incident.Remark;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.incident.Sight;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order;
import io.lectio.core.policy.Order.Spell;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.UnitFailure;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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
    /// An incident that began so long before a unit ended may be of the same: a hang is seen before it is ended.
    private static final Duration SAME_FAILURE = Duration.ofMinutes(2);

    /// A send that fails for long is in the log at every so many tries.
    private static final int SAID_AGAIN = 20;

    /// After so long without a look at any service, a package manager at work may be another one.
    private static final Duration FORGOTTEN = Duration.ofMinutes(1);

    /// For so long a page that has begun to fail is asked again and again, where that may end soon.
    private static final Duration HURRY = Duration.ofSeconds(10);

    /// What a visitor meets.
    private static final Set<CheckId> VISITED =
            EnumSet.of(CheckId.APP, CheckId.PROXY, CheckId.FILES, CheckId.API, CheckId.PAGE);

    final Instant now;
    final Policy policy;
    private final List<Action> actions = new ArrayList<>();
    private final Set<Incident> closed = new HashSet<>();

    private long nextId;
    final List<Incident> incidents;
    private Map<String, Ledger> ledgers;
    private Outbox outbox;
    private int filesOfPage;
    private Optional<Spell> silence;
    private Optional<Spell> maintenance;
    /// Whether it rested until now.
    private final boolean rested;
    final Map<CheckId, CheckHealth> health;
    private final Map<String, ServiceTrack> tracks;
    private final Looks looks;
    private final Set<Long> sending;
    private Optional<Delivery> undelivered;
    private Instant lastChange;
    private Optional<Instant> pageWellAt;
    private Optional<Instant> packagesSince;
    private Optional<Instant> graceUntil;
    private final Deploys deploys;
    private final boolean degraded;
    private final List<Incident> incidentsBefore;
    private final Optional<String> restBefore;

    Turn(GuardState state, Instant now, Policy policy) {
        this.now = now;
        this.policy = policy;
        nextId = state.durable().nextId();
        incidentsBefore = state.durable().incidents();
        incidents = new ArrayList<>(incidentsBefore);
        ledgers = state.durable().ledgers();
        outbox = state.durable().outbox();
        filesOfPage = state.durable().filesOfPage();
        silence = state.durable().silence();
        maintenance = state.durable().maintenance();
        health = new EnumMap<>(state.health());
        tracks = new HashMap<>(state.tracks());
        looks = new Looks(state.looks(), now, policy, this::start);
        sending = new HashSet<>(state.sending());
        undelivered = state.undelivered();
        lastChange = Looks.earlier(state.lastChange(), now);
        pageWellAt = state.pageWellAt();
        packagesSince = state.packagesSince();
        graceUntil = state.graceUntil();
        deploys = new Deploys(this, state);
        degraded = state.degraded();
        boolean turned = state.turnedAt().isAfter(Instant.EPOCH);
        restBefore = state.rest(policy, turned ? state.turnedAt() : now);
        boolean inWindow = turned && policy.rests(state.turnedAt());
        if (inWindow != policy.rests(now)) {
            record(Level.INFO, "the maintenance window " + (inWindow ? "ends" : "begins"));
        }
        rested = inWindow || maintenance.isPresent() || graceUntil.isPresent();
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
        looks.clockWasSetBack();
        pageWellAt = pageWellAt.map(at -> Looks.earlier(at, now));
        deploys.clockWasSetBack();
        packagesSince = packagesSince.map(since -> Looks.earlier(since, now));
        graceUntil = graceUntil.map(
                until -> Looks.earlier(until, now.plus(policy.patience().grace())));
    }

    Decision take(Event event) {
        switch (event) {
            case Event.Started(Optional<Instant> booted) -> {
                graceUntil = booted;
                deploys.begunAnew();
                clockWasSetBack(Duration.ZERO); // how far, if it was, nobody has seen
                if (!resting()) { // what began in a rest that is over is looked at afresh
                    incidents.removeIf(open -> open.worst() == Level.INFO && !isTold(open));
                }
                incidents.replaceAll(open -> IncidentCourse.interrupted(open, now));
                incidents.forEach(this::resume);
                outbox = outbox.swept(incidents, now);
                outbox = outbox.noticed(Notice.Stopped.class)
                        .map(outbox::without)
                        .orElse(outbox); // it runs again
                Instant stale = now.minus(policy.timing().slowRound()); // of a crash loop the first is told
                if (outbox.noticed(Notice.Started.class)
                        .filter(start -> start.told() || start.at().isAfter(stale))
                        .isEmpty()) {
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
                looks.pathsChanged();
                lastChange = now;
            }
            case Event.ServiceChanged(CheckId check) -> looks.look(check);
            case Event.Observed(Observation observation) -> observed(observation);
            case Event.RepairDone(long id, RepairResult result) -> repaired(id, result);
            case Event.Delivered(Outbox.Parcel parcel, Delivery delivery) -> delivered(parcel, delivery);
            case Event.Ordered(Order order) -> obey(order);
            case Event.DeployWanted(Deploy deploy) -> deploys.offered(deploy);
            case Event.StepDone(String deploy, Step step, StepResult result) -> deploys.stepped(deploy, step, result);
            case Event.Tick() -> {}
        }
        silence = unlessOver("silence", silence);
        maintenance = unlessOver("maintenance", maintenance);
        graceUntil = graceUntil.filter(until -> now.isBefore(until) && !isSiteWell());
        if (rested && !resting()) {
            judgeAfresh();
        }
        advance();
        dropWhatIncidentsTell();
        deploys.watch();
        sayWhyNothingIsDone();
        signOfLife();
        startWhatIsDue();
        GuardState next = new GuardState(
                new Durable(nextId, incidents, ledgers, outbox, filesOfPage, silence, maintenance, deploys.left()),
                health,
                tracks,
                looks.left(),
                sending,
                undelivered,
                lastChange,
                pageWellAt,
                packagesSince,
                graceUntil,
                now,
                deploys.stepping(),
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
            case Order.Failure(UnitFailure what) -> {
                if (!resting()) {
                    outbox = outbox.tell(what, nextId++, now);
                }
            }
            case Order.Prune(int keep, String _) -> deploys.prune(keep);
        }
    }

    private Optional<Spell> unlessOver(String what, Optional<Spell> spell) {
        Optional<Spell> left = spell.filter(each -> each.until().isAfter(now));
        if (spell.isPresent() && left.isEmpty()) {
            record(Level.INFO, what + " is over");
        }
        return left;
    }

    /// Whether all that a visitor meets has been seen well.
    private boolean isSiteWell() {
        return VISITED.stream().filter(policy.checks()::contains).allMatch(check -> {
            CheckHealth seen = health.get(check);
            return seen != null && seen.status() == Status.HEALTHY;
        });
    }

    private Optional<String> rest() {
        return GuardState.rest(policy, maintenance, graceUntil, now);
    }

    private boolean resting() {
        return rest().isPresent();
    }

    /// After a rest, what began in it and still lasts begins now; what is over by then was nobody's trouble.
    private void judgeAfresh() {
        incidents.stream()
                .filter(open -> !isTold(open))
                .forEach(open -> record(Level.INFO, new Remark(open.id(), Remark.Kind.CLOSED, "")));
        incidents.removeIf(open -> !isTold(open));
        health.clear();
        policy.checks().forEach(looks::look);
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
                    .ifPresent(track -> tracks.put(bad.unit(), track));
        }
    }

    private void observed(Observation observation) {
        CheckId check = observation.check();
        Outcome outcome = judged(observation.outcome());
        if (check == CheckId.FILES) {
            weigh(new Observation(CheckId.LEFT_ALONE, observation.startedAt(), only(outcome, false)));
            outcome = only(outcome, true);
        }
        if (outcome instanceof Observation.Passed(Finding.Answers page) && check == CheckId.PAGE) {
            outcome = compared(page);
            pageWellAt = outcome instanceof Observation.Passed ? Optional.of(observation.startedAt()) : pageWellAt;
        }
        if (check == CheckId.RELEASE && deploys.isOfAnother(outcome)) {
            looks.ended(observation);
            return;
        }
        weigh(new Observation(check, observation.startedAt(), outcome));
        looks.ended(observation);
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
            if (Diagnosis.RESTING.contains(check) && after.status() == Status.UNHEALTHY) {
                Diagnosis.restsOn(check).forEach(looks::look);
            }
            if (Diagnosis.RESTS_ON.contains(check)) {
                Diagnosis.RESTING.forEach(looks::look);
            }
            record(
                    after.status() == Status.HEALTHY ? Level.INFO : Level.WARNING,
                    new Remark(
                            0,
                            Remark.Kind.HEALTH,
                            check + " is " + after.status() + ": "
                                    + observation.outcome().inWords()));
        }
        if (observation.outcome() instanceof Observation.Failed(Finding.Answers answers)) {
            incidents.replaceAll(open -> isSymptomOf(check, open) ? IncidentCourse.witnessed(open, answers) : open);
        }
    }

    /// A symptom belongs to the deepest incident that explains it.
    private boolean isSymptomOf(CheckId check, Incident incident) {
        return IncidentCourse.needs(incident.diagnosis()).contains(check)
                && !incident.diagnosis().isPast(health.get(check))
                && incidents.stream()
                        .noneMatch(other -> other.subject().compareTo(incident.subject()) < 0
                                && !(other.phase() instanceof Incident.Resolved)
                                && other.diagnosis().explains(check)
                                && !other.diagnosis().isPast(health.get(check)));
    }

    private static boolean isBusy(CheckHealth seen) {
        return seen.fault().orElse(null) instanceof Finding.Judged judged
                && judged.condition() instanceof Condition.Busy;
    }

    /// What one look at a service cannot tell, its track can.
    private Outcome judged(Outcome seen) {
        return seen instanceof Observation.Sampled(List<Finding.Service> services)
                ? Guard.judged(services, this::judged, this::rests)
                : seen;
    }

    private boolean rests(String unit) {
        Remedy start = new Remedy.Restart(unit, false, false);
        Ledger ledger = ledgers.getOrDefault(start.id(), Ledger.EMPTY);
        return !policy.allows(start) || ledger.pause(now, policy.limits()).isPresent();
    }

    private Condition judged(Finding.Service service) {
        String unit = service.unit().name();
        ServiceTrack before = tracks.getOrDefault(unit, ServiceTrack.begin(now));
        ServiceTrack track = before.next(service, now);
        packagesSince = !service.packagesChange()
                ? Optional.empty()
                : packagesSince.filter(_ -> hasSeenLately()).or(() -> Optional.of(now));
        tracks.put(unit, track);
        return track.judge(before, policy.patience());
    }

    private boolean hasSeenLately() {
        return tracks.values().stream().anyMatch(each -> each.lastAt().isAfter(now.minus(FORGOTTEN)));
    }

    private void repaired(long id, RepairResult result) {
        incidents.replaceAll(open -> open.id() == id ? IncidentCourse.repaired(open, result, now) : open);
        record(Level.WARNING, new Remark(id, Remark.Kind.RESULT, result.inWords()));
        if (result instanceof RepairResult.RolledBack back) {
            deploys.rolledBack(back);
            health.remove(CheckId.RELEASE);
        }
        if (result instanceof RepairResult.Refused(Finding.Config config)) {
            weigh(new Observation(CheckId.CONFIG, now, new Observation.Failed(config)));
        }
        policy.checks().forEach(looks::look);
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
        Optional<Diagnosis.Live> live = deploys.live(pageWellAt.orElse(Instant.MAX));
        Map<CheckId, Diagnosis> found = Diagnosis.diagnose(health, lastChange, now, policy, live);
        found.keySet().removeAll(deploys.judgedByGate());
        if (found.isEmpty() && incidents.isEmpty()) {
            return;
        }
        IncidentCourse course = course(found);
        Map<CheckId, Incident.Culprit> culprits = culprits(course, found.values());
        incidents.replaceAll(open -> {
            Incident cause = course.follow(open, incidents);
            return step(course, cause, cause.equals(open) ? News.NONE : News.FOLLOWED);
        });
        incidents.removeIf(closed::contains);
        found.forEach((subject, diagnosis) -> {
            if (incidents.stream().noneMatch(open -> open.subject() == subject)) {
                incidents.add(step(
                        course,
                        withSymptom(course.open(nextId++, diagnosis, Optional.ofNullable(culprits.get(subject)))),
                        News.OPENED));
                if (diagnosis.remedy().isEmpty()) {
                    IncidentCourse.needs(diagnosis).forEach(looks::look); // it may be over already
                }
            }
        });
    }

    private void sayWhyNothingIsDone() {
        if (incidents.equals(incidentsBefore) && rest().equals(restBefore)) {
            return; // as was said
        }
        for (Incident open : incidents) {
            Prospect next = Prospect.of(open, policy, rest());
            boolean said = incidentsBefore.stream()
                    .anyMatch(each -> each.id() == open.id()
                            && Prospect.of(each, policy, restBefore).equals(next));
            if (next.idle() && !said) {
                record(open.worst(), new Remark(open.id(), Remark.Kind.NEXT, next.words()));
            }
        }
    }

    private IncidentCourse course(Map<CheckId, Diagnosis> found) {
        Sight sight = new Sight(health, found, policy.checks());
        return new IncidentCourse(policy, now, sight, packagesSince, degraded, resting());
    }

    /// What repairs have broken, found before any of them goes on.
    private Map<CheckId, Incident.Culprit> culprits(IncidentCourse course, Collection<Diagnosis> found) {
        Map<CheckId, Incident.Culprit> culprits = new EnumMap<>(CheckId.class);
        for (Diagnosis broken : found) {
            if (incidents.stream().noneMatch(open -> open.subject() == broken.subject())) {
                course.culprit(broken, incidents).ifPresent(by -> {
                    culprits.put(broken.subject(), by);
                    ledgers = course.harmed(ledgers, by);
                });
            }
        }
        return culprits;
    }

    private Incident step(IncidentCourse course, Incident before, News news) {
        IncidentCourse.Step step = course.advance(before, ledgers, news);
        Incident after = step.incident();
        ledgers = step.ledgers();
        Level level = after.phase() instanceof Incident.Resolved ? Level.INFO : after.worst();
        step.remarks().forEach(remark -> record(level, remark));
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
        for (CheckId check : IncidentCourse.needs(opened.diagnosis())) {
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

    /// A failed unit that an incident is about needs no second message.
    private void dropWhatIncidentsTell() {
        if (!outbox.hasFailures()) {
            return;
        }
        for (Notice notice : outbox.notices()) {
            if (!notice.told()
                    && notice.news() instanceof Notice.Failed(UnitFailure what)
                    && incidents.stream().anyMatch(open -> tellsOf(open, what))) {
                outbox = outbox.without(notice);
                record(Level.INFO, what.unit() + ": its failure is told with the incident");
            }
        }
    }

    private boolean tellsOf(Incident incident, UnitFailure failure) {
        return Optional.ofNullable(policy.services().units().get(failure.unit()))
                .filter(unit -> incident.subject() == unit || Diagnosis.explains(unit, incident.subject()))
                .filter(_ -> !(incident.phase() instanceof Incident.Resolved)
                        || !incident.brokenAt().isBefore(failure.at().minus(SAME_FAILURE)))
                .isPresent();
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

    boolean isLookedAt(CheckId check) {
        CheckHealth seen = health.get(check);
        return seen != null && (seen.status() != Status.PENDING || seen.unknowns() > 0);
    }

    private void startWhatIsDue() {
        looks.startWhatIsDue(health, hurried());
        if (!resting()) {
            outbox = outbox.reminded(incidents, () -> nextId++, now);
        }
        outbox = outbox.swept(incidents, now);
        deploys.takeStep();
        if (sending.isEmpty() && silence.isEmpty()) {
            outbox.next(now).ifPresent(parcel -> {
                parcel.alerts().forEach(alert -> sending.add(alert.id()));
                parcel.notices().forEach(notice -> sending.add(notice.id()));
                actions.add(new Action.Send(parcel));
            });
        }
    }

    /// Whether a failing page may be the release's doing, or that of changed files.
    private boolean isDoubted() {
        CheckHealth release = health.get(CheckId.RELEASE);
        return deploys.isWatching()
                || (release != null
                        && release.status() == Status.UNHEALTHY
                        && release.fault().orElse(null) instanceof Finding.Drift drift
                        && drift.changed().isAfter(now.minus(HURRY)));
    }

    private boolean isFailingLately(CheckHealth page) {
        return page.status() == Status.UNHEALTHY ? page.since().isAfter(now.minus(HURRY)) : page.streak() > 0;
    }

    private Set<CheckId> hurried() {
        Set<CheckId> hurried = EnumSet.noneOf(CheckId.class);
        for (CheckId check : List.of(CheckId.PAGE, CheckId.API)) {
            CheckHealth seen = health.get(check);
            if (seen != null && isDoubted() && isFailingLately(seen)) {
                hurried.add(check); // nobody waits for three rounds
            }
        }
        incidents.forEach(open -> hurried.addAll(IncidentCourse.hurried(open)));
        tracks.forEach((unit, track) -> {
            if (track.isNearlyDecided(policy.patience())) {
                Optional.ofNullable(policy.services().units().get(unit)).ifPresent(hurried::add);
            }
        });
        return hurried;
    }

    private void start(CheckId check) {
        List<URI> also = check != CheckId.PAGE
                ? List.of()
                : incidents.stream().flatMap(open -> open.toProve().stream()).toList();
        actions.add(new Action.Look(check, also));
    }

    private Instant wakeAt() {
        Instant at = looks.wakeAt();
        for (Map.Entry<CheckId, CheckHealth> each : health.entrySet()) {
            if (each.getValue().status() == Status.UNHEALTHY) {
                Instant believed = Diagnosis.believedAt(each.getKey(), health, lastChange, policy);
                at = believed.isAfter(now) ? Looks.earlier(at, believed) : at;
            }
        }
        at = Looks.earlier(at, deploys.wakeAt().orElse(at));
        at = Looks.earlier(at, maintenance.map(Spell::until).orElse(at));
        at = Looks.earlier(at, graceUntil.orElse(at));
        IncidentCourse course = course(Map.of());
        for (Incident open : incidents) {
            at = Looks.earlier(at, course.wakeAt(open).orElse(at));
        }
        if (sending.isEmpty()) {
            at = Looks.earlier(at, silence.map(Spell::until).or(outbox::wakeAt).orElse(at));
        }
        return at;
    }

    private void record(Level level, String text) {
        record(level, new Remark(0, Remark.Kind.NOTE, text));
    }

    void record(Level level, Remark remark) {
        act(new Action.Log(level, remark));
    }

    void act(Action action) {
        actions.add(action);
    }

    void tell(Deploy deploy, boolean loud) {
        outbox = outbox.tell(deploy, nextId++, loud, now);
    }

    /// What these checks saw before is of another release.
    void lookAnew(Set<CheckId> checks) {
        checks.forEach(health::remove);
        filesOfPage = 0;
        checks.forEach(looks::look);
    }
}
