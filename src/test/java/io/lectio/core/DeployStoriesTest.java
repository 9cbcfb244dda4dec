package io.lectio.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Deploy.Kind;
import io.lectio.core.deploy.Deploy.Outcome;
import io.lectio.core.deploy.Release;
import io.lectio.core.deploy.Release.Standing;
import io.lectio.core.deploy.Releases;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Notice;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order;
import io.lectio.core.policy.Part;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Deploys step by step, with the clock in hand; one look every five seconds, and one after each step.
class DeployStoriesTest {
    private static final Site SITE = new Site(
            URI.create("http://localhost/"),
            "127.0.0.1",
            Path.of("/var/www/site"),
            Path.of("/var/www/site/build"),
            "www-data",
            new PrivatePatterns(List.of()));
    private static final Policy POLICY = Policies.of(SITE, Services.NONE, true)
            .here(SITE, Services.NONE, true, Set.of(CheckId.RELEASE), Optional.empty());
    private static final Finding.Denial DENIED = new Finding.Denial(
            Path.of("/var/www/site/build/index.html"),
            false,
            0,
            "root:root",
            Instant.EPOCH,
            Instant.EPOCH,
            Finding.Place.INSIDE,
            Optional.empty(),
            Optional.empty());
    private static final Duration WATCH = POLICY.patience().watch();

    private Instant now = Instant.parse("2026-01-22T03:12:00Z");
    private GuardState state = GuardState.begin(GuardState.Durable.EMPTY);
    private final List<Action> actions = new ArrayList<>();
    private Optional<Fault> page = Optional.empty();
    private Optional<Finding.Drift> drift = Optional.empty();
    private boolean closed;
    private int status = 200;
    private long message = 100;

    @BeforeEach
    void startsWell() {
        event(new Event.Started());
        rounds(1);
    }

    private void event(Event event) {
        Decision decision = Guard.decide(state, event, now, POLICY);
        state = decision.next();
        actions.addAll(decision.actions());
        decision.actions().forEach(action -> {
            if (action instanceof Action.Send(Outbox.Parcel parcel)) {
                long id = parcel.message().orElseGet(() -> message++);
                event(new Event.Delivered(parcel, new Delivery.Accepted(Optional.of(id))));
            }
        });
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            now = now.plusSeconds(5);
            look();
        }
    }

    private void look() {
        List.of(CheckId.FILES, CheckId.RELEASE, CheckId.PAGE).forEach(this::look);
        event(new Event.Tick());
    }

    private void look(CheckId check) {
        if (check == CheckId.FILES) {
            List<Finding.Denial> denied = closed ? List.of(DENIED) : List.of();
            sees(check, !closed, new Finding.Access("www-data", 9, denied, denied.size(), 0));
        } else if (check == CheckId.RELEASE) {
            Finding.Drift none =
                    new Finding.Drift(releases().served().orElse(""), List.of(), 0, false, false, Instant.EPOCH);
            sees(check, drift.isEmpty(), drift.orElse(none));
        } else {
            Answer answer =
                    new Answer(SITE.page(), Optional.of(page.isEmpty() ? 200 : status), Duration.ofMillis(9), page);
            sees(check, page.isEmpty(), new Answers(check, List.of(answer), 3, Duration.ofMillis(9)));
        }
    }

    private void sees(CheckId check, boolean well, Finding finding) {
        event(new Event.Observed(
                new Observation(check, now, well ? new Observation.Passed(finding) : new Observation.Failed(finding))));
    }

    private Releases releases() {
        return state.durable().releases();
    }

    private Optional<Step> asked() {
        return releases().current().flatMap(Deploy::step);
    }

    private void done(StepResult result) {
        Deploy current = releases().current().orElseThrow();
        now = now.plusMillis(40);
        event(new Event.StepDone(current.id(), current.step().orElseThrow(), result));
        look();
    }

    private void well() {
        done(new StepResult.Done("well"));
    }

    private void offer(String id, boolean force) {
        event(new Event.DeployWanted(
                Deploy.offer(id, Kind.NEW, Set.of(Part.PAGES), id, "content of " + id, 9, 900, "root", force)));
    }

    private void adopted() {
        event(new Event.DeployWanted(
                Deploy.offer("first", Kind.ADOPTED, Set.of(Part.PAGES), "first", "", 0, 0, "root", false)));
        assertThat(asked()).contains(Step.ADOPT);
        done(new StepResult.Stored("content of first", 5, 500));
    }

    private void deployed(String id) {
        offer(id, false);
        assertThat(asked()).contains(Step.STAGE);
        well();
        assertThat(asked()).contains(Step.EXAMINE);
        well();
        assertThat(asked()).contains(Step.SWITCH);
        well();
        assertThat(asked()).contains(Step.GATE);
        well();
        assertThat(releases().live()).contains(id);
    }

    private Standing standing(String id) {
        return releases().find(id).map(Release::standing).orElseThrow();
    }

    private Outcome outcome(String id) {
        return releases().deploy(id).flatMap(Deploy::ended).orElseThrow().outcome();
    }

    private String why(String id) {
        return releases().deploy(id).flatMap(Deploy::ended).orElseThrow().why();
    }

    private List<Remedy> repairs() {
        return actions.stream()
                .filter(Action.Repair.class::isInstance)
                .map(action -> ((Action.Repair) action).remedy())
                .toList();
    }

    private void repaired(RepairResult result) {
        long open = state.durable().incidents().stream()
                .filter(each -> each.phase() instanceof Incident.Repairing)
                .findFirst()
                .orElseThrow()
                .id();
        now = now.plusMillis(40);
        event(new Event.RepairDone(open, result));
        now = now.plusMillis(40);
        look();
    }

    private static Fault fault() {
        return new Fault(Fault.Kind.STATUS, "500 Internal Server Error");
    }

    private Finding.Drift changed(boolean others) {
        List<String> files = others ? List.of("index.html", "static/main.js") : List.of("index.html");
        return new Finding.Drift(releases().live().orElseThrow(), files, files.size(), others, false, now);
    }

    private List<Outbox.Parcel> toldOfDeploys() {
        return actions.stream()
                .filter(Action.Send.class::isInstance)
                .map(action -> ((Action.Send) action).parcel())
                .filter(parcel ->
                        parcel.notices().stream().anyMatch(notice -> notice.news() instanceof Notice.Deployed))
                .toList();
    }

    @Test
    void theFirstDeployKeepsWhatIsLiveToGoBackTo() {
        offer("r1", false);
        assertThat(asked()).contains(Step.ADOPT);
        done(new StepResult.Stored("content of what was there", 5, 500));
        assertThat(asked()).contains(Step.STAGE);
        assertThat(releases().live()).contains("r1-before");
        assertThat(standing("r1-before")).isEqualTo(Standing.VERIFIED);
        well();
        well();
        well();
        well();
        assertThat(releases().live()).contains("r1");
        assertThat(releases().rollBackTo(now)).contains("r1-before");
    }

    @Test
    void whatCannotBeKeptIsDeployedOverOnlyByForce() {
        offer("r1", false);
        done(new StepResult.Failed("a symbolic link, which no release can hold"));
        assertThat(outcome("r1")).isEqualTo(Outcome.FAILED);
        assertThat(why("r1")).contains("symbolic link", "--force");
        offer("r2", true);
        done(new StepResult.Failed("a symbolic link, which no release can hold"));
        assertThat(asked()).contains(Step.STAGE);
    }

    @Test
    void nothingIsStoredUnasked() {
        rounds(100);
        assertThat(asked()).isEmpty();
        assertThat(releases()).isEqualTo(Releases.NONE);
    }

    @Test
    void aStepThatEndsTheGuardEachTimeIsGivenUp() {
        adopted();
        offer("r1", false);
        for (int i = 0; i < 3; i++) {
            state = GuardState.begin(state.durable());
            event(new Event.Started());
        }
        assertThat(outcome("r1")).isEqualTo(Outcome.FAILED);
        assertThat(why("r1")).contains("the guard has ended");
    }

    @Test
    void aWatchEndsInItsTimeThoughSomethingIsTold() {
        adopted();
        deployed("r1");
        drift = Optional.of(changed(false));
        rounds((int) WATCH.toSeconds() / 5 + 2);
        assertThat(releases().watch()).isEmpty();
        assertThat(standing("r1")).isEqualTo(Standing.VERIFIED);
        page = Optional.of(fault());
        rounds(10);
        assertThat(repairs()).isEmpty();
    }

    @Test
    void whatStandsBehindTheWebServerIsNotTheReleases() {
        adopted();
        deployed("r1");
        status = 502;
        page = Optional.of(new Fault(Fault.Kind.STATUS, "502 Bad Gateway"));
        rounds(10);
        assertThat(repairs()).isEmpty();
    }

    @Test
    void halfASecondIsNotEnoughToTakeAReleaseBack() {
        adopted();
        deployed("r1");
        page = Optional.of(fault());
        for (int i = 0; i < 5; i++) {
            look();
            now = now.plusMillis(200);
        }
        page = Optional.empty();
        rounds(3);
        assertThat(repairs()).isEmpty();
        assertThat(releases().live()).contains("r1");
    }

    @Test
    void whatDifferedWhileThePageWasWellIsNeverPutBack() {
        adopted();
        drift = Optional.of(changed(false));
        rounds(20);
        assertThat(repairs()).isEmpty();
        page = Optional.of(fault());
        rounds(5);
        assertThat(repairs()).isEmpty();
    }

    @Test
    void aGuardThatWasEndedInARollbackLearnsWhichReleaseIsLive() {
        adopted();
        deployed("r1");
        rounds(1);
        page = Optional.of(fault());
        rounds(4);
        assertThat(repairs()).containsExactly(new Remedy.RollBack("r1", "first"));
        state = GuardState.begin(state.durable());
        event(new Event.Started());
        sees(CheckId.RELEASE, true, new Finding.Drift("first", List.of(), 0, false, false, Instant.EPOCH));
        assertThat(releases().live()).contains("first");
        assertThat(standing("r1")).isEqualTo(Standing.BAD);
        assertThat(releases().watch()).isEmpty();
    }

    @Test
    void aLookThatBeganBeforeTheSwitchSaysNothingOfTheNewRelease() {
        adopted();
        deployed("r1");
        sees(CheckId.RELEASE, false, new Finding.Drift("first", List.of("index.html"), 1, false, false, now));
        rounds(3);
        assertThat(state.durable().incidents()).isEmpty();
    }

    @Test
    void aReleaseIsVerifiedWhenItWasWellThroughoutItsWatch() {
        adopted();
        deployed("r1");
        assertThat(standing("r1")).isEqualTo(Standing.WATCHED);
        rounds((int) WATCH.toSeconds() / 5 - 1);
        assertThat(standing("r1")).isEqualTo(Standing.WATCHED);
        rounds(2);
        assertThat(standing("r1")).isEqualTo(Standing.VERIFIED);
        assertThat(repairs()).isEmpty();
    }

    @Test
    void oneMessageTellsOfADeployFromItsStartToItsEnd() {
        adopted();
        offer("r1", false);
        rounds(1);
        well();
        well();
        well();
        well();
        rounds(2);
        assertThat(toldOfDeploys()).hasSizeGreaterThan(1);
        assertThat(toldOfDeploys().getFirst().message()).isEmpty();
        assertThat(toldOfDeploys().stream().skip(1).map(Outbox.Parcel::message).distinct())
                .hasSize(1)
                .allMatch(Optional::isPresent);
        assertThat(state.durable().outbox().noticed(Notice.Deployed.class)).isEmpty();
    }

    @Test
    void anUnfitBuildIsRefusedAndNothingLiveIsTouched() {
        adopted();
        String first = "first";
        offer("r1", false);
        well();
        done(new StepResult.Refused("it says only broken"));
        assertThat(outcome("r1")).isEqualTo(Outcome.REFUSED);
        assertThat(releases().live()).contains(first);
        assertThat(releases().current()).isEmpty();
        assertThat(releases().find("r1")).isEmpty();
    }

    @Test
    void whatTheGateDoesNotPassIsTakenBackAndIsRefusedFromThenOn() {
        adopted();
        String first = "first";
        offer("r1", false);
        well();
        well();
        well();
        done(new StepResult.Refused("answers 500"));
        assertThat(asked()).contains(Step.UNDO);
        well();
        assertThat(outcome("r1")).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(why("r1")).isEqualTo("answers 500");
        assertThat(releases().live()).contains(first);
        assertThat(standing("r1")).isEqualTo(Standing.BAD);
        event(new Event.DeployWanted(
                Deploy.offer("r2", Kind.NEW, Set.of(Part.PAGES), "r2", "content of r1", 9, 900, "root", false)));
        assertThat(outcome("r2")).isEqualTo(Outcome.REFUSED);
        assertThat(why("r2")).contains("r1", "--force");
        event(new Event.DeployWanted(
                Deploy.offer("r3", Kind.NEW, Set.of(Part.PAGES), "r3", "content of r1", 9, 900, "root", true)));
        assertThat(asked()).contains(Step.STAGE);
    }

    @Test
    void aSwitchThatMayOrMayNotHaveHappenedIsUndone() {
        adopted();
        offer("r1", false);
        well();
        well();
        done(new StepResult.Failed("no result within 30 s"));
        assertThat(asked()).contains(Step.UNDO);
    }

    @Test
    void whatCannotBeUndoneCallsForAPersonInANewMessage() {
        adopted();
        offer("r1", false);
        well();
        well();
        well();
        done(new StepResult.Refused("answers 500"));
        rounds(1);
        for (int i = 0; i < 3; i++) {
            assertThat(asked()).contains(Step.UNDO);
            done(new StepResult.Failed("input/output error"));
        }
        rounds(2);
        assertThat(outcome("r1")).isEqualTo(Outcome.STUCK);
        assertThat(why("r1")).contains("input/output error", "answers 500");
        assertThat(toldOfDeploys().getLast().message()).isEmpty();
        assertThat(actions)
                .anyMatch(action -> action instanceof Action.Log(Level level, var remark)
                        && level == Level.CRITICAL
                        && remark.text().contains("STUCK"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"STAGE", "EXAMINE", "SWITCH", "GATE", "UNDO"})
    void aGuardThatDiesInAStepTakesItAnew(Step step) {
        adopted();
        offer("r1", false);
        while (!asked().equals(Optional.of(step))) {
            if (asked().equals(Optional.of(Step.GATE))) {
                done(new StepResult.Refused("answers 500"));
            } else {
                well();
            }
        }
        actions.clear();
        state = GuardState.begin(state.durable());
        event(new Event.Started());
        if (step == Step.STAGE) {
            look(CheckId.PAGE);
        }
        assertThat(stepsTaken()).containsExactly(step);
    }

    @Test
    void oneDeployIsUnderWayAtATime() {
        adopted();
        offer("r1", false);
        offer("r2", true);
        assertThat(outcome("r2")).isEqualTo(Outcome.REFUSED);
        assertThat(why("r2")).contains("r1", "root", "under way", "STAGE");
        assertThat(releases().current().map(Deploy::id)).contains("r1");
        assertThat(actions).filteredOn(Action.TakeStep.class::isInstance).hasSize(2);
    }

    @Test
    void aResultThatComesAfterItsDeadlineIsNobodysAndNoStepIsTakenTwice() {
        adopted();
        offer("r1", false);
        event(new Event.StepDone("r1", Step.STAGE, new StepResult.Failed("no result within 120 s")));
        assertThat(outcome("r1")).isEqualTo(Outcome.FAILED);
        offer("r2", false);
        event(new Event.StepDone("r1", Step.STAGE, new StepResult.Done("late")));
        assertThat(asked()).contains(Step.STAGE);
        assertThat(releases().current().orElseThrow().taken()).isEmpty();
    }

    @Test
    void aDeployThatComesBeforeThePageWasLookedAtWaitsForTheLookAndNoLonger() {
        state = GuardState.begin(state.durable());
        event(new Event.Started());
        offer("early", false);
        assertThat(stepsTaken()).isEmpty();
        look(CheckId.PAGE);
        assertThat(stepsTaken()).containsExactly(Step.ADOPT);

        state = GuardState.begin(GuardState.Durable.EMPTY);
        actions.clear();
        event(new Event.Started());
        offer("ill", false);
        page = Optional.of(new Fault(Fault.Kind.STATUS, "error"));
        rounds(3);
        assertThat(stepsTaken()).isEmpty();
        assertThat(state.durable()
                        .releases()
                        .deploy("ill")
                        .orElseThrow()
                        .ended()
                        .orElseThrow()
                        .outcome())
                .isEqualTo(Outcome.REFUSED);
        offer("forced", true);
        assertThat(stepsTaken()).containsExactly(Step.ADOPT);
    }

    private List<Step> stepsTaken() {
        return actions.stream()
                .filter(Action.TakeStep.class::isInstance)
                .map(action -> ((Action.TakeStep) action).step())
                .toList();
    }

    @Test
    void aSiteThatIsNotWellIsDeployedToOnlyByForce() {
        adopted();
        page = Optional.of(fault());
        rounds(4);
        offer("r1", false);
        assertThat(outcome("r1")).isEqualTo(Outcome.REFUSED);
        assertThat(why("r1")).contains("500", "--force");
        offer("r2", true);
        assertThat(asked()).contains(Step.STAGE);
    }

    @Test
    void aFaultInTheWatchThatHasNoOtherCauseTakesTheReleaseBack() {
        adopted();
        String first = "first";
        deployed("r1");
        rounds(3);
        page = Optional.of(fault());
        look();
        now = now.plusMillis(200);
        look();
        now = now.plusMillis(200);
        look();
        rounds(1);
        assertThat(repairs()).containsExactly(new Remedy.RollBack("r1", first));
        page = Optional.empty();
        repaired(new RepairResult.RolledBack("r1", first));
        assertThat(releases().live()).contains(first);
        assertThat(releases().watch()).isEmpty();
        assertThat(standing("r1")).isEqualTo(Standing.BAD);
        assertThat(state.durable().incidents()).allMatch(open -> open.phase() instanceof Incident.Resolved);
    }

    @Test
    void aSlowPageOrOneThatFailsAfterTheWatchIsNotTheReleases() {
        adopted();
        deployed("r1");
        page = Optional.of(new Fault(Fault.Kind.SLOW, "answered after 6.1 s"));
        rounds(10);
        assertThat(repairs()).isEmpty();
        page = Optional.empty();
        rounds((int) WATCH.toSeconds() / 5 + 20);
        assertThat(standing("r1")).isEqualTo(Standing.VERIFIED);
        page = Optional.of(fault());
        rounds(10);
        assertThat(repairs()).isEmpty();
        assertThat(releases().live()).contains("r1");
    }

    @Test
    void closedFilesInTheWatchAreOpenedAsEver() {
        adopted();
        deployed("r1");
        closed = true;
        page = Optional.of(fault());
        rounds(4);
        assertThat(repairs()).containsOnly(new Remedy.OpenPaths(SITE));
        assertThat(releases().live()).contains("r1");
    }

    @Test
    void aDeployInTheWatchEndsItAndTheOneBeforeCountsAsItWas() {
        adopted();
        deployed("r1");
        rounds(2);
        deployed("r2");
        assertThat(standing("r1")).isEqualTo(Standing.VERIFIED);
        page = Optional.of(fault());
        rounds(4);
        offer("r3", true);
        well();
        well();
        assertThat(state.stepping()).isFalse();
        repaired(new RepairResult.Failed("input/output error"));
        page = Optional.empty();
        well();
        well();
        assertThat(releases().live()).contains("r3");
        assertThat(releases().watch().flatMap(Releases.Watch::before)).contains("r2");
        assertThat(standing("r2")).isEqualTo(Standing.UNVERIFIED);
    }

    @Test
    void aSwitchWaitsForARepairOfWhatIsServedAndRepairsWaitForTheGate() {
        adopted();
        offer("r1", false);
        well();
        closed = true;
        look();
        assertThat(repairs()).hasSize(1);
        well();
        assertThat(asked()).contains(Step.SWITCH);
        assertThat(state.stepping()).isFalse();
        closed = false;
        repaired(new RepairResult.Failed("nothing"));
        assertThat(state.stepping()).isTrue();
        actions.clear();
        closed = true;
        rounds(2);
        assertThat(repairs()).isEmpty();
        well();
        well();
        rounds(1);
        assertThat(repairs()).hasSize(1);
    }

    @Test
    void changedFilesArePutBackWhereThePageFailsSince() {
        adopted();
        Instant wellAt = now;
        now = now.plusMillis(700);
        drift = Optional.of(changed(false));
        page = Optional.of(fault());
        now = now.plusMillis(100);
        look();
        assertThat(repairs()).isEmpty();
        now = now.plusMillis(150);
        look();
        assertThat(repairs()).containsExactly(new Remedy.Restore("first", wellAt));
        drift = Optional.empty();
        page = Optional.empty();
        repaired(new RepairResult.Restored("x", 1, List.of("index.html"), Path.of("/kept")));
        assertThat(state.durable().incidents()).allMatch(open -> open.phase() instanceof Incident.Resolved);
    }

    @Test
    void whereTheRightsAreTheReasonNothingIsPutBack() {
        adopted();
        drift = Optional.of(changed(false));
        look();
        now = now.plusSeconds(1);
        closed = true;
        page = Optional.of(fault());
        List<CheckId> order = List.of(CheckId.PAGE, CheckId.RELEASE, CheckId.FILES);
        order.forEach(this::look);
        rounds(1);
        assertThat(repairs()).isNotEmpty().containsOnly(new Remedy.OpenPaths(SITE));
    }

    @Test
    void changedFilesThatBreakNothingAreToldAndLeftAlone() {
        adopted();
        drift = Optional.of(changed(false));
        rounds(20);
        assertThat(repairs()).isEmpty();
        assertThat(state.durable().incidents()).extracting(Incident::subject).containsExactly(CheckId.RELEASE);
        assertThat(state.durable().incidents().getFirst().worst()).isEqualTo(Level.WARNING);
        // nor are they the reason for what fails long after, and they keep nobody from deploying
        page = Optional.of(fault());
        rounds(5);
        assertThat(repairs()).isEmpty();
        page = Optional.empty();
        rounds(20);
        offer("r1", false);
        assertThat(asked()).contains(Step.STAGE);
    }

    @Test
    void whileSomebodyCopiesAnotherBuildNothingIsPutBack() {
        adopted();
        for (int i = 0; i < 8; i++) {
            drift = Optional.of(changed(true));
            page = Optional.of(fault());
            event(new Event.PathsChanged(now));
            look();
            now = now.plusMillis(900);
        }
        assertThat(repairs()).isEmpty();
        drift = Optional.of(changed(true));
        page = Optional.empty();
        rounds(4);
        assertThat(repairs()).isEmpty();
    }

    @Test
    void whereFilesGoOnChangingThePageIsToldAllTheSame() {
        adopted();
        for (int i = 0; i < 30; i++) {
            drift = Optional.of(changed(true));
            page = Optional.of(fault());
            event(new Event.PathsChanged(now));
            look();
            now = now.plusMillis(900);
        }
        assertThat(repairs()).isEmpty();
        assertThat(state.durable().incidents()).extracting(Incident::subject).contains(CheckId.PAGE);
    }

    @Test
    void aFolderThatHasGoneIsOneIncident() {
        adopted();
        drift = Optional.of(new Finding.Drift("first", List.of("index.html"), 9, false, true, now.plusMillis(50)));
        now = now.plusMillis(100);
        page = Optional.of(fault());
        look();
        now = now.plusMillis(150);
        look();
        assertThat(repairs()).isEmpty();
        now = now.plusSeconds(1);
        look();
        assertThat(repairs()).hasSize(1).allMatch(Remedy.Restore.class::isInstance);
        assertThat(state.durable().incidents()).hasSize(1);
    }

    @Test
    void whenTheStateCannotBeSavedNothingIsDeployedButWhatIsLiveIsStillGated() {
        adopted();
        offer("r1", false);
        well();
        well();
        assertThat(asked()).contains(Step.SWITCH);
        state = state.degraded(true);
        event(new Event.StepDone("r1", Step.SWITCH, new StepResult.Done("live")));
        assertThat(asked()).contains(Step.GATE);
        assertThat(state.stepping()).isTrue();
        event(new Event.StepDone("r1", Step.GATE, new StepResult.Done("live")));
        offer("r2", true);
        assertThat(outcome("r2")).isEqualTo(Outcome.REFUSED);
    }

    @Test
    void aPersonsRollbackGoesToTheLastVerifiedAndMarksTheOneThatIsLeft() {
        adopted();
        String first = "first";
        deployed("r1");
        Release to = releases().lastVerified().orElseThrow();
        assertThat(to.id()).isEqualTo(first);
        event(new Event.DeployWanted(
                Deploy.offer("b1", Kind.BACK, Set.of(), to.id(), to.content(), 5, 500, "root", false)));
        well();
        assertThat(asked()).contains(Step.SWITCH);
        well();
        well();
        assertThat(releases().live()).contains(first);
        assertThat(standing("r1")).isEqualTo(Standing.BAD);
        event(new Event.DeployWanted(
                Deploy.offer("b2", Kind.BACK, Set.of(), "r1", "content of r1", 5, 500, "root", false)));
        assertThat(outcome("b2")).isEqualTo(Outcome.REFUSED);
    }

    @Test
    void ofManyReleasesTheLastVerifiedIsAlwaysKept() {
        adopted();
        String first = "first";
        for (int i = 1; i <= 8; i++) {
            offer("r" + i, false);
            well();
            well();
            well();
            done(new StepResult.Refused("answers 500"));
            well();
        }
        assertThat(releases().find(first)).isPresent();
        assertThat(releases().all()).hasSize(6);
        assertThat(releases().ended()).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void aClockThatIsSetBackMakesNoWatchLonger() {
        adopted();
        deployed("r1");
        now = now.minus(Duration.ofDays(1));
        look();
        rounds((int) WATCH.toSeconds() / 5 + 2);
        assertThat(standing("r1")).isEqualTo(Standing.VERIFIED);
    }

    @Test
    void aTrialEndsBeforeTheSwitch() {
        adopted();
        event(new Event.DeployWanted(
                Deploy.offer("t1", Kind.TRIAL, Set.of(Part.PAGES), "t1", "content", 9, 900, "root", false)));
        well();
        well();
        assertThat(outcome("t1")).isEqualTo(Outcome.FIT);
        assertThat(toldOfDeploys()).isEmpty();
    }

    @Test
    void inMaintenanceNothingIsTakenBackByItself() {
        adopted();
        deployed("r1");
        event(new Event.Ordered(
                new Order.Maintenance(new Order.Spell(now, now.plus(Duration.ofHours(1)), "root", ""))));
        page = Optional.of(fault());
        rounds(6);
        assertThat(repairs()).isEmpty();
    }
}
