package io.lectio.core;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Service;
import io.lectio.core.health.Observation;
import io.lectio.core.health.ProcessView;
import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.health.UnitState.Load;
import io.lectio.core.health.UnitState.Stop;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Notice;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.core.policy.UnitFailure;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What happens to a service, told step by step, with the clock in hand: one look every five seconds.
class ServiceStoriesTest {
    private static final URI PAGE = URI.create("http://localhost/");
    private static final URI API = URI.create("http://localhost/api/health/");
    private static final Site SITE = new Site(
            PAGE,
            "127.0.0.1",
            Path.of("/var/www/site"),
            Path.of("/var/www/site/build"),
            "www-data",
            new PrivatePatterns(List.of()));
    private static final String APP = "panel.service";
    private static final String WEB = "nginx.service";
    private static final Policy POLICY = Policies.of(
            SITE,
            new Services(
                    Optional.of(new Services.App(APP, "127.0.0.1:8000", API)),
                    Optional.of(new Services.Proxy(WEB, true))),
            true);
    private static final Duration ROUND = Duration.ofSeconds(5);

    private Instant now = Instant.parse("2026-01-22T03:12:00Z");
    private GuardState state = GuardState.begin(GuardState.Durable.EMPTY);
    private Instant wakeAt = now;
    private final List<Action> actions = new ArrayList<>();

    private Active active = Active.ACTIVE;
    private String sub = "running";
    private Stop stop = Stop.NOT_ASKED;
    private Load load = Load.LOADED;
    private int run = 1;
    private int restarts;
    private boolean answers = true;
    private boolean works;
    private boolean paused;
    private boolean packages;
    private Optional<Condition.Unfit> unfit = Optional.empty();
    private Instant answeredAt = now;
    private Duration worked = Duration.ZERO;
    private boolean apiWell = true;
    private boolean listens = true;
    private boolean hasAnswered = true;
    private boolean refusedOnce;
    private boolean helperPaused;
    private int mainPid = 10;
    private Instant since = now;
    private boolean webWell = true;

    private void event(Event event) {
        Decision decision = Guard.decide(state, event, now, POLICY);
        state = decision.next();
        wakeAt = decision.wakeAt();
        actions.addAll(decision.actions());
    }

    @BeforeEach
    void startsWell() {
        event(new Event.Started());
        round();
        actions.clear();
    }

    /// All checks look, five seconds later.
    private void round() {
        now = now.plus(ROUND);
        lookAt(CheckId.APP);
        sees(
                CheckId.PROXY,
                new Observation.Sampled(
                        webWell
                                ? service(WEB, Active.ACTIVE, "running", true, false)
                                : service(WEB, Active.FAILED, "failed", false, false)));
        sees(CheckId.CONFIG, new Observation.Passed(new Finding.Config("", "")));
        sees(CheckId.FILES, new Observation.Passed(new Finding.Access("www-data", 9, List.of(), 0, 0)));
        sees(CheckId.API, answered(CheckId.API, API, apiWell ? 200 : 502));
        sees(CheckId.PAGE, answered(CheckId.PAGE, PAGE, webWell ? 200 : 502));
    }

    private void lookAt(CheckId check) {
        sees(check, new Observation.Sampled(service(APP, active, sub, answers, paused)));
    }

    private void sees(CheckId check, Observation.Outcome outcome) {
        Instant since = now;
        now = now.plusMillis(1);
        event(new Event.Observed(new Observation(check, since, outcome)));
    }

    private static Observation.Outcome answered(CheckId check, URI url, int status) {
        Answer answer = new Answer(
                url,
                Optional.of(status),
                Duration.ofMillis(3),
                status == 200 ? Optional.empty() : Optional.of(new Fault(Fault.Kind.STATUS, status + " ")));
        Answers all = new Answers(check, List.of(answer), Duration.ofMillis(3));
        return status == 200 ? new Observation.Passed(all) : new Observation.Failed(all);
    }

    private Service service(String unit, Active state, String word, boolean answering, boolean stopped) {
        boolean mine = unit.equals(APP);
        if (mine && (answering || (!listens && !refusedOnce))) {
            answeredAt = now;
        }
        if (mine && works) {
            worked = worked.plusSeconds(2);
        }
        UnitState seen = new UnitState(
                unit,
                mine ? load : Load.LOADED,
                state,
                word,
                "success",
                "run" + (mine ? run : 0),
                mine ? restarts : 0,
                mine ? mainPid : 10,
                "signal 9",
                since,
                true,
                mine ? stop : Stop.NOT_ASKED,
                false,
                "/system.slice/" + unit);
        boolean refuses = mine && !listens;
        Answer answer = new Answer(
                API,
                refuses ? Optional.empty() : Optional.of(200),
                Duration.ofMillis(2),
                refuses ? Optional.of(new Fault(Fault.Kind.REFUSED, "refused")) : Optional.empty());
        return new Service(
                seen,
                processes(stopped),
                hasAnswered || !mine ? Optional.of(answer) : Optional.empty(),
                mine ? answeredAt : now,
                packages,
                mine && state != Active.ACTIVE ? unfit : Optional.empty(),
                true);
    }

    private List<ProcessView> processes(boolean stopped) {
        Instant began = Instant.parse("2026-01-01T00:00:00Z");
        return List.of(
                new ProcessView(10, 1, "gunicorn", 'S', began, Duration.ZERO, Set.of()),
                new ProcessView(11, 10, "gunicorn", stopped ? 'T' : 'S', began, worked, Set.of(7L)),
                new ProcessView(12, 10, "helper", stopped || helperPaused ? 'T' : 'S', began, Duration.ZERO, Set.of()));
    }

    private List<Remedy> repairs() {
        return actions.stream()
                .filter(Action.Repair.class::isInstance)
                .map(action -> ((Action.Repair) action).remedy())
                .toList();
    }

    private Incident incident() {
        return state.durable().incidents().getFirst();
    }

    private void ends() {
        active = Active.ACTIVATING;
        sub = "auto-restart";
        answers = false;
        apiWell = false;
    }

    private void isUpAgain() {
        active = Active.ACTIVE;
        sub = "running";
        answers = true;
        apiWell = true;
        paused = false;
        run++;
    }

    private void restarted() {
        event(new Event.RepairDone(
                incident().id(), new RepairResult.Restarted(APP, false, List.of(), Path.of("/evidence/1-1.txt"))));
    }

    @Test
    void aServiceThatEndedIsRestartedAtTheFirstSightAndProvedByAnAnswerOfItsNewRun() {
        ends();
        event(new Event.ServiceChanged(CheckId.APP));
        lookAt(CheckId.APP);
        assertThat(repairs()).containsExactly(new Remedy.Restart(APP, false, false));
        isUpAgain();
        restarted();
        assertThat(incident().phase()).isInstanceOf(Incident.Proving.class);
        round();
        assertThat(incident().phase()).isInstanceOf(Incident.Resolved.class);
        assertThat(incident().worst()).isEqualTo(Level.WARNING);
    }

    /// systemd goes on trying meanwhile, and each of its runs is seen for a moment.
    @Test
    void whatAStartDoesNotMendIsToldAtOnceAndTriedOnceACooldown() {
        unfit = Optional.of(new Condition.Unfit(Condition.Reason.IMPORT_ERROR, "ImportError: no"));
        ends();
        for (int i = 0; i < 29; i++) {
            round();
            if (i % 2 == 1) {
                isUpAgain();
                restarts++;
                answers = false;
                hasAnswered = false;
                apiWell = false;
                round();
                ends();
            }
        }
        assertThat(repairs()).isEmpty();
        assertThat(incident().worst()).isEqualTo(Level.CRITICAL);
        assertThat(incident().diagnosis().inWords()).contains("cannot start, import error: ImportError: no");
        assertThat(state.durable().outbox().alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.revision())
                        .as("it is not told anew with each of systemd's tries")
                        .isLessThanOrEqualTo(2));
        for (int i = 0; i < 20; i++) {
            round();
        }
        assertThat(repairs()).containsExactly(new Remedy.Restart(APP, false, false));
    }

    @Test
    void whatNoLongerKeepsItFromStartingIsNotWaitedFor() {
        unfit = Optional.of(new Condition.Unfit(Condition.Reason.PORT_TAKEN, "8000 by nc (7)"));
        ends();
        round();
        round();
        assertThat(repairs()).isEmpty();
        unfit = Optional.empty();
        round();
        assertThat(repairs()).containsExactly(new Remedy.Restart(APP, false, false));
    }

    @Test
    void aCrashThatSystemdHealedByItselfIsToldOnceAndNothingIsDone() {
        run = 2;
        restarts = 1;
        lookAt(CheckId.APP);
        assertThat(incident().diagnosis().kindName()).isEqualTo("Crashed");
        round();
        round();
        assertThat(repairs()).isEmpty();
        assertThat(incident().phase()).isInstanceOf(Incident.Resolved.class);
        for (int i = 0; i < 15; i++) {
            round();
        }
        assertThat(state.durable().incidents()).isEmpty();
    }

    @Test
    void whatAPersonStoppedIsToldAndLeft() {
        active = Active.INACTIVE;
        sub = "dead";
        stop = Stop.ASKED;
        answers = false;
        apiWell = false;
        for (int i = 0; i < 100; i++) {
            round();
        }
        assertThat(repairs()).isEmpty();
        assertThat(state.durable().incidents()).hasSize(1);
        assertThat(incident().worst()).isEqualTo(Level.INFO);
    }

    @Test
    void whatEndedWhileNobodyWatchedIsAPersons() {
        active = Active.INACTIVE;
        sub = "dead";
        stop = Stop.UNKNOWN;
        round();
        assertThat(repairs()).isEmpty();
        load = Load.MASKED;
        round();
        assertThat(repairs()).isEmpty();
    }

    @Test
    void noAnswerAndNoProgressForThirtySecondsIsAHang() {
        answers = false;
        apiWell = false;
        for (int i = 0; i < 5; i++) {
            round();
            assertThat(repairs()).isEmpty();
        }
        round();
        assertThat(repairs()).containsExactly(new Remedy.Restart(APP, true, false));
    }

    @Test
    void noAnswerButProgressIsOverloadAndNeverRestarted() {
        answers = false;
        apiWell = false;
        works = true;
        for (int i = 0; i < 120; i++) {
            round();
        }
        assertThat(repairs()).isEmpty();
        assertThat(state.durable().incidents()).hasSize(1);
        assertThat(incident().diagnosis().kindName()).isEqualTo("Busy");
        assertThat(incident().worst()).as("one message").isEqualTo(Level.WARNING);
        for (int i = 0; i < 80; i++) {
            round();
        }
        assertThat(repairs()).isEmpty();
        assertThat(incident().worst()).as("an overload that does not end").isEqualTo(Level.CRITICAL);
        works = false;
        for (int i = 0; i < 7; i++) {
            round();
        }
        assertThat(repairs()).as("and then it hangs").hasSize(1);
    }

    /// Rounds that come a little early would else cost a whole one more.
    @Test
    void whatHasHungForAllButASecondIsLookedAtAgainSoon() {
        answers = false;
        for (int i = 0; i < 5; i++) {
            round();
        }
        now = now.plusSeconds(4);
        lookAt(CheckId.APP);
        assertThat(repairs()).isEmpty();
        assertThat(Duration.between(now, wakeAt)).isLessThan(Duration.ofMillis(200));
        now = wakeAt;
        actions.clear();
        event(new Event.Tick());
        assertThat(actions).contains(new Action.Look(CheckId.APP, List.of()));
    }

    @Test
    void aClockThatLeapsAheadMakesNothingHang() {
        answers = false;
        now = now.plus(Duration.ofDays(1));
        round();
        assertThat(repairs()).isEmpty();
        answers = true;
        round();
        assertThat(state.durable().incidents()).isEmpty();
    }

    @Test
    void stoppedProcessesAreAFaultAfterHalfASecond() {
        paused = true;
        answers = false;
        lookAt(CheckId.APP);
        now = now.plusMillis(400);
        lookAt(CheckId.APP);
        assertThat(repairs()).isEmpty();
        now = now.plusMillis(100);
        lookAt(CheckId.APP);
        assertThat(repairs()).containsExactly(new Remedy.Restart(APP, true, false));
    }

    @Test
    void theTimeToBeSureOfAFaultIsNotWaitedForOnceMoreBeforeItIsTold() {
        ends();
        lookAt(CheckId.APP);
        Instant seenAtOnce = now;
        assertThat(firstAlert().dueAt()).isEqualTo(seenAtOnce.plusSeconds(2));

        startAnew();
        paused = true;
        answers = false;
        lookAt(CheckId.APP);
        Instant stoppedAt = now;
        now = now.plusMillis(1_500);
        lookAt(CheckId.APP);
        assertThat(firstAlert().dueAt()).isAfter(stoppedAt.plusMillis(2_400)).isBefore(stoppedAt.plusMillis(2_600));
    }

    private Alert firstAlert() {
        return state.durable().outbox().alerts().getFirst();
    }

    private void startAnew() {
        isUpAgain();
        state = GuardState.begin(GuardState.Durable.EMPTY);
        startsWell();
    }

    @Test
    void oneStoppedProcessOfAServiceThatAnswersIsLeft() {
        helperPaused = true;
        for (int i = 0; i < 20; i++) {
            round();
        }
        assertThat(actions).noneMatch(Action.Repair.class::isInstance);
        assertThat(state.durable().incidents()).isEmpty();
    }

    @Test
    void aRunThatHasNeverListenedWhereItIsAskedIsToldAndNeverRestarted() {
        run = 2;
        answers = false;
        listens = false;
        for (int i = 0; i < 100; i++) {
            round();
        }
        assertThat(repairs()).isEmpty();
        assertThat(incident().diagnosis().kindName()).isEqualTo("Deaf");
        assertThat(incident().worst()).as("the site is well").isEqualTo(Level.WARNING);
    }

    @Test
    void aRunThatRefusedAtItsStartAndThenLetsInButNeverAnswersHangs() {
        run = 2;
        answers = false;
        apiWell = false;
        listens = false;
        round();
        refusedOnce = true;
        for (int i = 0; i < 7; i++) {
            round();
        }
        assertThat(repairs()).containsExactly(new Remedy.Restart(APP, true, false));
    }

    @Test
    void aRunThatListenedAndNoLongerDoesHangs() {
        answers = false;
        listens = false;
        apiWell = false;
        for (int i = 0; i < 7; i++) {
            round();
        }
        assertThat(repairs()).containsExactly(new Remedy.Restart(APP, true, false));
    }

    @Test
    void aServiceThatSeemsSilentWhileVisitorsAreAnsweredIsLeft() {
        answers = false;
        for (int i = 0; i < 100; i++) {
            round();
        }
        assertThat(repairs()).isEmpty();
        assertThat(incident().worst()).isEqualTo(Level.WARNING);
    }

    @Test
    void whatIsLeftOfADeadServiceIsNotWaitedFor() {
        active = Active.DEACTIVATING;
        sub = "stop-sigterm";
        mainPid = 0;
        answers = false;
        since = now;
        lookAt(CheckId.APP);
        assertThat(repairs()).as("it may end by itself").isEmpty();
        round();
        assertThat(repairs()).hasSize(1);
    }

    @Test
    void aStartWithoutEndIsToldWithItsStepAndLeft() {
        run = 2;
        active = Active.ACTIVATING;
        sub = "start-pre";
        answers = false;
        apiWell = false;
        for (int i = 0; i < 14; i++) {
            round();
        }
        assertThat(repairs()).isEmpty();
        assertThat(incident().diagnosis().inWords()).contains("start-pre");
        assertThat(incident().worst()).isEqualTo(Level.CRITICAL);
    }

    @Test
    void anApiThatFailedLongBeforeNeitherHidesNorHoldsUpTheWebServersRepair() {
        apiWell = false;
        for (int i = 0; i < 40; i++) {
            round();
        }
        assertThat(incident().subject()).isEqualTo(CheckId.API);
        long api = incident().id();
        actions.clear();
        webWell = false;
        round();
        assertThat(repairs()).containsExactly(new Remedy.Restart(WEB, false, true));
        Incident web = state.durable().incidents().getLast();
        assertThat(web.id()).as("an incident of its own").isNotEqualTo(api);
        webWell = true;
        event(new Event.RepairDone(
                web.id(), new RepairResult.Restarted(WEB, false, List.of(), Path.of("/evidence/2-1.txt"))));
        round();
        assertThat(state.durable().incidents().stream()
                        .filter(open -> open.subject() == CheckId.PROXY)
                        .map(Incident::phase))
                .singleElement()
                .isInstanceOf(Incident.Resolved.class);
        assertThat(state.durable().incidents().stream().map(Incident::id)).contains(api);
    }

    @Test
    void attemptsOfARowArePausesApart() {
        ends();
        round();
        List<Instant> attempts = new ArrayList<>();
        while (attempts.size() < 3) {
            if (incident().phase() instanceof Incident.Repairing) {
                attempts.add(now);
                restarted();
                run++;
            }
            now = now.plusMillis(500);
            lookAt(CheckId.APP);
        }
        assertThat(Duration.between(attempts.get(0), attempts.get(1))).isBetween(ofMillis(900), ofMillis(2_500));
        assertThat(Duration.between(attempts.get(1), attempts.get(2))).isBetween(ofMillis(14_000), ofMillis(16_500));
    }

    @Test
    void aServiceThatIsHealedAgainAndAgainNeedsAPerson() {
        for (int crash = 1; crash <= 5; crash++) {
            assertThat(state.durable().incidents().stream().map(Incident::worst))
                    .as("before crash " + crash)
                    .doesNotContain(Level.CRITICAL);
            ends();
            round();
            isUpAgain();
            restarted();
            round();
            round();
        }
        assertThat(incident().worst()).isEqualTo(Level.CRITICAL);
        assertThat(repairs()).hasSize(5);
    }

    @Test
    void aPersonsStopSoonAfterARepairIsToldByItself() {
        ends();
        round();
        isUpAgain();
        restarted();
        round();
        long repaired = incident().id();
        active = Active.INACTIVE;
        sub = "dead";
        stop = Stop.ASKED;
        answers = false;
        round();
        assertThat(repairs()).hasSize(1);
        assertThat(incident().id()).isNotEqualTo(repaired);
        assertThat(incident().diagnosis().kindName()).isEqualTo("ByHand");
    }

    @Test
    void aGuardThatDiedInItsRepairDoesNotWaitForTheHangOnceMore() {
        answers = false;
        apiWell = false;
        for (int i = 0; i < 6; i++) {
            round();
        }
        assertThat(repairs()).hasSize(1);
        hasAnswered = false;
        state = GuardState.begin(state.durable());
        now = now.plusSeconds(1);
        event(new Event.Started());
        round();
        assertThat(repairs()).hasSize(2);
    }

    @Test
    void aRunThatBeganSinceTheGuardDiedIsAnother() {
        answers = false;
        apiWell = false;
        for (int i = 0; i < 6; i++) {
            round();
        }
        run++;
        since = now.plusMillis(500);
        hasAnswered = false;
        state = GuardState.begin(state.durable());
        now = now.plusSeconds(1);
        event(new Event.Started());
        round();
        assertThat(repairs()).hasSize(1);
    }

    @Test
    void whatIsDownByAnothersFaultCallsNobodyForItsOwn() {
        webWell = false;
        Finding.Denial denial = new Finding.Denial(
                Path.of("/var/www/site/build/linked.js"),
                false,
                0600,
                "root",
                now,
                now,
                Finding.Place.INSIDE,
                Optional.of(Finding.Obstacle.HARD_LINKS),
                Optional.empty());
        round();
        sees(CheckId.FILES, new Observation.Failed(new Finding.Access("www-data", 9, List.of(denial), 1, 1)));
        Incident left = state.durable().incidents().getLast();
        assertThat(left.subject()).isEqualTo(CheckId.LEFT_ALONE);
        assertThat(left.symptom()).isEmpty();
        assertThat(left.worst()).isEqualTo(Level.WARNING);
        webWell = true;
        now = now.plus(ROUND);
        sees(CheckId.PROXY, new Observation.Sampled(service(WEB, Active.ACTIVE, "running", true, false)));
        assertThat(state.durable().incidents().getLast().worst())
                .as("the page was not asked since the web server came back")
                .isEqualTo(Level.WARNING);
    }

    @Test
    void aRestartWaitsForThePackageManagerAtMostTenMinutes() {
        packages = true;
        round();
        ends();
        for (int i = 0; i < 119; i++) {
            round();
        }
        assertThat(repairs()).isEmpty();
        assertThat(incident().phase()).isInstanceOf(Incident.Held.class);
        round();
        round();
        assertThat(repairs()).hasSize(1);
    }

    @Test
    void aServiceThatNeverStartsIsTriedThreeTimesThenOnceAfterEachCooldownAndEscalates() {
        ends();
        int seconds = 0;
        for (; seconds < 3_600; seconds += 5) {
            round();
            if (state.durable().incidents().stream().anyMatch(open -> open.phase() instanceof Incident.Repairing)) {
                restarted();
                run++;
            }
        }
        assertThat(repairs()).hasSize(3 + 11);
        assertThat(incident().worst()).isEqualTo(Level.CRITICAL);
    }

    @Test
    void aWebServerWhoseConfigurationIsBadIsNotRestarted() {
        now = now.plus(ROUND);
        sees(CheckId.PROXY, new Observation.Sampled(service(WEB, Active.FAILED, "failed", false, false)));
        assertThat(repairs()).containsExactly(new Remedy.Restart(WEB, false, true));
        event(new Event.RepairDone(
                incident().id(), new RepairResult.Refused(new Finding.Config("/etc/nginx/nginx.conf:7", "unknown"))));
        for (int i = 0; i < 3; i++) {
            now = now.plus(ROUND);
            sees(CheckId.PROXY, new Observation.Sampled(service(WEB, Active.FAILED, "failed", false, false)));
        }
        assertThat(repairs()).hasSize(1);
        assertThat(incident().diagnosis().inWords()).contains("/etc/nginx/nginx.conf:7");
    }

    @Test
    void anIncidentThatLastsFiveMinutesNeedsAPerson() {
        packages = true;
        round();
        ends();
        apiWell = true;
        for (int i = 0; i < 61; i++) {
            round();
        }
        assertThat(incident().worst()).isEqualTo(Level.CRITICAL);
    }

    @Test
    void aPageThatNamesNoFileAnyMoreIsAnotherPage() {
        sees(CheckId.PAGE, new Observation.Passed(pageNaming(3)));
        for (int i = 0; i < 3; i++) {
            now = now.plus(ROUND);
            sees(CheckId.PAGE, new Observation.Passed(pageNaming(0)));
        }
        assertThat(incident().subject()).isEqualTo(CheckId.PAGE);
        assertThat(incident().worst()).isEqualTo(Level.CRITICAL);
        now = now.plus(ROUND);
        sees(CheckId.PAGE, new Observation.Passed(pageNaming(5)));
        assertThat(incident().phase()).as("a deploy of more files").isInstanceOf(Incident.Resolved.class);
    }

    @Test
    void aSlowPageIsAWarningAndNoPersonIsCalled() {
        Answer slow = new Answer(
                PAGE,
                Optional.of(200),
                Duration.ofSeconds(6),
                Optional.of(new Fault(Fault.Kind.SLOW, "answered after 6.0 s")));
        for (int i = 0; i < 100; i++) {
            now = now.plus(ROUND);
            sees(CheckId.PAGE, new Observation.Failed(new Answers(CheckId.PAGE, List.of(slow), Duration.ofSeconds(6))));
        }
        assertThat(incident().worst()).isEqualTo(Level.WARNING);
        assertThat(repairs()).isEmpty();
    }

    private static Answers pageNaming(int files) {
        Answer well = new Answer(PAGE, Optional.of(200), Duration.ofMillis(3), Optional.empty());
        return new Answers(CheckId.PAGE, List.of(well), files, Duration.ofMillis(3));
    }

    /// The notes of failed units that are sent until ten seconds later.
    private List<UnitFailure> failuresTold(UnitFailure failure) {
        event(new Event.Ordered(new Order.Failure(failure)));
        now = now.plusSeconds(11);
        event(new Event.Tick());
        return actions.stream()
                .filter(Action.Send.class::isInstance)
                .flatMap(send -> ((Action.Send) send).parcel().notices().stream())
                .map(Notice::news)
                .filter(Notice.Failed.class::isInstance)
                .map(news -> ((Notice.Failed) news).what())
                .toList();
    }

    private UnitFailure failure(String unit) {
        return new UnitFailure(unit, now, "watchdog", "signal 6", List.of(), true, 1);
    }

    @Test
    void aFailureThatNobodyHasSeenIsToldWithThoseBeforeIt() {
        event(new Event.Ordered(new Order.Failure(failure(APP))));
        assertThat(failuresTold(failure(APP))).singleElement().satisfies(told -> {
            assertThat(told.unit()).isEqualTo(APP);
            assertThat(told.times()).isEqualTo(2);
        });
    }

    @Test
    void aFailureOfAUnitWhoseIncidentIsOpenIsToldWithThatAlone() {
        active = Active.FAILED;
        sub = "failed";
        answers = false;
        apiWell = false;
        round();
        assertThat(state.durable().incidents()).isNotEmpty();
        assertThat(failuresTold(failure(APP))).isEmpty();
        assertThat(state.durable().outbox().hasFailures()).isFalse();
    }

    @Test
    void aFailureThatTheGuardComesToSeeIsToldWithItsIncident() {
        event(new Event.Ordered(new Order.Failure(failure(APP))));
        active = Active.FAILED;
        sub = "failed";
        answers = false;
        apiWell = false;
        round();
        assertThat(state.durable().outbox().hasFailures()).isFalse();
    }

    @Test
    void theFailureOfAUnitThatIsNotGuardedIsToldBesideAnIncident() {
        active = Active.FAILED;
        sub = "failed";
        answers = false;
        apiWell = false;
        round();
        event(new Event.Ordered(new Order.Failure(failure("other.service"))));
        assertThat(state.durable().outbox().hasFailures()).isTrue();
    }
}
