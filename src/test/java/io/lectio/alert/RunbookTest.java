package io.lectio.alert;

import static io.lectio.alert.Told.WEB_ROOT;
import static io.lectio.alert.Told.bad;
import static io.lectio.alert.Told.changed;
import static io.lectio.alert.Told.closedFile;
import static io.lectio.alert.Told.closedFolder;
import static io.lectio.alert.Told.file;
import static io.lectio.alert.Told.page;
import static io.lectio.alert.Told.parent;
import static io.lectio.alert.Told.paths;
import static io.lectio.alert.Told.service;
import static io.lectio.alert.Told.silent;
import static io.lectio.alert.Told.well;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Ailment;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Config;
import io.lectio.core.health.Finding.Drift;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Fault.Kind;
import io.lectio.core.health.Finding.Obstacle;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.incident.Incident.Degraded;
import io.lectio.core.incident.Incident.Held;
import io.lectio.core.incident.Incident.Limit;
import io.lectio.core.incident.Incident.Open;
import io.lectio.core.incident.Incident.Phase;
import io.lectio.core.incident.Incident.Proving;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Language;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whoever looks an alert up in the runbook finds its own entry there, by the words of its text.
class RunbookTest {
    private static final Pattern CELL = Pattern.compile("^\\| `(.+?)` \\|", Pattern.MULTILINE);
    private static final Set<Condition> NEVER_TOLD = Set.of(new Condition.Well(), new Condition.Waiting());
    private static final Set<Obstacle> OF_FILES = Set.of(Obstacle.HARD_LINKS, Obstacle.SET_ID, Obstacle.IMMUTABLE);
    private static final String UNIT = "teaching_panel.service";

    /// @param kind what the owner has to tell apart: one entry each
    private record Case(String kind, Told told) {}

    private record Quote(int entry, String words, Pattern pattern) {
        static Quote of(int entry, String words) {
            String parts = Arrays.stream(words.split("…", -1))
                    .map(part -> Pattern.quote(part.strip()))
                    .collect(joining(".*"));
            return new Quote(entry, words, Pattern.compile(parts, Pattern.DOTALL));
        }
    }

    private static String runbook(Language language) {
        try {
            return Files.readString(Path.of(language == Language.RU ? "docs/runbook.ru.md" : "docs/runbook.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Quote> quotes(Language language) {
        List<Quote> quotes = new ArrayList<>();
        int entry = 0;
        for (String line : runbook(language).lines().toList()) {
            if (line.startsWith("#")) {
                entry++;
            } else if (line.startsWith("> ")) {
                quotes.add(Quote.of(entry, line.substring(2)));
            }
        }
        return quotes;
    }

    private static String text(Language language, Outbox.Parcel parcel) {
        return new Texts(language, ZoneId.of("Europe/Moscow"), InstantSource.fixed(Told.BROKEN), true).render(parcel);
    }

    private static List<Case> cases() {
        List<Case> all = new ArrayList<>();
        all.add(new Case("closed", paths(closedFile("main.js"))));
        all.add(new Case("closed", paths(closedFolder())));
        all.add(new Case("closed", paths(closedFolder(), closedFile("main.js"))));
        for (Obstacle obstacle : Obstacle.values()) {
            boolean ofFile = OF_FILES.contains(obstacle);
            all.add(new Case(
                    "obstacle " + obstacle,
                    paths(
                            ofFile
                                    ? file("main.js", 0, Optional.of(obstacle))
                                    : parent(WEB_ROOT, Place.INSIDE, obstacle))));
        }
        for (boolean whole : List.of(false, true)) {
            Drift drift = new Drift("20261129-102233", List.of("index.html"), 1, false, whole, Told.BROKEN);
            all.add(new Case(
                    "drift " + whole,
                    told(new Diagnosis.Drifted(CheckId.RELEASE, drift, Optional.empty()), new Open())));
        }
        conditions().forEach(each -> all.add(new Case(String.valueOf(each), service(UNIT, each))));
        for (CheckId subject : CheckId.values()) {
            Config config = new Config("/etc/nginx/nginx.conf:12", "unknown directive \"lissten\"");
            Told told = told(new Diagnosis.ConfigBad(subject, config), new Open());
            all.add(new Case(text(Language.EN, told.parcel()).lines().toList().get(1), told));
        }
        for (Kind kind : Kind.values()) {
            answers(kind).forEach(each -> all.add(each));
        }
        for (Ailment.Kind kind : Ailment.Kind.values()) {
            Ailment ailment = new Ailment(kind, "/srv", List.of(new Ailment.Percent(Ailment.About.USED, 97)));
            all.add(new Case(entry(kind), told(new Diagnosis.Ailing(CheckId.DISK, List.of(ailment)), new Open())));
        }
        all.add(new Case("blind", Told.blind("no user www-data")));
        Told closed = paths(closedFolder()).tried(3, changed(1, 2, 0));
        for (Limit limit : Limit.values()) {
            all.add(new Case("cooldown " + limit, closed.coolingDown(limit)));
        }
        all.add(new Case("degraded", told(closed.diagnosis(), new Degraded())));
        all.add(new Case("held", told(closed.diagnosis(), new Held(Told.BROKEN))));
        return all;
    }

    private static String entry(Ailment.Kind kind) {
        return switch (kind) {
            case DISK_FULL, DISK_ENDS, DISK_FILLS -> "disk";
            case INODES_OUT, INODES_END, INODES_FILL -> "inodes";
            case CERTIFICATE_EXPIRED, CERTIFICATE_NAME, CERTIFICATE_CHAIN, CERTIFICATE_ENDS, CERTIFICATE_AGES ->
                "certificate";
            case OFFLINE,
                    DNS_BROKEN,
                    READ_ONLY,
                    MEMORY_SHORT,
                    OOM_KILL,
                    DATABASE_MISSING,
                    DATABASE_CORRUPT,
                    DATABASE_OWNER,
                    DATABASE_LOCKED,
                    DATABASE_AWAY,
                    CLOCK_WRONG,
                    COPY_OLD,
                    RESTORE_CUT_OFF -> kind.name();
            case CONNECTIONS_OUT, CONNECTIONS_END -> "connections";
        };
    }

    private static Told told(Diagnosis diagnosis, Phase phase) {
        return new Told(Level.WARNING, diagnosis, Optional.empty(), List.of(), phase);
    }

    private static List<Condition> conditions() {
        Duration silent = Duration.ofSeconds(64);
        return List.of(
                new Condition.Ended("signal 9", "signal"),
                new Condition.Crashed("signal 9", 2),
                new Condition.Paused(List.of(71, 72), Duration.ofSeconds(1)),
                new Condition.Hung(silent, Optional.empty()),
                new Condition.Busy(silent),
                new Condition.BootLoop(),
                new Condition.Deaf("no connection to 127.0.0.1:8000: Connection refused"),
                new Condition.Starting("start-pre", silent),
                new Condition.ByHand(false, Instant.EPOCH),
                new Condition.ByHand(true, Instant.EPOCH),
                new Condition.Unfit(Condition.Reason.IMPORT_ERROR, "ModuleNotFoundError: No module named 'requests'"),
                new Condition.Unfit(Condition.Reason.ENVIRONMENT, "KeyError: 'PANEL_KEY'"),
                new Condition.Unfit(Condition.Reason.PORT_TAKEN, "8000 by python3 (71)"),
                new Condition.Missing());
    }

    /// In the words of the probes.
    private static Stream<Case> answers(Kind kind) {
        return switch (kind) {
            case STATUS ->
                Stream.of(
                        new Case("status", page(bad("/", 403, "403 Forbidden"))),
                        new Case("status", page(bad("/", 404, "404 Not Found"))),
                        new Case("status", page(bad("/", 500, "500 Internal Server Error"))),
                        new Case("upstream", page(bad("/", 502, "502 Bad Gateway"))),
                        new Case("upstream", page(bad("/", 503, "503 Service Unavailable"))),
                        new Case("upstream", page(bad("/", 504, "504 Gateway Time-out"))),
                        new Case("asset", page(well("/"), bad("/a.js", 404, "404 Not Found"))),
                        new Case("API status", api(bad("/api/health/", 500, "500 Internal Server Error"))));
            case PAGE_INSTEAD ->
                Stream.of(
                        new Case(
                                "asset missing",
                                page(well("/"), bad("/a.js", 200, kind, "a page instead of the file: it is missing"))),
                        new Case(
                                "API page",
                                api(bad("/api/health/", 200, kind, "the site's page instead of the API's answer"))));
            case EMPTY -> Stream.of(new Case("empty", page(bad("/", 200, kind, "empty answer"))));
            case NOT_HTML -> Stream.of(new Case("no HTML", page(bad("/", 200, kind, "no HTML but text/plain"))));
            case REPLACED ->
                Stream.of(new Case(
                        "replaced", page(bad("/", 200, kind, "page replaced: it names none of 5 files any more"))));
            case EMPTIED ->
                Stream.of(new Case("page's file", page(of("/", 200, kind, "page emptied: /srv/index.html"))));
            case REMOVED ->
                Stream.of(new Case("page's file", page(of("/", 403, kind, "page removed: /srv/index.html"))));
            case DANGLING ->
                Stream.of(
                        new Case("page's file", page(of("/", 404, kind, "dangling symlink: /srv/index.html → /gone"))));
            case CHUNK_MISSING ->
                Stream.of(
                        new Case("asset missing", page(well("/"), of("/a.js", 200, kind, "chunk missing: /srv/a.js"))));
            case SLOW ->
                Stream.of(
                        new Case("slow", page(Told.slow(Duration.ofSeconds(6)))),
                        new Case("API slow", api(Told.slow(Duration.ofSeconds(6)))));
            case REFUSED ->
                Stream.of(
                        new Case("refused", page(silent(kind, "no connection to 127.0.0.1:80: Connection refused"))),
                        new Case("API silent", api(silent(kind, "no connection to 127.0.0.1:80"))));
            case TIMEOUT -> Stream.of(new Case("timeout", page(silent(kind, "no answer within 8.0 s"))));
            case NO_ANSWER -> Stream.of(new Case("no answer", page(silent(kind, "the answer is not HTTP"))));
        };
    }

    private static Answer of(String path, int status, Kind kind, String words) {
        Answer answer = bad(path, status, kind, words);
        String file = words.substring(words.indexOf('/'));
        return new Answer(
                answer.url(), answer.status(), answer.took(), Optional.of(new Fault(kind, words, Optional.of(file))));
    }

    private static Told api(Answer answer) {
        Answers seen = new Answers(CheckId.API, List.of(answer), Duration.ZERO);
        return told(new Diagnosis.AnswerBad(CheckId.API, seen), new Open());
    }

    /// The most telling quotation counts: where a new alert has no entry, it finds that of another one.
    private static Quote lookUp(List<Quote> quotes, String text) {
        return quotes.stream()
                .filter(quote -> quote.pattern().matcher(text).find())
                .max(Comparator.comparingInt(quote -> quote.words().length()))
                .orElseThrow(() -> new AssertionError("no entry for: " + text));
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void eachAlertHasAnEntryOfItsOwnAndEachQuotationIsOfAnAlert(Language language) {
        List<Quote> quotes = quotes(language);
        Map<Integer, String> kindOfEntry = new HashMap<>();
        Set<Quote> used = new HashSet<>();
        for (Case each : cases()) {
            String text = text(language, each.told().parcel());
            Quote found = lookUp(quotes, text);
            assertThat(kindOfEntry.getOrDefault(found.entry(), each.kind()))
                    .as("the entry '%s' found for: %s", found.words(), text)
                    .isEqualTo(each.kind());
            kindOfEntry.put(found.entry(), each.kind());
            used.add(found);
        }
        assertThat(used).containsExactlyInAnyOrderElementsOf(quotes);
    }

    @Test
    void everyCaseThatTheCoreKnowsIsLookedUp() {
        covers(Condition.class, Stream.concat(conditions().stream(), NEVER_TOLD.stream()));
        covers(Diagnosis.class, cases().stream().map(each -> each.told().diagnosis()));
        covers(Phase.class, shapes().stream().map(Told::phase));
        covers(RepairResult.class, results().stream());
    }

    private static void covers(Class<?> sealed, Stream<?> samples) {
        assertThat(samples.map(Object::getClass).collect(toSet())).isEqualTo(Set.of(sealed.getPermittedSubclasses()));
    }

    @Test
    void bothLanguagesHaveTheSameEntries() {
        List<Quote> russian = quotes(Language.RU);
        List<Quote> english = quotes(Language.EN);
        for (Case each : cases()) {
            assertThat(lookUp(russian, text(Language.RU, each.told().parcel())).entry())
                    .as(each.kind())
                    .isEqualTo(lookUp(english, text(Language.EN, each.told().parcel()))
                            .entry());
        }
    }

    private static List<Told> shapes() {
        Told closed = paths(closedFolder());
        Told tried = closed.tried(1, changed(1, 2, 0));
        return List.of(
                closed.repairing(),
                tried.proving(),
                closed.tried(1, new RepairResult.Failed("read-only file system"))
                        .proving(),
                tried.healed(Duration.ofSeconds(1), 5),
                tried.coolingDown(),
                told(closed.diagnosis(), new Degraded()),
                told(closed.diagnosis(), new Held(Told.BROKEN)),
                service(UNIT, new Condition.Busy(Duration.ofSeconds(20))),
                closed.tried(1, new RepairResult.Interrupted()),
                page(bad("/", 403, "403 Forbidden")));
    }

    private static List<RepairResult> results() {
        return List.of(
                changed(1, 2, 0),
                changed(0, 0, 0),
                new RepairResult.Restarted(UNIT, true, List.of(), Path.of("/var/lib/evidence")),
                new RepairResult.Restored("r1", 1, List.of("index.html"), Path.of("/kept")),
                new RepairResult.Restored("r1", 0, List.of(), Path.of("/kept")),
                new RepairResult.RolledBack("r2", "r1"),
                new RepairResult.Failed("read-only file system"),
                new RepairResult.Interrupted(),
                new RepairResult.Refused(new Config("/etc/nginx/nginx.conf:12", "bad")),
                new RepairResult.Forgone("systemctl stop " + UNIT));
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void theTablesExplainEveryFirstLineAndEveryFurtherLine(Language language) {
        List<String> told = new ArrayList<>();
        shapes().forEach(shape -> told.add(
                text(language, shape.parcel()).lines().findFirst().orElseThrow().split(" · ", 4)[3]));
        for (RepairResult result : results()) {
            Told after = paths(closedFolder()).tried(1, result).in(new Proving(Told.BROKEN));
            told.add(text(language, after.parcel()).lines().toList().get(2));
        }
        Told healed = paths(closedFolder()).healed(Duration.ofSeconds(1), 5);
        told.add(text(language, healed.parcel()).lines().toList().getLast());

        List<String> cells = CELL.matcher(runbook(language))
                .results()
                .map(row -> row.group(1))
                .toList();
        List<String> explained = told.stream()
                .flatMap(line ->
                        cells.stream().filter(line::startsWith).max(Comparator.comparingInt(String::length)).stream())
                .toList();
        assertThat(explained).hasSameSizeAs(told).containsOnlyOnceElementsOf(cells);
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void listsAndRefusedTextsAreExplained(Language language) {
        Told other = page(bad("/", 502, "502 Bad Gateway"));
        Told later = new Told(other.level(), other.diagnosis(), other.symptom(), List.of(), new Open());
        String book = runbook(language);
        for (Outbox.Parcel parcel : List.of(other.backlog(3), later.refused(1))) {
            String first = text(language, parcel).lines().findFirst().orElseThrow();
            String last = first.substring(first.lastIndexOf(" · ") + 3).replaceFirst(": \\d+$", "");
            assertThat(book).contains("`" + last + "`");
        }
    }
}
