package io.lectio.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Access;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Obstacle;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Ledger;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Bounds;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Limits;
import io.lectio.core.policy.Order;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.core.policy.Window;
import java.net.URI;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// One fault told step by step, with the clock in hand.
class GuardTest {
    private static final Path WEB = Path.of("/var/www/site/build");
    private static final Site SITE = new Site(
            URI.create("http://localhost/"),
            "127.0.0.1",
            Path.of("/var/www/site"),
            WEB,
            "www-data",
            new PrivatePatterns(List.of()));
    private static final Instant START = Instant.parse("2026-01-22T03:12:00Z");

    private Policy policy = Policies.of(SITE, Services.NONE, true);
    private Instant now = START;
    private GuardState state = GuardState.begin(GuardState.Durable.EMPTY);
    private final List<Action> actions = new ArrayList<>();

    private void event(Event event) {
        Decision decision = Guard.decide(state, event, now, policy);
        state = decision.next();
        actions.addAll(decision.actions());
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private void sees(CheckId check, boolean well, Instant startedAt) {
        var finding = check == CheckId.FILES ? access(well, 200) : answers(well);
        event(new Event.Observed(new Observation(
                check, startedAt, well ? new Observation.Passed(finding) : new Observation.Failed(finding))));
    }

    private static Access access(boolean well, int entries) {
        Denial denial = new Denial(
                WEB.resolve("index.html"),
                false,
                0,
                "www-data:www-data",
                START,
                Instant.EPOCH,
                Place.INSIDE,
                Optional.empty(),
                Optional.empty());
        return new Access("www-data", entries, well ? List.of() : List.of(denial), well ? 0 : 1, 0);
    }

    private static Access closed(String name) {
        Denial denial = new Denial(
                WEB.resolve(name),
                false,
                0600,
                "root:root",
                START,
                START,
                Place.INSIDE,
                Optional.empty(),
                Optional.empty());
        return new Access("www-data", 200, List.of(denial), 1, 0);
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

    private <T extends Action> Stream<T> all(Class<T> type) {
        return actions.stream().filter(type::isInstance).map(type::cast);
    }

    private void bothSee(boolean files, boolean page) {
        Instant since = now;
        pass(Duration.ofMillis(5));
        sees(CheckId.FILES, files, since);
        sees(CheckId.PAGE, page, since);
    }

    @Test
    void looksAtOnceWhenItStarts() {
        event(new Event.Started());
        assertThat(all(Action.Look.class).map(Action.Look::check)).containsExactly(CheckId.FILES, CheckId.PAGE);
    }

    @Test
    void looksAgainWhenABurstOfChangesHasSettled() {
        event(new Event.Started());
        bothSee(true, true);
        actions.clear();
        event(new Event.PathsChanged(now));
        pass(Duration.ofMillis(50));
        event(new Event.PathsChanged(now));
        pass(Duration.ofMillis(60));
        event(new Event.Tick());
        assertThat(all(Action.Look.class)).isEmpty();
        pass(Duration.ofMillis(40));
        event(new Event.Tick());
        assertThat(all(Action.Look.class)).hasSize(2);
    }

    @Test
    void repairsAtTheFirstSightOfAClosedFileAndTellsOnceWhenItIsProved() {
        event(new Event.Started());
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).hasSize(1);
        assertThat(all(Action.Send.class)).isEmpty();
        repairEnds();
        bothSee(true, true);
        assertThat(state.durable().incidents().getFirst().phase()).isInstanceOf(Incident.Resolved.class);
        pass(Duration.ofSeconds(2));
        event(new Event.Tick());
        List<Action.Send> sent = all(Action.Send.class).toList();
        assertThat(sent).hasSize(1);
        Alert alert = sent.getFirst().parcel().alerts().getFirst();
        assertThat(alert.level()).isEqualTo(Level.WARNING);
        assertThat(alert.incident().symptom()).isPresent();
        event(new Event.Delivered(sent.getFirst().parcel(), new Delivery.Accepted(Optional.of(7L))));
        event(new Event.Tick());
        assertThat(state.durable().incidents()).isEmpty();
        assertThat(state.durable().outbox().alerts()).isEmpty();
    }

    @Test
    void theProofAsksForTheVeryFileThatWasClosed() {
        event(new Event.Started());
        bothSee(false, true);
        actions.clear();
        repairEnds();
        assertThat(all(Action.Look.class).flatMap(look -> look.also().stream()))
                .contains(URI.create("http://localhost/index.html"));
    }

    @Test
    void aLookThatBeganBeforeTheRepairEndedProvesNothing() {
        event(new Event.Started());
        bothSee(false, false);
        Instant before = now.minusMillis(1);
        repairEnds();
        sees(CheckId.FILES, true, before);
        sees(CheckId.PAGE, true, before);
        assertThat(state.durable().incidents().getFirst().phase()).isInstanceOf(Incident.Proving.class);
    }

    @Test
    void stopsAfterThreeAttemptsWithoutProofAndTriesOnceAfterTheCooldown() {
        event(new Event.Started());
        bothSee(false, false);
        for (int i = 0; i < 5; i++) {
            repairEnds();
            bothSee(false, false);
        }
        assertThat(all(Action.Repair.class)).hasSize(3);
        assertThat(state.durable().incidents().getFirst().phase())
                .isInstanceOfSatisfying(
                        Incident.CoolingDown.class,
                        pause -> assertThat(pause.limit()).contains(Incident.Limit.IN_A_ROW));
        assertThat(state.durable().incidents().getFirst().worst()).isEqualTo(Level.CRITICAL);
        pass(Duration.ofMinutes(5));
        event(new Event.Tick());
        assertThat(all(Action.Repair.class)).hasSize(4);
        repairEnds();
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).hasSize(4);
    }

    @Test
    void aRestartOfTheGuardCannotRefillTheBudget() {
        event(new Event.Started());
        for (int i = 0; i < 6; i++) {
            bothSee(false, false);
            state = GuardState.begin(state.durable());
            pass(Duration.ofSeconds(1));
            event(new Event.Started());
        }
        assertThat(all(Action.Repair.class)).hasSize(3);
    }

    @Test
    void neverRepairsMoreThanTwentyTimesAnHour() {
        event(new Event.Started());
        for (int i = 0; i < 40; i++) {
            bothSee(false, true);
            if (state.durable().incidents().getFirst().phase() instanceof Incident.Repairing) {
                repairEnds();
                bothSee(true, true);
            }
            pass(Duration.ofMinutes(1));
            event(new Event.Tick());
        }
        assertThat(all(Action.Repair.class)).hasSize(20);
    }

    @Test
    void filesThatStillArriveAreTheSameAttempt() {
        event(new Event.Started());
        bothSee(false, true);
        for (int entries = 201; entries < 250; entries++) {
            repairEnds();
            Instant since = now;
            pass(Duration.ofMillis(200));
            event(new Event.PathsChanged(now));
            event(new Event.Observed(
                    new Observation(CheckId.FILES, since, new Observation.Failed(closed("chunk" + entries + ".js")))));
        }
        repairEnds();
        bothSee(true, true);
        assertThat(all(Action.Repair.class)).hasSize(50);
        assertThat(state.durable().incidents().getFirst().attempts()).hasSize(1);
        assertThat(state.durable().ledgers().values())
                .allSatisfy(ledger -> assertThat(ledger.spent()).hasSize(1));
    }

    /// A page without its files for a moment is what any copy into the live folder looks like from outside.
    @Test
    void aPageThatFailsWhileFilesArriveIsNoFaultOfItsOwn() {
        event(new Event.Started());
        bothSee(false, false);
        repairEnds();
        for (int i = 0; i < 4; i++) {
            event(new Event.PathsChanged(now));
            bothSee(true, false);
            pass(Duration.ofMillis(200));
        }
        assertThat(state.durable().incidents().getFirst().worst()).isEqualTo(Level.WARNING);
        bothSee(true, true);
        pass(Duration.ofSeconds(2));
        event(new Event.Tick());
        assertThat(all(Action.Send.class)).hasSize(1);
    }

    @Test
    void aPageThatStillFailsWhenTheFilesAreQuietIsAFault() {
        event(new Event.Started());
        event(new Event.PathsChanged(now));
        bothSee(true, false);
        bothSee(true, false);
        bothSee(true, false);
        assertThat(state.durable().incidents()).isEmpty();
        pass(Duration.ofSeconds(1));
        event(new Event.Tick());
        assertThat(state.durable().incidents().getFirst().worst()).isEqualTo(Level.CRITICAL);
    }

    @Test
    void aPageThatFailsForLongIsAFaultAlthoughFilesGoOnArriving() {
        event(new Event.Started());
        bothSee(true, false);
        for (int i = 0; i < 24; i++) {
            event(new Event.PathsChanged(now));
            bothSee(true, false);
            pass(Duration.ofMillis(500));
        }
        assertThat(state.durable().incidents()).isNotEmpty();
    }

    @Test
    void onlyLooksWhenItMayNotRepair() {
        policy = Policies.of(SITE, Services.NONE, false);
        event(new Event.Started());
        bothSee(false, false);
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).isEmpty();
        assertThat(state.durable().incidents().getFirst().worst()).isEqualTo(Level.CRITICAL);
    }

    private static Policy with(Set<String> withheld, List<Window> windows) {
        return new Policy(
                SITE,
                Services.NONE,
                Services.NONE.checks(),
                true,
                Limits.DEFAULT,
                Policy.Timing.DEFAULT,
                Policy.Patience.DEFAULT,
                Policy.THRESHOLDS,
                withheld,
                Set.of(),
                windows,
                ZoneOffset.UTC,
                Optional.empty(),
                Bounds.DEFAULT);
    }

    @Test
    void inAMaintenanceWindowNothingIsRepairedOrToldAndAtItsEndWhatIsStillBrokenIs() {
        policy = with(
                Set.of(), List.of(new Window(Set.of(DayOfWeek.THURSDAY), LocalTime.of(3, 0), Duration.ofMinutes(30))));
        event(new Event.Started());
        for (int i = 0; i < 200; i++) {
            bothSee(false, false);
            pass(Duration.ofSeconds(5));
            event(new Event.Tick());
        }
        assertThat(now).isBefore(Instant.parse("2026-01-22T03:30:00Z"));
        assertThat(all(Action.Repair.class)).isEmpty();
        assertThat(all(Action.Send.class)).isEmpty();
        assertThat(state.durable().incidents()).extracting(Incident::worst).containsOnly(Level.INFO);
        now = Instant.parse("2026-01-22T03:30:00Z");
        event(new Event.Tick());
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).hasSize(1);
        assertThat(all(Action.Log.class).map(log -> log.remark().inWords())).contains("the maintenance window ends");
    }

    @Test
    void whatAWindowHasSeenIsEndedWithIt() {
        policy = with(
                Set.of(), List.of(new Window(Set.of(DayOfWeek.THURSDAY), LocalTime.of(3, 0), Duration.ofMinutes(30))));
        event(new Event.Started());
        bothSee(false, false);
        now = Instant.parse("2026-01-22T03:30:00Z");
        event(new Event.Tick());
        assertThat(state.durable().incidents()).isEmpty();
        assertThat(all(Action.Log.class).map(log -> log.remark().inWords())).contains("incident 1: closed");
    }

    @Test
    void aGuardThatStartsAfterAWindowCallsNobodyBeforeItHasLooked() {
        policy = with(
                Set.of(), List.of(new Window(Set.of(DayOfWeek.THURSDAY), LocalTime.of(3, 0), Duration.ofMinutes(30))));
        event(new Event.Started());
        bothSee(false, false);
        assertThat(state.durable().incidents()).hasSize(1);
        state = GuardState.begin(state.durable());
        now = Instant.parse("2026-01-22T03:35:00Z");
        event(new Event.Started());
        pass(Duration.ofSeconds(5));
        event(new Event.Tick());
        assertThat(all(Action.Send.class)).isEmpty();
        assertThat(state.durable().incidents()).isEmpty();
    }

    @Test
    void aRepairThatAWindowHasCaughtIsProvedAndToldInIt() {
        policy = with(
                Set.of(), List.of(new Window(Set.of(DayOfWeek.THURSDAY), LocalTime.of(3, 13), Duration.ofMinutes(1))));
        event(new Event.Started());
        bothSee(false, false);
        now = Instant.parse("2026-01-22T03:13:00Z");
        repairEnds();
        bothSee(true, true);
        assertThat(state.durable().incidents().getFirst().phase()).isInstanceOf(Incident.Resolved.class);
        pass(Duration.ofSeconds(2));
        event(new Event.Tick());
        assertThat(all(Action.Send.class)).isNotEmpty();
    }

    @Test
    void aRemedyThatTheOwnerKeepsForHimselfIsOnlyTold() {
        policy = with(Set.of(Remedy.OpenPaths.ID), List.of());
        event(new Event.Started());
        bothSee(false, false);
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).isEmpty();
        assertThat(state.durable().incidents().getFirst().worst()).isEqualTo(Level.CRITICAL);
    }

    @Test
    void aBadConfigurationOfItsOwnIsOneWarningUntilItIsMended() {
        policy = policy.here(SITE, Services.NONE, true, Set.of(CheckId.SETTINGS), Optional.empty());
        event(new Event.Started());
        for (int i = 0; i < 100; i++) {
            bothSee(true, true);
            event(new Event.Observed(new Observation(
                    CheckId.SETTINGS, now, new Observation.Failed(new Finding.Config("lectio.yaml:3:1", "unknown")))));
            pass(Duration.ofSeconds(5));
        }
        assertThat(state.durable().incidents()).hasSize(1);
        assertThat(state.durable().incidents().getFirst().worst()).isEqualTo(Level.WARNING);
        assertThat(all(Action.Repair.class)).isEmpty();
        event(new Event.Observed(
                new Observation(CheckId.SETTINGS, now, new Observation.Passed(new Finding.Config("", "")))));
        assertThat(state.durable().incidents().getFirst().phase()).isInstanceOf(Incident.Resolved.class);
    }

    @Test
    void tellsAPersonWhatLiesAboveTheSiteRoot() {
        Denial higher = new Denial(
                Path.of("/var"),
                true,
                0700,
                "root:root",
                START,
                Instant.EPOCH,
                Place.HIGHER,
                Optional.of(Obstacle.OUTSIDE_SITE),
                Optional.empty());
        event(new Event.Started());
        event(new Event.Observed(new Observation(
                CheckId.FILES, now, new Observation.Failed(new Access("www-data", 5, List.of(higher), 1, 1)))));
        assertThat(all(Action.Repair.class)).isEmpty();
        assertThat(state.durable().incidents()).isNotEmpty();
    }

    @Test
    void actsOnNoLookThatHadNoResult() {
        event(new Event.Started());
        for (int i = 0; i < 20; i++) {
            event(new Event.Observed(new Observation(CheckId.FILES, now, new Observation.Unknown("no such user"))));
            pass(Duration.ofSeconds(5));
        }
        assertThat(all(Action.Repair.class)).isEmpty();
        assertThat(state.durable().incidents()).isNotEmpty();
    }

    @Test
    void sendsNothingBeforeTheChannelAllowsIt() {
        event(new Event.Started());
        bothSee(false, false);
        repairEnds();
        bothSee(true, true);
        pass(Duration.ofSeconds(2));
        event(new Event.Tick());
        var parcel = all(Action.Send.class).findFirst().orElseThrow().parcel();
        event(new Event.Delivered(parcel, new Delivery.RetryAfter(Duration.ofMinutes(5))));
        actions.clear();
        for (int i = 0; i < 299; i++) {
            pass(Duration.ofSeconds(1));
            event(new Event.Tick());
        }
        assertThat(all(Action.Send.class)).isEmpty();
        pass(Duration.ofSeconds(2));
        event(new Event.Tick());
        assertThat(all(Action.Send.class)).hasSize(1);
    }

    private static Access files(boolean leftAlone, String... closed) {
        List<Denial> all = new ArrayList<>();
        for (String name : closed) {
            all.add(new Denial(
                    WEB.resolve(name),
                    false,
                    0,
                    "root:root",
                    START,
                    Instant.EPOCH,
                    Place.INSIDE,
                    Optional.empty(),
                    Optional.empty()));
        }
        if (leftAlone) {
            all.add(new Denial(
                    WEB.resolve("linked.js"),
                    false,
                    0,
                    "root:root",
                    START,
                    Instant.EPOCH,
                    Place.INSIDE,
                    Optional.of(Obstacle.HARD_LINKS),
                    Optional.empty()));
        }
        return new Access("www-data", 200, all, all.size(), leftAlone ? 1 : 0);
    }

    private void seesFiles(Access access) {
        Instant since = now;
        pass(Duration.ofMillis(5));
        event(new Event.Observed(new Observation(
                CheckId.FILES,
                since,
                access.deniedTotal() == 0 ? new Observation.Passed(access) : new Observation.Failed(access))));
    }

    private Optional<Incident> of(CheckId subject) {
        return state.durable().incidents().stream()
                .filter(incident -> incident.subject() == subject)
                .findFirst();
    }

    @Test
    void whatMayNotBeTouchedIsAnIncidentOfItsOwnAndHoldsUpNoProof() {
        event(new Event.Started());
        seesFiles(files(true, "index.html"));
        sees(CheckId.PAGE, false, now);
        repairEnds(CheckId.FILES);
        seesFiles(files(true));
        sees(CheckId.PAGE, true, now);
        assertThat(of(CheckId.FILES).orElseThrow().phase()).isInstanceOf(Incident.Resolved.class);
        assertThat(of(CheckId.LEFT_ALONE).orElseThrow().phase()).isInstanceOf(Incident.Open.class);
        assertThat(ledger().row()).isZero();
        for (int i = 0; i < 4; i++) {
            pass(Duration.ofMinutes(2));
            seesFiles(files(true, "index.html"));
            repairEnds(CheckId.FILES);
            seesFiles(files(true));
            sees(CheckId.PAGE, true, now);
        }
        assertThat(all(Action.Repair.class)).as("none is counted as in vain").hasSize(5);
    }

    private Ledger ledger() {
        return state.durable().ledgers().getOrDefault(Remedy.OpenPaths.ID, Ledger.EMPTY);
    }

    private void repairEnds(CheckId subject) {
        event(new Event.RepairDone(
                of(subject).orElseThrow().id(), new RepairResult.Changed(0, 1, List.of(), 0, Path.of("/j/1.tsv"))));
    }

    @Test
    void aPageThatFailsAfterTheRepairSpendsNoAttemptBeforeTheFilesWereLookedAt() {
        event(new Event.Started());
        bothSee(false, false);
        repairEnds();
        pass(Duration.ofMillis(5));
        sees(CheckId.PAGE, false, now);
        assertThat(all(Action.Repair.class)).hasSize(1);
        bothSee(true, true);
        assertThat(state.durable().incidents().getFirst().phase()).isInstanceOf(Incident.Resolved.class);
    }

    /// As a copy over a slow line: a file every two seconds.
    @Test
    void filesThatArriveSecondsApartAreOneIncidentOneAttemptAndOneMessage() {
        event(new Event.Started());
        for (int i = 0; i < 25; i++) {
            Denial arrived = new Denial(
                    WEB.resolve("chunk" + i + ".js"),
                    false,
                    0600,
                    "root:root",
                    now,
                    now,
                    Place.INSIDE,
                    Optional.empty(),
                    Optional.empty());
            seesFiles(new Access("www-data", 200, List.of(arrived), 1, 0));
            repairEnds(CheckId.FILES);
            seesFiles(files(false));
            sees(CheckId.PAGE, true, now);
            deliver();
            pass(Duration.ofSeconds(2));
            event(new Event.Tick());
            deliver();
        }
        assertThat(ledger().spent()).hasSize(1);
        assertThat(all(Action.Send.class)
                        .map(send -> send.parcel().alerts().getFirst().id()))
                .as("edits of one message")
                .containsOnly(all(Action.Send.class)
                        .findFirst()
                        .orElseThrow()
                        .parcel()
                        .alerts()
                        .getFirst()
                        .id());
    }

    private void deliver() {
        List<Action.Send> sends = all(Action.Send.class).toList();
        if (!sends.isEmpty() && !state.sending().isEmpty()) {
            event(new Event.Delivered(sends.getLast().parcel(), new Delivery.Accepted(Optional.of(7L))));
        }
    }

    @Test
    void anotherFileClosedAfterTheProofIsANewIncidentAlthoughFilesAreWritten() {
        event(new Event.Started());
        seesFiles(files(false, "index.html"));
        repairEnds(CheckId.FILES);
        seesFiles(files(false));
        sees(CheckId.PAGE, true, now);
        long first = of(CheckId.FILES).orElseThrow().id();
        event(new Event.PathsChanged(now));
        pass(Duration.ofMillis(700));
        event(new Event.PathsChanged(now));
        seesFiles(files(false, "main.js"));
        assertThat(of(CheckId.FILES).orElseThrow().id()).isNotEqualTo(first);
        assertThat(all(Action.Repair.class)).hasSize(2);
    }

    @Test
    void nothingIsRepairedAndNothingSpentWhileTheStateCannotBeSaved() {
        state = state.degraded(true);
        event(new Event.Started());
        bothSee(false, false);
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).isEmpty();
        assertThat(state.durable().ledgers()).isEmpty();
        assertThat(state.durable().incidents().getFirst().phase()).isInstanceOf(Incident.Degraded.class);
        assertThat(state.durable().incidents().getFirst().worst()).isEqualTo(Level.CRITICAL);
        state = state.degraded(false);
        event(new Event.Tick());
        assertThat(all(Action.Repair.class)).hasSize(1);
    }

    @Test
    void aClockThatIsSetBackADayStretchesNoWaitAndLetsNothingOldProve() {
        event(new Event.Started());
        bothSee(false, false);
        for (int i = 0; i < 3; i++) {
            repairEnds();
            bothSee(false, false);
        }
        assertThat(all(Action.Repair.class)).hasSize(3);
        now = now.minus(Duration.ofDays(1));
        event(new Event.Tick());
        pass(Duration.ofMinutes(5).plusSeconds(1));
        event(new Event.Tick());
        assertThat(all(Action.Repair.class)).as("one trial after the cooldown").hasSize(4);
        repairEnds();
        event(new Event.Tick());
        assertThat(state.durable().incidents().getFirst().phase()).isInstanceOf(Incident.Proving.class);
        bothSee(true, true);
        assertThat(state.durable().incidents().getFirst().phase()).isInstanceOf(Incident.Resolved.class);
    }

    private void order(Order order) {
        event(new Event.Ordered(order));
    }

    private Order.Spell spell(Duration length) {
        return new Order.Spell(now, now.plus(length), "root", "a new disk");
    }

    private List<Alert> sent() {
        return all(Action.Send.class)
                .flatMap(send -> send.parcel().alerts().stream())
                .toList();
    }

    private void tellAll() {
        for (int i = 0; i < 20; i++) {
            pass(Duration.ofSeconds(1));
            event(new Event.Tick());
            all(Action.Send.class)
                    .filter(send -> !state.sending().isEmpty())
                    .reduce((_, last) -> last)
                    .ifPresent(
                            send -> event(new Event.Delivered(send.parcel(), new Delivery.Accepted(Optional.of(7L)))));
        }
    }

    private void boots(Duration grace) {
        event(new Event.Started(Optional.of(now.plus(grace))));
    }

    /// Promise 26: services come up by themselves.
    @Test
    void afterABootNothingIsRepairedOrToldUntilTheSiteWasWellOnce() {
        boots(Duration.ofMinutes(2));
        for (int i = 0; i < 10; i++) {
            bothSee(false, false);
            pass(Duration.ofSeconds(10));
            event(new Event.Tick());
        }
        assertThat(all(Action.Repair.class)).isEmpty();
        bothSee(true, true);
        bothSee(true, true);
        tellAll();
        assertThat(sent()).isEmpty();
        bothSee(false, true);
        assertThat(all(Action.Repair.class)).as("the grace is over").hasSize(1);
    }

    @Test
    void whatIsBrokenTwoMinutesAfterABootIsRepairedThen() {
        boots(Duration.ofMinutes(2));
        bothSee(false, false);
        pass(Duration.ofSeconds(119));
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).isEmpty();
        pass(Duration.ofSeconds(1));
        event(new Event.Tick());
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).hasSize(1);
    }

    @Test
    void aGuardThatIsStartedAnewActsFromItsFirstRound() {
        boots(Duration.ofMinutes(2));
        bothSee(false, false);
        event(new Event.Started());
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).hasSize(1);
    }

    @Test
    void aClockThatIsSetBackDoesNotProlongTheGrace() {
        boots(Duration.ofMinutes(2));
        pass(Duration.ofHours(-3));
        event(new Event.Tick());
        pass(Duration.ofMinutes(2));
        event(new Event.Tick());
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).hasSize(1);
    }

    @Test
    void duringMaintenanceNothingIsRepairedAndNothingNewIsTold() {
        event(new Event.Started());
        order(new Order.Maintenance(spell(Duration.ofHours(1))));
        for (int i = 0; i < 50; i++) {
            bothSee(false, false);
            pass(Duration.ofMinutes(1));
            event(new Event.Tick());
        }
        assertThat(all(Action.Repair.class)).isEmpty();
        assertThat(sent()).isEmpty();
        assertThat(state.durable().incidents())
                .singleElement()
                .extracting(Incident::worst)
                .isEqualTo(Level.INFO);
    }

    @Test
    void whatStillLastsAtTheEndOfMaintenanceIsAnOrdinaryIncidentFromThenOn() {
        event(new Event.Started());
        order(new Order.Maintenance(spell(Duration.ofHours(1))));
        bothSee(false, false);
        long during = state.durable().incidents().getFirst().id();
        pass(Duration.ofHours(1));
        event(new Event.Tick());
        assertThat(state.durable().incidents()).isEmpty();
        assertThat(all(Action.Repair.class)).isEmpty();
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).hasSize(1);
        Incident after = state.durable().incidents().getFirst();
        assertThat(after.id()).isNotEqualTo(during);
        assertThat(after.worst()).isEqualTo(Level.WARNING);
    }

    @Test
    void whatWasMendedDuringMaintenanceIsNeverTold() {
        event(new Event.Started());
        order(new Order.Maintenance(spell(Duration.ofHours(1))));
        bothSee(false, false);
        bothSee(true, true);
        order(new Order.EndMaintenance("root"));
        bothSee(true, true);
        tellAll();
        assertThat(sent()).isEmpty();
        assertThat(state.durable().incidents()).isEmpty();
    }

    @Test
    void whatWasToldBeforeMaintenanceIsToldToItsEnd() {
        policy = Policies.of(SITE, Services.NONE, false);
        event(new Event.Started());
        bothSee(false, false);
        tellAll();
        int before = sent().size();
        assertThat(before).isPositive();
        order(new Order.Maintenance(spell(Duration.ofHours(1))));
        bothSee(true, true);
        bothSee(true, true);
        tellAll();
        assertThat(sent()).hasSizeGreaterThan(before);
        assertThat(sent().getLast().incident().phase()).isInstanceOf(Incident.Resolved.class);
    }

    @Test
    void maintenanceOutlivesTheGuardAndEndsByItself() {
        event(new Event.Started());
        order(new Order.Maintenance(spell(Duration.ofHours(1))));
        state = GuardState.begin(state.durable());
        event(new Event.Started());
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).isEmpty();
        pass(Duration.ofHours(2)); // the guard was away at its end
        state = GuardState.begin(state.durable());
        event(new Event.Started());
        assertThat(state.durable().maintenance()).isEmpty();
        bothSee(false, false);
        assertThat(all(Action.Repair.class)).hasSize(1);
    }

    @Test
    void aClockThatIsSetBackDoesNotProlongMaintenance() {
        event(new Event.Started());
        order(new Order.Maintenance(spell(Duration.ofHours(1))));
        pass(Duration.ofMinutes(30));
        event(new Event.Tick());
        now = now.minus(Duration.ofDays(1));
        event(new Event.Tick());
        pass(Duration.ofMinutes(30));
        event(new Event.Tick());
        assertThat(state.durable().maintenance()).isEmpty();
    }

    @Test
    void duringSilenceRepairsGoOnAndAtItsEndWhatHasGatheredIsOneMessage() {
        event(new Event.Started());
        order(new Order.Silence(spell(Duration.ofHours(1))));
        for (int i = 0; i < 2; i++) {
            bothSee(false, false);
            repairEnds();
            bothSee(true, true);
            pass(Duration.ofMinutes(10));
            event(new Event.Tick());
        }
        assertThat(all(Action.Repair.class)).hasSize(2);
        assertThat(sent()).isEmpty();
        pass(Duration.ofMinutes(40));
        event(new Event.Tick());
        assertThat(state.durable().silence()).isEmpty();
        assertThat(all(Action.Send.class)).hasSize(1);
        assertThat(sent()).hasSize(2);
    }

    @Test
    void anOrderIsWrittenInTheLogAtItsBeginningAndAtItsEnd() {
        event(new Event.Started());
        order(new Order.Silence(spell(Duration.ofHours(1))));
        order(new Order.EndSilence("deploy"));
        assertThat(all(Action.Log.class).map(log -> log.remark().inWords()))
                .containsOnlyOnce("silence until 2026-01-22T04:12:00Z by root: a new disk", "silence ended by deploy");
    }
}
