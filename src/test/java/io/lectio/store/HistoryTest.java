package io.lectio.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.core.Action;
import io.lectio.core.Decision;
import io.lectio.core.Event;
import io.lectio.core.Guard;
import io.lectio.core.GuardState;
import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.engine.EventLog;
import io.lectio.store.HistoryEvent.What;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the core decides, written down and read again.
@Timeout(60)
class HistoryTest {
    private static final Path WEB = Path.of("/var/www/site/build");
    private static final Site SITE = new Site(
            URI.create("http://localhost/"),
            "127.0.0.1",
            Path.of("/var/www/site"),
            WEB,
            "www-data",
            new PrivatePatterns(List.of()));
    private static final Policy POLICY = Policies.of(SITE, Services.NONE, true);
    private static final Instant START = Instant.parse("2026-01-22T03:12:00Z");

    @TempDir
    private Path base = Path.of("");

    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private Policy policy = POLICY;
    private Instant now = START;
    private GuardState state = GuardState.begin(GuardState.Durable.EMPTY);
    private final List<Action> actions = new ArrayList<>();
    private Optional<HistoryWriter> writer = Optional.empty();

    private final EventLog log = line -> said.add(line.text());

    private Path folder() {
        return base.resolve("history");
    }

    private History history() {
        return new History(folder());
    }

    private void event(Event event) {
        Decision decision = Guard.decide(state, event, now, policy);
        HistoryWriter into = writer.orElseGet(() -> new HistoryWriter(folder(), "shop", () -> now, log));
        writer = Optional.of(into);
        into.turn(state, event, decision, now);
        state = decision.next();
        actions.addAll(decision.actions());
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private void sees(CheckId check, boolean well) {
        var finding = check == CheckId.FILES ? access(well) : answers(well);
        Instant began = now;
        pass(Duration.ofMillis(5));
        event(new Event.Observed(new Observation(
                check, began, well ? new Observation.Passed(finding) : new Observation.Failed(finding))));
    }

    private Access access(boolean well) {
        Denial denial = new Denial(
                WEB.resolve("a\nb\u202e.html"),
                false,
                0,
                "root:root",
                now,
                Instant.EPOCH,
                Place.INSIDE,
                Optional.empty(),
                Optional.empty());
        return new Access("www-data", 200, well ? List.of() : List.of(denial), well ? 0 : 1, 0);
    }

    private static Answers answers(boolean well) {
        Answer answer = new Answer(
                SITE.page(),
                Optional.of(well ? 200 : 403),
                Duration.ofMillis(2),
                well ? Optional.empty() : Optional.of(new Fault(Fault.Kind.STATUS, "403 Forbidden")));
        return new Answers(CheckId.PAGE, List.of(answer), Duration.ofMillis(2));
    }

    private void repairEnds() {
        long id = state.durable().incidents().getFirst().id();
        event(new Event.RepairDone(id, new RepairResult.Changed(0, 1, List.of(), 0, Path.of("/j/1.tsv"))));
    }

    private void isTold() {
        Action.Send sent = (Action.Send)
                actions.stream().filter(Action.Send.class::isInstance).toList().getLast();
        event(new Event.Delivered(sent.parcel(), new Delivery.Accepted(Optional.of(7L))));
    }

    /// The guard ends, and what is written is read.
    private List<HistoryEvent> written() throws IOException {
        long ends = count(What.STOPPED);
        writer.orElseThrow().close();
        writer = Optional.empty();
        while (count(What.STOPPED) == ends) {
            Thread.onSpinWait(); // a slow disk
        }
        return history().events(START, now);
    }

    private long count(What what) throws IOException {
        return Files.isDirectory(folder())
                ? history().events(START, now).stream()
                        .filter(event -> event.what() == what)
                        .count()
                : 0;
    }

    private void closedAndHealed() {
        event(new Event.Started());
        sees(CheckId.FILES, false);
        pass(Duration.ofMillis(40));
        repairEnds();
        pass(Duration.ofMillis(55));
        sees(CheckId.FILES, true);
        sees(CheckId.PAGE, true);
        pass(Duration.ofSeconds(2));
        event(new Event.Tick());
        isTold();
    }

    @Test
    void aFaultIsWrittenFromItsOpeningToItsMessage() throws IOException {
        closedAndHealed();
        List<HistoryEvent> all = written();
        assertThat(all).extracting(HistoryEvent::site).containsOnly("shop");
        assertThat(all.stream().filter(event -> event.what() != What.HEALTH))
                .extracting(HistoryEvent::what)
                .containsExactly(
                        What.STARTED,
                        What.OPENED,
                        What.ATTEMPT,
                        What.RESULT,
                        What.RESOLVED,
                        What.CLOSED,
                        What.TOLD,
                        What.STOPPED);
        Episode episode = history().incidents(START, now).getFirst();
        assertThat(episode.subject()).isEqualTo("files");
        assertThat(episode.kind()).isEqualTo("PathsClosed");
        assertThat(episode.attempts()).isEqualTo(1);
        assertThat(episode.level()).isEqualTo(Level.WARNING);
        assertThat(episode.found()).isEqualTo(Duration.ofMillis(5));
        assertThat(episode.repaired()).contains(Duration.ofMillis(45));
        assertThat(episode.proved()).contains(Duration.ofMillis(110));
        assertThat(episode.told()).contains(Duration.ofMillis(2_110));
        assertThat(episode.down()).as("healed before a look could tell").isTrue();
    }

    private static List<String> texts(List<HistoryEvent> events, What what) {
        return events.stream()
                .filter(event -> event.what() == what)
                .map(HistoryEvent::text)
                .toList();
    }

    @Test
    void whyNothingIsDoneIsWritten() throws IOException {
        policy = Policies.withheld(POLICY, Set.of(Remedy.OpenPaths.ID));
        event(new Event.Started());
        sees(CheckId.FILES, false);
        sees(CheckId.FILES, false);
        assertThat(texts(written(), What.NEXT))
                .containsExactly(
                        "nothing, for it is switched off here: open what is closed to www-data in /var/www/site");
    }

    @Test
    void whyNothingIsDoneIsWrittenAnewWhenTheCauseIsFoundAndWhenAPersonBeginsToWork() throws Exception {
        policy = Policies.withheld(POLICY, Set.of(Remedy.OpenPaths.ID));
        event(new Event.Started());
        for (int look = 0; look < 3; look++) {
            sees(CheckId.PAGE, false);
        }
        sees(CheckId.FILES, false);
        Instant end = now.plus(Duration.ofHours(1));
        event(new Event.Ordered(new Order.Maintenance(new Order.Spell(now, end, "anna", "a new disk"))));
        event(new Event.Tick());
        assertThat(texts(written(), What.NEXT))
                .containsExactly(
                        "nothing but telling: it is for a person to mend",
                        "nothing, for it is switched off here: open what is closed to www-data in /var/www/site",
                        "nothing during maintenance until " + end + " by anna: a new disk");
    }

    @Test
    void whyAnAttemptIsNotMadeAndWhyAPersonIsNeededIsWritten() throws IOException {
        event(new Event.Started());
        for (int look = 0; look < 3; look++) {
            sees(CheckId.PAGE, false);
        }
        for (int look = 0; look < 6; look++) {
            sees(CheckId.FILES, false);
            repairEnds();
        }
        List<HistoryEvent> all = written();
        assertThat(texts(all, What.ATTEMPT))
                .hasSize(3)
                .first()
                .isEqualTo("attempt 1: open what is closed to www-data in /var/www/site");
        assertThat(texts(all, What.NEXT))
                .hasSize(2)
                .startsWith("nothing but telling: it is for a person to mend")
                .last()
                .asString()
                .matches("open what .*, not before 2026-01-22T03:1.*, for as many in a row have not helped");
        assertThat(texts(all, What.LEVEL)).containsExactly("CRITICAL: visitors miss the site, and no repair is due");
    }

    @Test
    void noTextBreaksItsLine() throws IOException {
        closedAndHealed();
        assertThat(written().toString()).contains("a\\u000ab\\u202e.html").doesNotContain("\n", "\u202e");
    }

    @Test
    void theTimelineHasWhatBefellTheGuardMeanwhileAndNothingElse() throws IOException {
        event(new Event.Started());
        sees(CheckId.PAGE, true);
        sees(CheckId.FILES, false);
        long incident = state.durable().incidents().getFirst().id();
        written();
        pass(Duration.ofMinutes(1));
        event(new Event.Started());
        repairEnds();
        sees(CheckId.FILES, true);
        sees(CheckId.PAGE, true);
        written();
        assertThat(history().newest()).hasValue(incident);
        List<HistoryEvent> timeline = history().timeline(incident);
        assertThat(timeline).extracting(HistoryEvent::what).contains(What.HEALTH);
        assertThat(timeline.stream().filter(event -> event.what() != What.HEALTH))
                .extracting(HistoryEvent::what)
                .containsExactly(
                        What.OPENED,
                        What.ATTEMPT,
                        What.STOPPED,
                        What.STARTED,
                        What.OPENED,
                        What.ATTEMPT,
                        What.RESULT,
                        What.RESOLVED);
        assertThat(history().incidents(START, now)).hasSize(1);
        assertThat(history().timeline(incident + 50)).isEmpty();
    }

    @Test
    void whatVisitorsMissWhileARepairIsProvedIsAnOutage() throws IOException {
        event(new Event.Started());
        sees(CheckId.FILES, false);
        repairEnds();
        sees(CheckId.PAGE, false);
        pass(Duration.ofSeconds(30));
        sees(CheckId.FILES, true);
        sees(CheckId.PAGE, true);
        written();
        assertThat(history().incidents(START, now)).singleElement().matches(Episode::down);
    }

    @Test
    void aFaultThatNoVisitorMetIsNoOutage() throws IOException {
        event(new Event.Started());
        sees(CheckId.FILES, false);
        pass(Duration.ofSeconds(30));
        repairEnds();
        sees(CheckId.FILES, true);
        sees(CheckId.PAGE, true);
        written();
        assertThat(history().incidents(START, now)).singleElement().matches(each -> !each.down());
    }

    @Test
    void anOpenIncidentIsSaidAgainInANewMonthSoThatEachMonthCanBeReadAlone() throws IOException {
        event(new Event.Started());
        sees(CheckId.FILES, false);
        Instant broken = state.durable().incidents().getFirst().brokenAt();
        pass(Duration.ofDays(12));
        event(new Event.Tick());
        written();
        Files.delete(folder().resolve("events-2026-01.jsonl"));
        assertThat(history().incidents(now.minus(1, ChronoUnit.DAYS), now))
                .singleElement()
                .satisfies(each -> assertThat(each.endedAt()).isEmpty())
                .satisfies(each -> assertThat(each.brokenAt()).isEqualTo(broken));
    }

    @Test
    void whatALaterGuardKnowsNothingOfIsOver() throws IOException {
        event(new Event.Started());
        sees(CheckId.FILES, false);
        Instant seen = now;
        state = GuardState.begin(GuardState.Durable.EMPTY); // its state was lost
        pass(Duration.ofHours(1));
        event(new Event.Started());
        written();
        assertThat(history().incidents(START, now))
                .singleElement()
                .satisfies(each -> assertThat(each.endedAt()).contains(seen))
                .satisfies(each -> assertThat(each.proved()).isEmpty());
    }

    private static HistoryEvent opened(long incident, Instant broken) {
        Map<String, Object> more = Map.of("brokenAt", broken, "openedAt", broken);
        return new HistoryEvent(broken, "shop", incident, What.OPENED, Level.WARNING, "", more);
    }

    @Test
    void anIncidentThatComesBackIsAnotherEpisode() {
        HistoryEvent resolved = new HistoryEvent(
                START.plusSeconds(5), "shop", 7, What.RESOLVED, Level.WARNING, "", Map.of("provedMillis", 5_000L));
        List<Episode> episodes =
                History.episodes(List.of(opened(7, START), resolved, opened(7, START.plusSeconds(20))));
        assertThat(episodes).extracting(Episode::incident).containsExactly(7L, 7L);
        assertThat(episodes.getFirst().proved()).contains(Duration.ofSeconds(5));
        assertThat(episodes.getLast().endedAt()).isEmpty();
    }

    @Test
    void aLineThatAPowerCutHasTornIsLeftOutAndEndedAndSaidOnce() throws IOException {
        closedAndHealed();
        int before = written().size();
        Files.write(
                folder().resolve("events-2026-01.jsonl"),
                new byte[] {'{', '"', 'a', 't', '"', ':', '"', '2', (byte) 0xd0},
                StandardOpenOption.APPEND);
        assertThat(history().events(START, now)).hasSize(before);
        event(new Event.Started());
        assertThat(written()).hasSize(before + 2);
        assertThat(said).singleElement().asString().contains("events-2026-01.jsonl", "torn");
    }

    @Test
    void whatTheDiskDoesNotTakeWaitsAndIsSaidOnce() throws IOException {
        Files.writeString(folder(), "in the way");
        closedAndHealed();
        while (said.isEmpty()) {
            Thread.onSpinWait();
        }
        Files.delete(folder());
        assertThat(written()).hasSizeGreaterThan(7);
        assertThat(said).singleElement().asString().contains("cannot be written");
    }

    @Test
    void theMonthsOfAYearStayAndOlderOnesGo() throws IOException {
        Files.createDirectories(folder());
        for (YearMonth month = YearMonth.of(2024, 1);
                month.isBefore(YearMonth.of(2026, 1));
                month = month.plusMonths(1)) {
            Files.createFile(folder().resolve("events-" + month + ".jsonl"));
            Files.createFile(folder().resolve("results-" + month + ".tsv"));
        }
        Files.createFile(folder().resolve("events-of-mine"));
        event(new Event.Started());
        sees(CheckId.PAGE, true);
        written();
        assertThat(History.files(folder(), History.EVENTS))
                .hasSize(14)
                .last()
                .asString()
                .endsWith("events-2024-12.jsonl");
        assertThat(History.files(folder(), History.RESULTS)).hasSize(14);
        assertThat(folder().resolve("events-of-mine")).exists();
    }

    @Test
    void eachHourOfACheckIsALine() throws IOException {
        event(new Event.Started());
        sees(CheckId.PAGE, true);
        sees(CheckId.PAGE, false);
        Instant hung = now;
        pass(Duration.ofMillis(900));
        event(new Event.Observed(new Observation(CheckId.PAGE, hung, new Observation.Unknown("no result"))));
        pass(Duration.ofHours(1));
        sees(CheckId.PAGE, true);
        sees(CheckId.FILES, true);
        written();
        assertThat(Files.readString(folder().resolve("results-2026-01.tsv"))).isEqualTo("""
                        2026-01-22T03:00:00Z	shop	page	1	1	1	900	910
                        2026-01-22T04:00:00Z	shop	files	1	0	0	5	5
                        2026-01-22T04:00:00Z	shop	page	1	0	0	5	5
                        """);
        assertThat(history().results(now, now.plusSeconds(1)))
                .extracting(Hour::check)
                .containsExactly("files", "page");
    }

    @Test
    void withoutAHistoryItSaysWhoWritesIt() {
        assertThatThrownBy(() -> history().events(START, now))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no history here")
                .hasMessageContaining("lectio run");
    }
}
