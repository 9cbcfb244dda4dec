package io.lectio.store;

import io.lectio.core.Action;
import io.lectio.core.Decision;
import io.lectio.core.Event;
import io.lectio.core.GuardState;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Incident.Resolved;
import io.lectio.core.incident.IncidentCourse;
import io.lectio.core.incident.Level;
import io.lectio.core.policy.CheckId;
import io.lectio.engine.Chronicle;
import io.lectio.engine.EventLog;
import io.lectio.store.HistoryEvent.What;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The history: `events-YYYY-MM.jsonl`, one [HistoryEvent] a line, and `results-YYYY-MM.tsv`, one [Hour] of a check
/// a line, by months of UTC.
///
/// Besides the fields of all lines, `opened` has brokenAt, openedAt, subject, kind, cause and `down`; so has
/// `resolved`, with attempts, proof, and what was found, repaired and proved how many millis after the break;
/// `told` has toldMillis. At a start and in a new month what is open is said to be `opened` once more.
public final class HistoryWriter implements Chronicle, AutoCloseable {
    private static final int LONGEST = 4_000;
    /// What is healed sooner may be so before any look at the page or the API: it counts as missed by visitors.
    private static final Duration UNSEEN = Duration.ofSeconds(10);

    private final String site;
    private final InstantSource clock;
    private final Appender lines;
    private final Map<CheckId, Hour> hours = new EnumMap<>(CheckId.class);
    private final Map<Long, Instant> repairedAt = new HashMap<>();
    /// Incidents in which visitors have missed the page or the API.
    private final Set<Long> missed = new HashSet<>();

    private String month = "";

    public HistoryWriter(Path folder, String site, InstantSource clock, EventLog log) {
        this.site = site;
        this.clock = clock;
        lines = new Appender(folder, log);
    }

    @Override
    public void turn(GuardState before, Event event, Decision decision, Instant now) {
        GuardState after = decision.next();
        boolean anew =
                event instanceof Event.Started || !History.month(now).toString().equals(month);
        month = History.month(now).toString();
        switch (event) {
            case Event.Started _ -> note(now, 0, What.STARTED, Level.INFO, "the guard has started", Map.of());
            case Event.RepairDone(long id, var _) -> repairedAt.putIfAbsent(id, now);
            case Event.Delivered(var parcel, Delivery.Accepted _) ->
                parcel.alerts().forEach(alert -> told(alert, now));
            case Event.Observed _,
                    Event.Delivered _,
                    Event.PathsChanged _,
                    Event.ServiceChanged _,
                    Event.Ordered _,
                    Event.DeployWanted _,
                    Event.StepDone _,
                    Event.Stopping _,
                    Event.Tick _ -> {}
        }
        for (Incident incident : after.durable().incidents()) {
            compare(find(before, incident.id()), incident, anew, now);
        }
        if (event instanceof Event.Observed(Observation look)) {
            count(look, after, now);
        }
        for (Action action : decision.actions()) {
            if (action instanceof Action.Log said) {
                said(said, before, after, now);
            }
        }
    }

    /// What somebody else has found out about an incident.
    public void note(long incident, String text) {
        note(clock.instant(), incident, What.NOTE, Level.INFO, text, Map.of());
    }

    private static Optional<Incident> find(GuardState state, long id) {
        return state.durable().incidents().stream()
                .filter(incident -> incident.id() == id)
                .findFirst();
    }

    private void compare(Optional<Incident> before, Incident now, boolean anew, Instant at) {
        boolean open = !(now.phase() instanceof Resolved);
        boolean begins = isNew(before, now);
        if (begins || (anew && open)) {
            String still = begins ? "" : "still open: ";
            note(at, now.id(), What.OPENED, now.worst(), still + now.diagnosis().inWords(), cause(now));
        }
        if (begins) {
            missed.remove(now.id());
            now.symptom().ifPresent(answers -> missing(now, answers, at));
        }
    }

    /// What a visitor got belongs to the deepest incident that explains it, also while its repair is being proved.
    private void missing(CheckId check, Answers answers, GuardState after, Instant at) {
        after.durable().incidents().stream()
                .filter(open -> !(open.phase() instanceof Resolved)
                        && IncidentCourse.needs(open.diagnosis()).contains(check))
                .min(Comparator.comparing(Incident::subject))
                .ifPresent(open -> missing(open, answers, at));
    }

    private void missing(Incident incident, Answers answers, Instant at) {
        if (!answers.onlySlow() && missed.add(incident.id())) {
            String got = "visitors: " + answers.inWords();
            note(at, incident.id(), What.NOTE, incident.worst(), got, Map.of("down", true));
        }
    }

    private static boolean isNew(Optional<Incident> before, Incident now) {
        return before.isEmpty() || (before.get().phase() instanceof Resolved && !(now.phase() instanceof Resolved));
    }

    private Map<String, Object> cause(Incident incident) {
        Map<String, Object> more = new LinkedHashMap<>();
        more.put("brokenAt", incident.brokenAt());
        more.put("openedAt", incident.openedAt());
        more.put("subject", incident.subject().name().toLowerCase(Locale.ROOT));
        more.put("kind", incident.diagnosis().kindName());
        more.put("cause", line(incident.diagnosis().inWords()));
        more.put("down", missed.contains(incident.id()));
        return more;
    }

    private void said(Action.Log said, GuardState before, GuardState after, Instant at) {
        long id = said.remark().incident();
        Optional<Incident> found = find(after, id);
        if (id != 0 && found.isEmpty()) {
            missed.remove(id);
            repairedAt.remove(id);
            note(at, id, What.CLOSED, said.level(), "what comes next is another incident", Map.of());
            return;
        }
        switch (said.remark().kind()) {
            case CAUSE -> {
                if (!isNew(find(before, id), found.orElseThrow())) {
                    note(at, said, What.CAUSE, cause(found.get()));
                }
            }
            case ATTEMPT -> note(at, said, What.ATTEMPT, Map.of("attempts", attempts(found.orElseThrow())));
            case RESOLVED -> {
                if (found.orElseThrow().phase() instanceof Resolved(Instant when, Answers proof)) {
                    resolved(found.get(), when, proof);
                }
            }
            case RESULT -> note(at, said, What.RESULT, Map.of());
            case HEALTH -> note(at, said, What.HEALTH, Map.of());
            case LEVEL -> note(at, said, What.LEVEL, Map.of());
            case NEXT -> note(at, said, What.NEXT, Map.of());
            case NOTE, CLOSED, DEPLOY -> note(at, said, What.NOTE, Map.of());
        }
    }

    private void note(Instant at, Action.Log said, What what, Map<String, Object> more) {
        note(at, said.remark().incident(), what, said.level(), said.remark().text(), more);
    }

    private static long attempts(Incident incident) {
        return incident.attempts().stream()
                .filter(attempt -> !attempt.startedAt().isBefore(incident.openedAt()))
                .count();
    }

    private void resolved(Incident incident, Instant at, Answers proof) {
        Instant broken = incident.brokenAt();
        long attempts = attempts(incident);
        if (attempts > 0 && at.isBefore(broken.plus(UNSEEN))) {
            missed.add(incident.id());
        }
        Map<String, Object> more = cause(incident);
        more.put("attempts", attempts);
        more.put("proof", line(proof.inWords()));
        more.put("foundMillis", Duration.between(broken, incident.openedAt()).toMillis());
        Optional.ofNullable(repairedAt.remove(incident.id()))
                .ifPresent(repaired -> more.put(
                        "repairedMillis", Duration.between(broken, repaired).toMillis()));
        more.put("provedMillis", Duration.between(broken, at).toMillis());
        note(at, incident.id(), What.RESOLVED, incident.worst(), "proved: " + proof.inWords(), more);
    }

    private void told(Alert alert, Instant at) {
        Incident incident = alert.incident();
        boolean healed = incident.phase() instanceof Resolved;
        String words = (alert.delivered() == 0 ? "a message: " : "the message edited: ")
                + (healed ? "healed" : "not healed yet");
        long millis = Duration.between(incident.brokenAt(), at).toMillis();
        note(at, incident.id(), What.TOLD, alert.level(), words, Map.of("toldMillis", millis));
    }

    private void count(Observation look, GuardState after, Instant now) {
        Observation.Outcome verdict = Optional.ofNullable(after.health().get(look.check()))
                .flatMap(CheckHealth::known)
                .filter(known -> known.startedAt().equals(look.startedAt()))
                .map(Observation::outcome)
                .orElse(look.outcome());
        if (verdict instanceof Observation.Failed(Answers answers)) {
            missing(look.check(), answers, after, now);
        }
        boolean passed = verdict instanceof Observation.Passed;
        boolean failed = verdict instanceof Observation.Failed;
        long millis = Math.max(0, Duration.between(look.startedAt(), now).toMillis()); // the clock may be set meanwhile
        Hour one = new Hour(
                now.truncatedTo(ChronoUnit.HOURS),
                site,
                look.check().name().toLowerCase(Locale.ROOT),
                passed ? 1 : 0,
                failed ? 1 : 0,
                passed || failed ? 0 : 1,
                Duration.ofMillis(millis),
                Duration.ofMillis(millis));
        Hour before = hours.get(look.check());
        if (before != null && !before.hour().equals(one.hour())) {
            endHours();
        }
        hours.merge(look.check(), one, Hour::plus);
    }

    private void endHours() {
        hours.values().forEach(hour -> lines.put(History.RESULTS + History.month(hour.hour()) + ".tsv", hour.line()));
        hours.clear();
    }

    private void note(Instant at, long incident, What what, Level level, String text, Map<String, Object> more) {
        lines.put(
                History.EVENTS + History.month(at) + ".jsonl",
                new HistoryEvent(at, site, incident, what, level, line(text), more).json());
    }

    private static String line(String text) {
        return LogFiles.oneLine(text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text);
    }

    /// Writes the rest, where the disk takes it in time.
    @Override
    public void close() {
        endHours();
        note(clock.instant(), 0, What.STOPPED, Level.INFO, "the guard has stopped", Map.of());
        lines.close();
    }
}
