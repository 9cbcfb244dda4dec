package io.lectio.alert;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Fault.Kind;
import io.lectio.core.health.Finding.Obstacle;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.health.Finding.Rule;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Attempt;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Incident.CoolingDown;
import io.lectio.core.incident.Incident.Limit;
import io.lectio.core.incident.Incident.Open;
import io.lectio.core.incident.Incident.Phase;
import io.lectio.core.incident.Incident.Proving;
import io.lectio.core.incident.Incident.Repairing;
import io.lectio.core.incident.Incident.Resolved;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.incident.RepairResult.Change;
import io.lectio.core.incident.RepairResult.Changed;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Site;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Incidents of the plan's site as the core would tell them, all broken at 03:12:00 UTC.
record Told(Level level, Diagnosis diagnosis, Optional<Answers> symptom, List<Attempt> attempts, Phase phase) {
    static final Path SITE_ROOT = Path.of("/var/www/teaching_panel");
    static final Path WEB_ROOT = SITE_ROOT.resolve("frontend/build");
    static final Instant BROKEN = Instant.parse("2026-01-22T03:12:00Z");
    private static final URI PAGE = URI.create("http://localhost/");
    private static final Path JOURNAL = Path.of("/var/lib/lectio-monitor/repairs/7.tsv");

    static Told paths(Denial... denied) {
        List<Denial> all = List.of(denied);
        int leftAlone =
                (int) all.stream().filter(denial -> !denial.repairable()).count();
        return paths(new Access("www-data", 240, all, all.size(), leftAlone));
    }

    static Told paths(Access access) {
        Optional<Remedy> remedy = access.denied().stream().anyMatch(Denial::repairable)
                ? Optional.of(new Remedy.OpenPaths(
                        new Site(PAGE, "127.0.0.1", SITE_ROOT, WEB_ROOT, "www-data", new PrivatePatterns(List.of()))))
                : Optional.empty();
        return of(new Diagnosis.PathsClosed(remedy.isPresent() ? CheckId.FILES : CheckId.LEFT_ALONE, access, remedy));
    }

    static Told page(Answer... answers) {
        Answers seen = new Answers(CheckId.PAGE, List.of(answers), Duration.ofMillis(9));
        return new Told(
                seen.onlySlow() ? Level.WARNING : Level.CRITICAL,
                new Diagnosis.AnswerBad(CheckId.PAGE, seen),
                Optional.of(seen),
                List.of(),
                new Open());
    }

    static Told service(String unit, Condition condition) {
        return of(new Diagnosis.ServiceBad(CheckId.APP, unit, condition, Optional.empty()));
    }

    static Told blind(String reason) {
        return of(new Diagnosis.Blind(CheckId.FILES, reason));
    }

    private static Told of(Diagnosis diagnosis) {
        return new Told(Level.WARNING, diagnosis, Optional.empty(), List.of(), new Open());
    }

    static Denial closedFolder() {
        return folder(WEB_ROOT, 0700, Place.INSIDE, Optional.empty());
    }

    static Denial parent(Path path, Place place, Obstacle obstacle) {
        return folder(path, 0750, place, Optional.of(obstacle));
    }

    private static Denial folder(Path path, int mode, Place place, Optional<Obstacle> obstacle) {
        return new Denial(path, true, mode, "root:root", BROKEN, Instant.EPOCH, place, obstacle, Optional.empty());
    }

    static Denial closedFile(String name) {
        return file(name, 0, Optional.empty());
    }

    static Denial file(String name, int mode, Optional<Obstacle> obstacle) {
        return new Denial(
                WEB_ROOT.resolve(name),
                false,
                mode,
                "www-data:www-data",
                BROKEN,
                Instant.EPOCH,
                Place.INSIDE,
                obstacle,
                Optional.empty());
    }

    static Denial shut(String name, int mode, Rule rule) {
        return new Denial(
                WEB_ROOT.resolve(name),
                false,
                mode,
                "www-data:www-data",
                BROKEN,
                Instant.EPOCH,
                Place.INSIDE,
                Optional.empty(),
                Optional.of(rule));
    }

    static Denial linkInsteadOfTheWebRoot() {
        return new Denial(
                WEB_ROOT,
                false,
                0777,
                "root:root",
                BROKEN,
                Instant.EPOCH,
                Place.INSIDE,
                Optional.of(Obstacle.SYMBOLIC_LINK),
                Optional.empty());
    }

    static Answer well(String path) {
        return new Answer(PAGE.resolve(path), Optional.of(200), Duration.ofMillis(3), Optional.empty());
    }

    static Answer bad(String path, int status, Kind kind, String words) {
        return new Answer(
                PAGE.resolve(path), Optional.of(status), Duration.ofMillis(3), Optional.of(new Fault(kind, words)));
    }

    static Answer bad(String path, int status, String words) {
        return bad(path, status, Kind.STATUS, words);
    }

    static Answer slow(Duration took) {
        return new Answer(PAGE, Optional.of(200), took, Optional.of(new Fault(Kind.SLOW, "answered after some time")));
    }

    /// By the server's own rules: no fault.
    static Answer keptBack(String path, int status) {
        return new Answer(PAGE.resolve(path), Optional.of(status), Duration.ofMillis(3), Optional.empty());
    }

    static Answer silent(Kind kind, String words) {
        return new Answer(PAGE, Optional.empty(), Duration.ofSeconds(8), Optional.of(new Fault(kind, words)));
    }

    static Changed changed(int folders, int files, int skipped) {
        List<Change> sample = folders + files == 0
                ? List.of()
                : List.of(
                        new Change(WEB_ROOT, "root:root 0700", "www-data:www-data " + (folders > 0 ? "0755" : "0644")));
        return new Changed(folders, files, sample, skipped, JOURNAL);
    }

    Told critical() {
        return new Told(Level.CRITICAL, diagnosis, symptom, attempts, phase);
    }

    Told seenAs(Answer... answers) {
        Answers seen = new Answers(CheckId.PAGE, List.of(answers), Duration.ofMillis(9));
        return new Told(level, diagnosis, Optional.of(seen), attempts, phase);
    }

    /// After this many attempts that ended alike.
    Told tried(int times, RepairResult result) {
        List<Attempt> all = IntStream.rangeClosed(1, times)
                .mapToObj(number -> new Attempt(
                        number, BROKEN, List.of(number), 1, Optional.of(result), List.of(), Optional.empty()))
                .toList();
        return new Told(level, diagnosis, symptom, all, phase);
    }

    /// After attempts that ended so, one after the other.
    Told tried(RepairResult... results) {
        List<Attempt> all = IntStream.rangeClosed(1, results.length)
                .mapToObj(number -> new Attempt(
                        number,
                        BROKEN,
                        List.of(number),
                        1,
                        Optional.of(results[number - 1]),
                        List.of(),
                        Optional.empty()))
                .toList();
        return new Told(level, diagnosis, symptom, all, phase);
    }

    Told repairing() {
        Attempt begun = new Attempt(1, BROKEN, List.of(1), 1, Optional.empty(), List.of(), Optional.empty());
        return new Told(level, diagnosis, symptom, List.of(begun), new Repairing(BROKEN));
    }

    Told proving() {
        return in(new Proving(BROKEN));
    }

    Told coolingDown() {
        return coolingDown(Limit.IN_A_ROW);
    }

    Told coolingDown(Limit limit) {
        return in(new CoolingDown(BROKEN.plus(Duration.ofMinutes(5)), Optional.of(limit)));
    }

    /// Proved by the page and this many of its files.
    Told healed(Duration after, int files) {
        List<Answer> proof = IntStream.rangeClosed(0, files)
                .mapToObj(number -> well(number == 0 ? "/" : "/" + number + ".js"))
                .toList();
        return in(new Resolved(BROKEN.plus(after), new Answers(CheckId.PAGE, proof, Duration.ofMillis(31))));
    }

    Told provedBy(Answer... answers) {
        return in(new Resolved(
                BROKEN.plusSeconds(1), new Answers(CheckId.PAGE, List.of(answers), Duration.ofMillis(31))));
    }

    Told in(Phase next) {
        return new Told(level, diagnosis, symptom, attempts, next);
    }

    Outbox.Parcel parcel() {
        return parcel(List.of(alert(0)));
    }

    Outbox.Parcel refused(int times) {
        return parcel(List.of(alert(times)));
    }

    /// A backlog of this many alerts.
    Outbox.Parcel backlog(int count) {
        return parcel(Collections.nCopies(count, alert(0)));
    }

    static Outbox.Parcel backlog(List<Told> all) {
        return parcel(all.stream().map(told -> told.alert(0)).toList());
    }

    private static Outbox.Parcel parcel(List<Alert> alerts) {
        return new Outbox.Parcel(alerts, Optional.empty(), false, 0, List.of(), false);
    }

    Outbox.Parcel revision(long id, int revision, int rejections) {
        Alert alert = alert(id, Optional.empty());
        return parcel(List.of(new Alert(
                id, level, alert.incident(), BROKEN, revision, 0, Optional.empty(), rejections, Optional.empty())));
    }

    Alert alert(long id, Optional<Long> message) {
        Incident incident = new Incident(
                id, BROKEN, BROKEN, diagnosis, symptom, List.of(), List.of(), attempts, phase, level, Optional.empty());
        return new Alert(id, level, incident, BROKEN, 1, 0, message, 0, Optional.empty());
    }

    private Alert alert(int rejections) {
        Alert alert = alert(7, Optional.empty());
        return new Alert(7, level, alert.incident(), BROKEN, 1, 0, Optional.empty(), rejections, Optional.empty());
    }
}
