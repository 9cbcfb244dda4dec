package io.lectio.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.deploy.Change;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Deploy.Kind;
import io.lectio.core.deploy.Deploy.Outcome;
import io.lectio.core.deploy.Migrating;
import io.lectio.core.deploy.Release;
import io.lectio.core.deploy.Release.Standing;
import io.lectio.core.deploy.Releases;
import io.lectio.core.deploy.Step;
import io.lectio.core.deploy.StepResult;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order;
import io.lectio.core.policy.Part;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.json.JsonCodec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Deploys of an application's code, step by step, with the clock in hand.
class CodeDeployStoriesTest {
    private static final String UNIT = "site.service";
    private static final Site SITE = new Site(
            URI.create("http://localhost/"),
            "127.0.0.1",
            Path.of("/var/www/site"),
            Path.of("/var/www/site/build"),
            "www-data",
            new PrivatePatterns(List.of()));
    private static final URI API = URI.create("http://localhost/api/health/");
    private static final Services SERVICES =
            new Services(Optional.of(new Services.App(UNIT, "127.0.0.1:8000", API)), Optional.empty());
    private static final Policy POLICY =
            Policies.of(SITE, SERVICES, true).here(SITE, SERVICES, true, Set.of(CheckId.RELEASE), Optional.empty());
    private static final Migrating NONE = new Migrating(List.of(), true);
    private static final Migrating ADDS = new Migrating(List.of("panel.0002_lesson"), true);
    private static final Migrating LASTS = new Migrating(List.of("panel.0003_remove_name"), false);

    private Instant now = Instant.parse("2026-01-22T03:12:00Z");
    private GuardState state = GuardState.begin(GuardState.Durable.EMPTY);
    private final List<Action> actions = new ArrayList<>();
    private Condition app = new Condition.Well();
    private int api = 200;

    @BeforeEach
    void startsWellWithOneRelease() {
        event(new Event.Started());
        rounds(2);
        offer("first", Kind.ADOPTED, EnumSet.allOf(Part.class), false);
        done(new StepResult.Stored("content", 9, 900));
        rounds(1);
    }

    private void event(Event event) {
        Decision decision = Guard.decide(state, event, now, POLICY);
        state = decision.next();
        actions.addAll(decision.actions());
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            now = now.plusSeconds(5);
            look();
        }
    }

    private void look() {
        sees(CheckId.FILES, new Observation.Passed(new Finding.Access("www-data", 9, List.of(), 0, 0)));
        Finding drift = new Finding.Drift(releases().served().orElse(""), List.of(), 0, false, false, Instant.EPOCH);
        sees(CheckId.RELEASE, new Observation.Passed(drift));
        sees(CheckId.PAGE, answers(CheckId.PAGE, SITE.page(), 200));
        Finding judged = new Finding.Judged(UNIT, app, false, List.of());
        sees(
                CheckId.APP,
                app instanceof Condition.Well ? new Observation.Passed(judged) : new Observation.Failed(judged));
        sees(CheckId.API, answers(CheckId.API, API, api));
        event(new Event.Tick());
    }

    private static Observation.Outcome answers(CheckId check, URI url, int status) {
        Optional<Fault> fault = status == 200 ? Optional.empty() : Optional.of(new Fault(Fault.Kind.STATUS, "error"));
        Answer answer = new Answer(url, Optional.of(status), Duration.ofMillis(9), fault);
        Answers all = new Answers(check, List.of(answer), 3, Duration.ofMillis(9));
        return status == 200 ? new Observation.Passed(all) : new Observation.Failed(all);
    }

    private void sees(CheckId check, Observation.Outcome outcome) {
        event(new Event.Observed(new Observation(check, now, outcome)));
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

    private void well(Step expected) {
        assertThat(asked()).contains(expected);
        done(new StepResult.Done("well"));
    }

    private void offer(String id, Kind kind, Set<Part> parts, boolean force) {
        event(new Event.DeployWanted(Deploy.offer(id, kind, parts, id, "content of " + id, 9, 900, "root", force)));
    }

    private void back(String id, String to, boolean force) {
        event(new Event.DeployWanted(Deploy.offer(id, Kind.BACK, Set.of(), to, "", 9, 900, "root", force)));
    }

    private void code(String id) {
        offer(id, Kind.NEW, EnumSet.of(Part.CODE), false);
    }

    private void examined(Migrating migrating) {
        well(Step.STAGE);
        assertThat(asked()).contains(Step.EXAMINE);
        done(new StepResult.Fit("fit", migrating));
    }

    private void deployed(String id, Migrating migrating) {
        code(id);
        examined(migrating);
        if (!migrating.names().isEmpty()) {
            well(Step.BACK_UP);
        }
        well(Step.SWITCH);
        if (!migrating.names().isEmpty()) {
            well(Step.MIGRATE);
        }
        well(Step.RELOAD);
        well(Step.GATE);
        assertThat(outcome(id)).isEqualTo(Outcome.DEPLOYED);
    }

    private Outcome outcome(String id) {
        return releases().deploy(id).flatMap(Deploy::ended).orElseThrow().outcome();
    }

    private String why(String id) {
        return releases().deploy(id).flatMap(Deploy::ended).orElseThrow().why();
    }

    private Standing standing(String id) {
        return releases().find(id).orElseThrow().standing();
    }

    private List<Remedy> repairs() {
        return actions.stream()
                .filter(Action.Repair.class::isInstance)
                .map(action -> ((Action.Repair) action).remedy())
                .toList();
    }

    @Test
    void newCodeComesToTheSamePages() {
        deployed("r1", NONE);
        assertThat(releases().live()).contains("r1");
        assertThat(releases().stored(Part.CODE)).contains("r1");
        assertThat(releases().stored(Part.PAGES)).contains("first");
        assertThat(releases().served()).contains("first");
    }

    @Test
    void codeThatNobodyHasStoredYetIsStoredFirst() {
        state = GuardState.begin(GuardState.Durable.EMPTY);
        event(new Event.Started());
        rounds(2);
        code("r1");
        assertThat(asked()).contains(Step.ADOPT);
        done(new StepResult.Stored("content", 4, 400));
        assertThat(releases().live()).contains("r1-before");
        assertThat(releases().stored(Part.PAGES)).isEmpty();
        examined(NONE);
        well(Step.SWITCH);
        assertThat(releases().current().orElseThrow().changes())
                .containsExactly(new Change(Part.CODE, "r1", Optional.of("r1-before")));
        done(new StepResult.Refused("its workers do not come up"));
        well(Step.UNDO);
        assertThat(outcome("r1")).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(releases().live()).contains("r1-before");
        assertThat(standing("r1")).isEqualTo(Standing.BAD);
    }

    @Test
    void theDatabaseIsCopiedBeforeItIsChangedAndOldCodeComesBackWhereItWorks() {
        code("r1");
        examined(ADDS);
        well(Step.BACK_UP);
        well(Step.SWITCH);
        well(Step.MIGRATE);
        well(Step.RELOAD);
        assertThat(asked()).contains(Step.GATE);
        done(new StepResult.Refused("answers 500"));
        well(Step.UNDO);
        assertThat(outcome("r1")).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(why("r1")).isEqualTo("answers 500");
    }

    @Test
    void withoutACopyNothingIsChanged() {
        code("r1");
        examined(ADDS);
        assertThat(asked()).contains(Step.BACK_UP);
        done(new StepResult.Failed("no room for a copy"));
        assertThat(outcome("r1")).isEqualTo(Outcome.FAILED);
        assertThat(releases().live()).contains("first");
    }

    @Test
    void nothingGoesBackBehindADatabaseThatTheOldCodeCannotRead() {
        code("r1");
        examined(LASTS);
        well(Step.BACK_UP);
        well(Step.SWITCH);
        well(Step.MIGRATE);
        well(Step.RELOAD);
        done(new StepResult.Refused("answers 500"));
        assertThat(outcome("r1")).isEqualTo(Outcome.STUCK);
        assertThat(why("r1")).contains("answers 500", "panel.0003_remove_name", "sudo lectio restore");
        assertThat(releases().live()).contains("r1");
        assertThat(standing("r1")).isEqualTo(Standing.UNVERIFIED);
        back("b1", "first", false);
        assertThat(outcome("b1")).isEqualTo(Outcome.REFUSED);
        assertThat(why("b1")).contains("panel.0003_remove_name");
        back("b2", "first", true);
        well(Step.STAGE);
        well(Step.SWITCH);
    }

    @Test
    void noWatchTakesItBackEither() {
        deployed("r1", LASTS);
        api = 500;
        rounds(4);
        assertThat(repairs()).isEmpty();
        assertThat(state.durable().incidents()).hasSize(1);
    }

    @Test
    void theWatchOfALaterReleaseGoesNotBehindItEither() {
        code("b");
        examined(LASTS);
        well(Step.BACK_UP);
        well(Step.SWITCH);
        well(Step.MIGRATE);
        well(Step.RELOAD);
        done(new StepResult.Refused("answers 500"));
        assertThat(outcome("b")).isEqualTo(Outcome.STUCK);
        deployed("c", NONE);
        rounds(2);
        api = 500;
        rounds(4);
        assertThat(repairs()).isEmpty();
    }

    @Test
    void codeThatIsJustBeingChangedIsLeftAsItLies() {
        offer("r1", Kind.IN_PLACE, EnumSet.of(Part.CODE), false);
        assertThat(asked()).contains(Step.STAGE);
        done(new StepResult.Failed("it is just being changed"));
        assertThat(outcome("r1")).isEqualTo(Outcome.FAILED);
    }

    @Test
    void whatIsNeitherLiveNorTakenBackIsNotForgotten() {
        offer("r1", Kind.IN_PLACE, EnumSet.of(Part.CODE), false);
        well(Step.STAGE);
        done(new StepResult.Refused("ImportError"));
        for (int i = 0; i < 3; i++) {
            assertThat(asked()).contains(Step.UNDO);
            done(new StepResult.Failed("input/output error"));
        }
        assertThat(outcome("r1")).isEqualTo(Outcome.STUCK);
        assertThat(releases().kept(Part.CODE)).contains("r1");
        assertThat(standing("r1")).isEqualTo(Standing.BAD);
    }

    @Test
    void aMigrationThatDidNothingIsUndoneAndOneThatDidHalfIsNot() {
        for (Migrating migrating : List.of(ADDS, LASTS)) {
            for (StepResult result :
                    List.of(new StepResult.Refused("it is as it was"), new StepResult.Failed("half of it"))) {
                String id = "r" + migrating.oldRuns() + result.getClass().getSimpleName();
                code(id);
                examined(migrating);
                well(Step.BACK_UP);
                well(Step.SWITCH);
                assertThat(asked()).contains(Step.MIGRATE);
                done(result);
                boolean stuck = !migrating.oldRuns() && result instanceof StepResult.Failed;
                if (stuck) {
                    assertThat(outcome(id)).isEqualTo(Outcome.STUCK);
                } else {
                    well(Step.UNDO);
                    assertThat(outcome(id)).isEqualTo(Outcome.ROLLED_BACK);
                }
            }
        }
    }

    @Test
    void codeThatAnswersWithErrorsInItsWatchIsTakenBack() {
        deployed("r1", NONE);
        rounds(2);
        api = 500;
        rounds(4);
        assertThat(repairs()).containsExactly(new Remedy.RollBack("r1", "first"));
    }

    @Test
    void whatStandsBehindTheWebServerIsNotTheCodesFault() {
        deployed("r1", NONE);
        rounds(2);
        api = 504;
        rounds(4);
        assertThat(repairs()).isEmpty();
    }

    @Test
    void killedWorkersAreRestarted() {
        deployed("r1", NONE);
        rounds(2);
        app = new Condition.Ended("signal 9", "signal");
        rounds(3);
        assertThat(repairs()).containsExactly(new Remedy.Restart(UNIT, false, false));
    }

    @Test
    void whatABadReleaseDidInItsMomentTakesNoOtherBack() {
        deployed("r1", NONE);
        rounds(1);
        code("bad");
        examined(NONE);
        well(Step.SWITCH);
        app = new Condition.Ended("exit code 3", "exit-code");
        done(new StepResult.Refused("it has ended"));
        assertThat(asked()).contains(Step.UNDO);
        look();
        app = new Condition.Well();
        well(Step.UNDO);
        rounds(1);
        deployed("r2", NONE);
        app = new Condition.Ended("signal 9", "signal");
        rounds(3);
        assertThat(repairs()).containsExactly(new Remedy.Restart(UNIT, false, false));
    }

    @Test
    void aReleaseThatIsWellAgainWhenTheNextComesIsWhatThatOneGoesBackTo() {
        deployed("r1", NONE);
        rounds(2);
        api = 504;
        rounds(4);
        api = 200;
        rounds(4);
        assertThat(state.durable().incidents()).as("healed, and not closed yet").hasSize(1);
        deployed("r2", NONE);
        assertThat(standing("r1")).isEqualTo(Standing.VERIFIED);
        rounds(2);
        api = 500;
        rounds(4);
        assertThat(repairs()).containsExactly(new Remedy.RollBack("r2", "r1"));
    }

    @Test
    void workersThatEndThemselvesAreTheCodesFault() {
        deployed("r1", NONE);
        rounds(2);
        app = new Condition.BootLoop();
        rounds(3);
        assertThat(repairs()).containsExactly(new Remedy.RollBack("r1", "first"));
    }

    @Test
    void afterItsWatchAnErrorIsNobodysInParticular() {
        deployed("r1", NONE);
        rounds(70);
        assertThat(standing("r1")).isEqualTo(Standing.VERIFIED);
        api = 500;
        rounds(4);
        assertThat(repairs()).isEmpty();
    }

    @Test
    void newPagesAreNotTakenBackForTheApi() {
        offer("p1", Kind.NEW, EnumSet.of(Part.PAGES), false);
        well(Step.STAGE);
        well(Step.EXAMINE);
        well(Step.SWITCH);
        well(Step.GATE);
        rounds(2);
        api = 500;
        rounds(4);
        assertThat(repairs()).isEmpty();
    }

    @Test
    void repairsOfTheApplicationWaitWhileItsCodeIsExchanged() {
        code("r1");
        examined(NONE);
        well(Step.SWITCH);
        app = new Condition.Ended("signal 15", "signal");
        rounds(4);
        assertThat(asked()).contains(Step.RELOAD);
        assertThat(repairs()).isEmpty();
    }

    @Test
    void bothPartsAreOneReleaseAndGoBackTogether() {
        offer("f1", Kind.NEW, EnumSet.allOf(Part.class), false);
        examined(NONE);
        well(Step.SWITCH);
        well(Step.RELOAD);
        well(Step.GATE);
        assertThat(releases().stored(Part.PAGES)).contains("f1");
        assertThat(releases().stored(Part.CODE)).contains("f1");
        deployed("r2", NONE);
        assertThat(releases().stored(Part.PAGES)).contains("f1");
        back("b1", "first", false);
        assertThat(releases().current().orElseThrow().changes())
                .containsExactly(
                        new Change(Part.PAGES, "first", Optional.of("f1")),
                        new Change(Part.CODE, "first", Optional.of("r2")));
        well(Step.STAGE);
        well(Step.SWITCH);
        well(Step.RELOAD);
        well(Step.GATE);
        assertThat(releases().live()).contains("first");
    }

    @Test
    void goingBackChangesOnlyWhatIsAnother() {
        deployed("r1", NONE);
        back("b1", "first", false);
        assertThat(releases().current().orElseThrow().changes())
                .containsExactly(new Change(Part.CODE, "first", Optional.of("r1")));
    }

    @Test
    void codeThatLiesInTheLiveFolderDoesNotStayThereWhenItIsRefused() {
        offer("r1", Kind.IN_PLACE, EnumSet.of(Part.CODE), false);
        well(Step.STAGE);
        done(new StepResult.Refused("ImportError"));
        well(Step.UNDO);
        assertThat(outcome("r1")).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(why("r1")).isEqualTo("ImportError");
    }

    @Test
    void theSameCodeOnceMoreIsRefusedWhereItLies() {
        deployed("r1", NONE);
        event(new Event.DeployWanted(Deploy.offer(
                "r2", Kind.IN_PLACE, EnumSet.of(Part.CODE), "r2", "content of r1", 9, 900, "root", false)));
        assertThat(why("r2")).contains("r1", "--force");
    }

    @Test
    void prunedAreTheOldestButWhatARollbackNeeds() {
        deployed("r1", NONE);
        deployed("r2", NONE);
        deployed("r3", NONE);
        code("r4");
        event(new Event.Ordered(new Order.Prune(1, "root")));
        assertThat(releases().all()).hasSize(4);
        well(Step.STAGE);
        done(new StepResult.Refused("no"));
        event(new Event.Ordered(new Order.Prune(1, "root")));
        assertThat(releases().all()).extracting(Release::id).containsExactly("r2", "r3");
        assertThat(releases().kept(Part.PAGES)).containsExactly("first");
        assertThat(releases().kept(Part.CODE)).containsExactlyInAnyOrder("r2", "r3");
    }

    @Test
    void whatAnOlderGuardHasSavedIsOfPages() throws IOException {
        String older = """
                {"all":[{"id":"r1","content":"c","files":9,"bytes":900,"at":"2026-01-22T03:12:00Z","by":"root",
                "standing":"VERIFIED"}],"live":"r1","watch":null,"current":{"id":"r2","kind":"NEW","release":"r2",
                "content":"c","files":9,"bytes":900,"by":"root","force":false,"began":"2026-01-22T03:12:00Z",
                "before":"r1","starts":0,"phase":{"is":"Doing","step":"STAGE","since":"2026-01-22T03:12:00Z"},
                "taken":[]},"ended":[]}""";
        Releases read = JsonCodec.read(older, Releases.class);
        assertThat(read.stored(Part.PAGES)).contains("r1");
        assertThat(read.stored(Part.CODE)).isEmpty();
        assertThat(read.current().orElseThrow().changes())
                .containsExactly(new Change(Part.PAGES, "r2", Optional.of("r1")));
        assertThat(JsonCodec.read(JsonCodec.write(read), Releases.class)).isEqualTo(read);
    }
}
