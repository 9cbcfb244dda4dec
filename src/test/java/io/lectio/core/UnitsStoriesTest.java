package io.lectio.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Condition;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Observation;
import io.lectio.core.health.ProcessView;
import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.health.UnitState.Stop;
import io.lectio.core.incident.Incident;
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
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Several units with an order among them: the deepest failed one is acted on. One look every five seconds.
class UnitsStoriesTest {
    private static final URI API = URI.create("http://localhost/api/health/");
    private static final String STORE = "postgresql@15-main.service";
    private static final String CACHE = "redis-server.service";
    private static final String APP = "panel.service";
    private static final String QUEUE = "celery.service";
    private static final String CLOCK = "celerybeat.service";
    private static final Services SERVICES = new Services(
            Optional.of(new Services.App(APP, "127.0.0.1:8000", API)),
            Optional.empty(),
            Optional.empty(),
            List.of(STORE, CACHE),
            List.of(QUEUE, CLOCK));
    private static final Site SITE = new Site(
            URI.create("http://localhost/"),
            "127.0.0.1",
            Path.of("/var/www/site"),
            Path.of("/var/www/site/build"),
            "www-data",
            new PrivatePatterns(List.of()));
    private static final Policy POLICY =
            Policies.of(SITE, SERVICES, true).here(SITE, SERVICES, true, Set.of(), Optional.empty());

    private Policy policy = POLICY;
    private Instant now = Instant.parse("2026-01-22T03:12:00Z");
    private GuardState state = GuardState.begin(GuardState.Durable.EMPTY);
    private final List<Action> actions = new ArrayList<>();
    private final Map<String, Unit> units = new HashMap<>();
    private final IdentityHashMap<Unit, Instant> since = new IdentityHashMap<>();
    private boolean apiNeedsTheCache = true;
    private boolean apiWell = true;
    private boolean pageWell = true;

    /// @param run its invocation, of which each start makes another
    private record Unit(Active active, String exit, Stop stop, boolean paused, int run, int restarts) {
        static final Unit WELL = new Unit(Active.ACTIVE, "", Stop.NOT_ASKED, false, 1, 0);

        Unit ended(String how) {
            return new Unit(Active.FAILED, how, Stop.NOT_ASKED, false, run, restarts);
        }

        Unit byHand() {
            return new Unit(Active.INACTIVE, "", Stop.ASKED, false, run, restarts);
        }

        Unit inPause() {
            return new Unit(active, exit, stop, true, run, restarts);
        }

        Unit startedBySystemd(String before) {
            return new Unit(Active.ACTIVE, before, Stop.NOT_ASKED, false, run + 1, restarts + 1);
        }

        Unit endingItsLast() {
            return new Unit(Active.DEACTIVATING, "signal 9", Stop.NOT_ASKED, false, run, restarts);
        }

        Unit starting() {
            return new Unit(Active.ACTIVATING, "", Stop.NOT_ASKED, false, run + 1, 0);
        }

        Unit reloading() {
            return new Unit(Active.RELOADING, "", Stop.NOT_ASKED, false, run, 0);
        }

        Unit started() {
            return new Unit(Active.ACTIVE, "", Stop.NOT_ASKED, false, run + 1, 0);
        }
    }

    @BeforeEach
    void startsWell() {
        List.of(STORE, CACHE, APP, QUEUE, CLOCK).forEach(unit -> units.put(unit, Unit.WELL));
        event(new Event.Started());
        rounds(1);
        actions.clear();
    }

    private void event(Event event) {
        Decision decision = Guard.decide(state, event, now, policy);
        state = decision.next();
        actions.addAll(decision.actions());
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            now = now.plusSeconds(5);
            all();
        }
    }

    private void all() {
        sees(CheckId.NEEDED, new Observation.Sampled(List.of(service(STORE, false), service(CACHE, false))));
        sees(CheckId.APP, new Observation.Sampled(service(APP, true)));
        sees(CheckId.BESIDE, new Observation.Sampled(List.of(service(QUEUE, false), service(CLOCK, false))));
        sees(CheckId.FILES, new Observation.Passed(new Finding.Access("www-data", 9, List.of(), 0, 0)));
        sees(CheckId.API, answered(CheckId.API, apiWorks() ? 200 : 502));
        sees(CheckId.PAGE, answered(CheckId.PAGE, pageWell ? 200 : 500));
    }

    private boolean apiWorks() {
        return apiWell && isUp(APP) && (!apiNeedsTheCache || (isUp(STORE) && isUp(CACHE)));
    }

    private Unit at(String name) {
        return units.getOrDefault(name, Unit.WELL);
    }

    private boolean isUp(String unit) {
        return at(unit).active() == Active.ACTIVE && !at(unit).paused();
    }

    private void sees(CheckId check, Observation.Outcome outcome) {
        Instant since = now;
        now = now.plusMillis(1);
        event(new Event.Observed(new Observation(check, since, outcome)));
    }

    private Finding.Service service(String name, boolean asked) {
        Unit unit = at(name);
        boolean runs = unit.active() == Active.ACTIVE || unit.active() == Active.RELOADING;
        UnitState seen = new UnitState(
                name,
                UnitState.Load.LOADED,
                unit.active(),
                switch (unit.active()) {
                    case ACTIVE, RELOADING -> "running";
                    case ACTIVATING -> "start";
                    case DEACTIVATING -> "stop-sigterm";
                    case INACTIVE, FAILED -> "dead";
                },
                unit.exit().startsWith("signal") ? "signal" : unit.exit().isEmpty() ? "success" : "exit-code",
                name + unit.run(),
                unit.restarts(),
                runs ? 10 : 0,
                unit.exit(),
                // systemd forgets a unit that is down and that nothing else names
                unit.active() == Active.INACTIVE ? Instant.EPOCH : since.computeIfAbsent(unit, _ -> now),
                true,
                unit.stop(),
                false,
                "/system.slice/" + name);
        ProcessView process = new ProcessView(
                10, 1, name, unit.paused() ? 'T' : 'S', Instant.parse("2026-01-01T00:00:00Z"), Duration.ZERO, Set.of());
        Answer answer = new Answer(API, Optional.of(200), Duration.ofMillis(2), Optional.empty());
        return new Finding.Service(
                seen,
                runs ? List.of(process) : List.of(),
                asked && isUp(name) ? Optional.of(answer) : Optional.empty(),
                asked ? now : Instant.EPOCH,
                false,
                Optional.empty(),
                asked);
    }

    private static Observation.Outcome answered(CheckId check, int status) {
        Answer answer = new Answer(
                API,
                Optional.of(status),
                Duration.ofMillis(3),
                status == 200
                        ? Optional.empty()
                        : Optional.of(new Finding.Fault(Finding.Fault.Kind.STATUS, status + " ")));
        Finding.Answers all = new Finding.Answers(check, List.of(answer), Duration.ofMillis(3));
        return status == 200 ? new Observation.Passed(all) : new Observation.Failed(all);
    }

    private List<String> restarted() {
        return repairs().stream()
                .map(Action.Repair::remedy)
                .map(remedy -> ((Remedy.Restart) remedy).unit())
                .toList();
    }

    private List<Action.Repair> repairs() {
        return actions.stream()
                .filter(Action.Repair.class::isInstance)
                .map(Action.Repair.class::cast)
                .toList();
    }

    /// Does what the last repair asks for, and looks at all.
    private void carriesOut(Action.Repair repair) {
        String unit = ((Remedy.Restart) repair.remedy()).unit();
        units.put(unit, at(unit).started());
        event(new Event.RepairDone(
                repair.incident(), new RepairResult.Restarted(unit, false, List.of(), Path.of("/evidence"))));
        all();
    }

    private List<Incident> open() {
        return state.durable().incidents();
    }

    @Test
    void theDeepestFailedOneIsStartedFirstAndWhatRestsOnItIsLeft() {
        units.put(STORE, at(STORE).ended("signal 9"));
        units.put(CACHE, at(CACHE).ended("signal 9"));
        units.put(APP, at(APP).ended("exit code 1"));
        units.put(QUEUE, at(QUEUE).ended("exit code 1"));
        rounds(2);
        assertThat(restarted()).containsExactly(STORE);
        assertThat(open()).singleElement().extracting(Incident::subject).isEqualTo(CheckId.NEEDED);

        carriesOut(repairs().getFirst());
        assertThat(restarted()).as("then the next one").containsExactly(STORE, CACHE);
        assertThat(open().getFirst().diagnosis().inWords()).startsWith(CACHE);

        carriesOut(repairs().getLast());
        rounds(1);
        assertThat(restarted()).as("what rested on them, when they are well").contains(APP, QUEUE);
        assertThat(state.durable().ledgers()).containsKeys("restart " + STORE, "restart " + CACHE);
    }

    /// What is asked nothing has nothing else to show.
    @Test
    void aUnitBesideIsHealedOnceItRunsOnAndNotWhenItEndsASecondAfterEachStart() {
        int done = 0;
        for (int i = 0; i < 20; i++) {
            units.put(QUEUE, at(QUEUE).ended("exit code 1"));
            rounds(1);
            if (repairs().size() > done) {
                done = repairs().size();
                carriesOut(repairs().getLast());
                assertThat(of(CheckId.BESIDE).phase()).isInstanceOf(Incident.Proving.class);
            }
        }
        assertThat(restarted()).as("three in a row, then a pause").hasSize(3).containsOnly(QUEUE);
        now = now.plusSeconds(300);
        all();
        carriesOut(repairs().getLast());
        rounds(1);
        assertThat(of(CheckId.BESIDE).phase()).isInstanceOf(Incident.Resolved.class);
    }

    @Test
    void norIsItHealedSoonerWhereAPersonHasStoppedAnother() {
        units.put(CLOCK, at(CLOCK).byHand());
        rounds(20);
        units.put(QUEUE, at(QUEUE).ended("exit code 1"));
        rounds(1);
        carriesOut(repairs().getLast());
        assertThat(open()).anyMatch(incident -> incident.phase() instanceof Incident.Proving);
        rounds(2);
        assertThat(open()).noneMatch(incident -> incident.phase() instanceof Incident.Proving);
    }

    @Test
    void whatAPersonStoppedIsToldAndNothingThatRestsOnItIsRestarted() {
        units.put(CACHE, at(CACHE).byHand());
        units.put(APP, at(APP).ended("exit code 1"));
        rounds(30);
        assertThat(repairs()).isEmpty();
        assertThat(open()).singleElement().satisfies(incident -> {
            assertThat(incident.diagnosis().inWords()).isEqualTo(CACHE + " was stopped by command");
            assertThat(incident.symptom()).isPresent();
            assertThat(incident.worst()).as("the site is down by it").isEqualTo(Level.WARNING);
        });
        rounds(200);
        assertThat(open().getFirst().worst()).isEqualTo(Level.CRITICAL);
    }

    /// As a cache that nobody needs any more, or a cluster of the version before.
    @Test
    void whatWasStoppedForGoodExplainsNothingThatFailsLater() {
        apiNeedsTheCache = false;
        units.put(CACHE, at(CACHE).byHand());
        rounds(100);
        assertThat(open()).singleElement().extracting(Incident::worst).isEqualTo(Level.INFO);
        units.put(APP, at(APP).ended("exit code 1"));
        rounds(2);
        assertThat(restarted()).contains(APP);
    }

    @Test
    void whatAPersonStopsSoonAfterAnotherUnitHasHealedIsAnIncidentOfItsOwn() {
        apiNeedsTheCache = false;
        units.put(STORE, at(STORE).inPause());
        rounds(3);
        units.put(STORE, Unit.WELL);
        rounds(2);
        units.put(CACHE, at(CACHE).byHand());
        rounds(2);
        assertThat(open()).singleElement().satisfies(incident -> {
            assertThat(incident.diagnosis().inWords()).startsWith(CACHE);
            assertThat(incident.worst()).isEqualTo(Level.INFO);
        });
    }

    @Test
    void whatWasStoppedForGoodIsNotTheReasonOfAnApiThatFailsLater() {
        apiNeedsTheCache = false;
        units.put(CACHE, at(CACHE).byHand());
        rounds(100);
        apiWell = false;
        rounds(1);
        assertThat(of(CheckId.NEEDED)).as("one bad answer").satisfies(UnitsStoriesTest::isNobodysFault);
        rounds(200);
        assertThat(of(CheckId.NEEDED)).satisfies(UnitsStoriesTest::isNobodysFault);
        assertThat(of(CheckId.API).worst()).isEqualTo(Level.CRITICAL);
        units.put(CACHE, at(CACHE).started());
        rounds(1);
        assertThat(open())
                .as("it is up again, whatever ails the API")
                .filteredOn(incident -> !(incident.phase() instanceof Incident.Resolved))
                .singleElement()
                .extracting(Incident::subject)
                .isEqualTo(CheckId.API);
    }

    private static void isNobodysFault(Incident incident) {
        assertThat(incident.symptom()).isEmpty();
        assertThat(incident.worst()).isEqualTo(Level.INFO);
    }

    private Incident of(CheckId subject) {
        return open().stream()
                .filter(incident -> incident.subject() == subject)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whatFailsBehindALeftOneIsAnIncidentOfItsOwn() {
        apiNeedsTheCache = false;
        units.put(STORE, at(STORE).byHand());
        rounds(500);
        units.put(CACHE, at(CACHE).ended("signal 9"));
        rounds(1);
        Incident broken = of(CheckId.NEEDED);
        assertThat(broken.diagnosis().inWords()).startsWith(CACHE);
        assertThat(broken.brokenAt()).isAfter(now.minusSeconds(5));
        assertThat(broken.worst()).isEqualTo(Level.WARNING);
        carriesOut(repairs().getFirst());
        assertThat(of(CheckId.NEEDED).id()).isEqualTo(broken.id());
        assertThat(of(CheckId.NEEDED).phase()).isInstanceOf(Incident.Resolved.class);
        rounds(14);
        assertThat(of(CheckId.NEEDED).diagnosis().inWords()).startsWith(STORE);
        assertThat(of(CheckId.NEEDED).worst()).isEqualTo(Level.INFO);
    }

    @Test
    void whatEndedWellDoesNotHideWhatIsBehindIt() {
        units.put(STORE, at(STORE).ended("exit code 0"));
        rounds(2);
        units.put(CACHE, at(CACHE).ended("signal 9"));
        rounds(1);
        assertThat(restarted()).containsExactly(CACHE);
    }

    @Test
    void whatNothingIsDoneAboutForNowDoesNotHideWhatIsBesideIt() {
        units.put(QUEUE, at(QUEUE).ended("signal 9"));
        for (int i = 0; i < 20; i++) { // it ends again and again
            rounds(1);
            if (of(CheckId.BESIDE).phase() instanceof Incident.Repairing) {
                repairedInVain();
            }
        }
        assertThat(restarted()).hasSize(3).containsOnly(QUEUE);
        units.put(CLOCK, at(CLOCK).ended("signal 9"));
        rounds(1);
        assertThat(restarted()).hasSize(4).contains(CLOCK);
        carriesOut(repairs().getLast());
        assertThat(row(CLOCK)).isZero();
        assertThat(row(QUEUE)).as("which is no proof of the other").isEqualTo(3);
    }

    private int row(String unit) {
        return Objects.requireNonNull(state.durable().ledgers().get("restart " + unit))
                .row();
    }

    private void repairedInVain() {
        Action.Repair last = repairs().getLast();
        event(new Event.RepairDone(
                last.incident(), new RepairResult.Restarted(QUEUE, false, List.of(), Path.of("/evidence"))));
    }

    @Test
    void whatWasNeverWellIsNotProvedByTheNextOne() {
        units.put(QUEUE, at(QUEUE).ended("signal 9"));
        units.put(CLOCK, at(CLOCK).ended("signal 9"));
        for (int i = 0; i < 100; i++) {
            rounds(1);
            if (of(CheckId.BESIDE).phase() instanceof Incident.Repairing) {
                repairedInVain();
            }
        }
        assertThat(restarted()).as("three of each, then a trial").hasSizeBetween(6, 8);
    }

    /// An ordinary site: the process is up, and what it is for is not.
    @Test
    void aRestartWithoutProofIsNoneEvenWhereTheServiceItselfLooksWell() {
        apiWell = false;
        for (int i = 0; i < 50; i++) {
            if (i % 6 == 0) {
                units.put(APP, at(APP).ended("signal 9"));
            }
            rounds(1);
            if (!repairs().isEmpty() && of(CheckId.APP).phase() instanceof Incident.Repairing) {
                carriesOut(repairs().getLast());
            }
        }
        assertThat(restarted()).hasSize(3);
    }

    @Test
    void afterAGuardsOwnStartAnOldStopIsStillOld() {
        apiNeedsTheCache = false;
        units.put(CACHE, at(CACHE).byHand());
        rounds(100);
        state = GuardState.begin(state.durable());
        event(new Event.Started());
        units.put(APP, at(APP).ended("exit code 1"));
        rounds(3);
        assertThat(restarted()).containsExactly(APP);
    }

    @Test
    void ofTwoThatWereStoppedTheLastOneIsTold() {
        units.put(STORE, at(STORE).byHand());
        apiNeedsTheCache = false;
        rounds(200);
        apiNeedsTheCache = true;
        units.put(CACHE, at(CACHE).byHand());
        units.put(APP, at(APP).ended("exit code 1"));
        rounds(10);
        assertThat(repairs()).isEmpty();
        assertThat(open())
                .singleElement()
                .satisfies(
                        incident -> assertThat(incident.diagnosis().inWords()).startsWith(CACHE));
    }

    /// Another one was stopped for good; each crash is one more of the same, and told in its message.
    @Test
    void aCrashLoopBesideAStoppedOneIsNoStormOfMessages() {
        apiNeedsTheCache = false;
        units.put(STORE, at(STORE).byHand());
        rounds(100);
        actions.clear();
        for (int i = 0; i < 60; i++) {
            units.put(CACHE, at(CACHE).startedBySystemd("signal 11"));
            rounds(2);
        }
        assertThat(actions.stream().filter(Action.Send.class::isInstance)).hasSizeLessThan(3);
    }

    @Test
    void nothingIsCalledHealedWhileTheSiteIsDown() {
        apiNeedsTheCache = false;
        units.put(CACHE, at(CACHE).byHand());
        rounds(20);
        units.put(STORE, at(STORE).ended("signal 9"));
        rounds(1);
        apiWell = false;
        carriesOut(repairs().getFirst());
        rounds(2);
        assertThat(of(CheckId.NEEDED).phase()).isInstanceOf(Incident.Proving.class);
        apiWell = true;
        rounds(1);
        assertThat(of(CheckId.NEEDED).phase()).isInstanceOf(Incident.Resolved.class);
    }

    @Test
    void aStopAndStartOfAPersonEndsTheRow() {
        units.put(APP, at(APP).ended("signal 9"));
        rounds(1);
        event(new Event.RepairDone(repairs().getFirst().incident(), new RepairResult.Failed("no")));
        units.put(APP, at(APP).byHand());
        rounds(2);
        units.put(APP, at(APP).started());
        rounds(4);
        assertThat(row(APP)).isZero();
    }

    @Test
    void whatEndsForLongIsTold() {
        units.put(QUEUE, at(QUEUE).endingItsLast());
        rounds(13);
        assertThat(repairs()).isEmpty();
        assertThat(of(CheckId.BESIDE).diagnosis().inWords()).contains("has been stopping for 60 s (stop-sigterm)");
    }

    /// The other site's guard starts it within the second.
    @Test
    void whatAnotherSitesGuardStartsNeedsNoPersonAtOnce() {
        policy = Policies.others(POLICY, Set.of("restart " + APP));
        units.put(APP, at(APP).ended("signal 9"));
        rounds(2);
        assertThat(repairs()).isEmpty();
        assertThat(of(CheckId.APP).worst()).isEqualTo(Level.WARNING);
        rounds(70);
        assertThat(of(CheckId.APP).worst()).isEqualTo(Level.CRITICAL);
    }

    @Test
    void whatIsLeftToAPersonDoesNotHideWhatIsBehindIt() {
        apiNeedsTheCache = false;
        units.put(STORE, at(STORE).byHand());
        rounds(2);
        units.put(CACHE, at(CACHE).ended("signal 9"));
        rounds(1);
        assertThat(restarted()).containsExactly(CACHE);
        carriesOut(repairs().getFirst());
        rounds(1);
        assertThat(state.durable().ledgers().get("restart " + CACHE))
                .as("proved, though the other is still stopped")
                .satisfies(ledger -> assertThat(ledger.row()).isZero());
    }

    @Test
    void whileTheDeepestStartsNothingBehindItIsStarted() {
        units.put(STORE, at(STORE).starting());
        units.put(CACHE, at(CACHE).ended("signal 9"));
        rounds(4);
        assertThat(repairs()).isEmpty();
        units.put(STORE, at(STORE).started());
        rounds(1);
        assertThat(restarted()).containsExactly(CACHE);
    }

    @Test
    void whatEndedWellWasEndedBySomebodyAndIsToldWhereItKeepsData() {
        units.put(STORE, at(STORE).ended("exit code 0"));
        rounds(3);
        assertThat(repairs()).isEmpty();
        assertThat(open()).singleElement().extracting(Incident::worst).isEqualTo(Level.CRITICAL);
    }

    @Test
    void whatReloadsForLongIsWell() {
        units.put(QUEUE, at(QUEUE).reloading());
        rounds(50);
        assertThat(repairs()).isEmpty();
        assertThat(open()).isEmpty();
    }

    @Test
    void aKilledOneIsStartedWhateverElseIsKilledAtOnce() {
        units.put(CACHE, at(CACHE).ended("signal 9"));
        units.put(APP, at(APP).ended("signal 9"));
        rounds(1);
        assertThat(restarted()).containsExactlyInAnyOrder(CACHE, APP);
    }

    /// A database's server keeps data: it is not killed for being stopped.
    @Test
    void aNeededOneThatIsStoppedBySignalIsToldAndNotKilledWhatWorksBesideIs() {
        units.put(STORE, at(STORE).inPause());
        rounds(3);
        assertThat(repairs()).isEmpty();
        assertThat(open()).singleElement().satisfies(incident -> {
            Condition seen = ((Diagnosis.ServiceBad) incident.diagnosis()).condition();
            assertThat(seen).isInstanceOf(Condition.Paused.class);
            assertThat(incident.worst()).isEqualTo(Level.CRITICAL);
        });
        units.put(STORE, Unit.WELL);
        units.put(QUEUE, at(QUEUE).inPause());
        rounds(3);
        assertThat(repairs())
                .singleElement()
                .satisfies(repair -> assertThat(repair.remedy()).isEqualTo(new Remedy.Restart(QUEUE, true, false)));
    }

    @Test
    void whatWorksBesideIsNobodysReason() {
        units.put(QUEUE, at(QUEUE).ended("signal 9"));
        units.put(APP, at(APP).ended("exit code 1"));
        rounds(2);
        assertThat(restarted()).contains(QUEUE, APP);
        assertThat(open())
                .hasSize(2)
                .allSatisfy(incident -> assertThat(incident.worst()).isEqualTo(Level.WARNING));
    }

    @Test
    void aCrashOfTheSecondThatSystemdHealedIsToldOnce() {
        units.put(CACHE, at(CACHE).startedBySystemd("signal 11"));
        rounds(20);
        assertThat(repairs()).isEmpty();
        assertThat(state.durable().outbox().alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.incident().diagnosis().inWords())
                        .startsWith(CACHE + " ended (signal 11) and was restarted by systemd"));
    }

    /// Promise 15. Here the restart of the application stops its cache, as `Conflicts=` of a unit does.
    private void restartOfTheApplicationStopsTheCache() {
        units.put(APP, at(APP).ended("signal 9"));
        rounds(1);
        assertThat(restarted()).containsExactly(APP);
        units.put(CACHE, at(CACHE).byHand());
        carriesOut(repairs().getFirst());
    }

    @Test
    void aRepairThatBreaksAnotherCheckIsToldWithIt() {
        restartOfTheApplicationStopsTheCache();
        assertThat(open())
                .filteredOn(incident -> incident.subject() == CheckId.NEEDED)
                .singleElement()
                .satisfies(broken -> {
                    Incident.Culprit by = broken.brokenBy().orElseThrow();
                    assertThat(by.incident()).isEqualTo(open().getFirst().id()).isNotEqualTo(broken.id());
                    assertThat(by.unit()).isEqualTo(APP);
                    assertThat(broken.worst())
                            .as("the site is down by the guard's own act")
                            .isEqualTo(Level.CRITICAL);
                });
        assertThat(state.durable().outbox().alerts())
                .as("told at once")
                .anySatisfy(alert -> assertThat(alert.incident().brokenBy()).isPresent());
    }

    @Test
    void aRepairThatBreaksAnotherCheckIsNotRepeatedForADay() {
        restartOfTheApplicationStopsTheCache();
        rounds(30);
        units.put(CACHE, at(CACHE).started()); // by a person
        rounds(30);
        actions.clear();
        units.put(APP, at(APP).ended("signal 9"));
        rounds(200);
        assertThat(repairs()).isEmpty();
        assertThat(open()).singleElement().satisfies(incident -> {
            assertThat(((Incident.CoolingDown) incident.phase()).limit()).contains(Incident.Limit.HARMFUL);
            assertThat(incident.worst()).isEqualTo(Level.CRITICAL);
        });
        now = now.plus(Duration.ofDays(1));
        rounds(3);
        assertThat(restarted()).as("a day later").containsExactly(APP);
    }

    @Test
    void whatIsKilledRightAfterARepairIsNotItsDoing() {
        units.put(APP, at(APP).ended("signal 9"));
        rounds(1);
        units.put(CACHE, at(CACHE).ended("signal 9"));
        units.put(QUEUE, at(QUEUE).inPause());
        carriesOut(repairs().getFirst());
        rounds(1);
        assertThat(restarted()).contains(APP, CACHE, QUEUE);
        assertThat(open())
                .allSatisfy(incident -> assertThat(incident.brokenBy()).isEmpty());
    }

    @Test
    void whatAPersonStopsLongerAfterARepairIsNotItsDoing() {
        units.put(APP, at(APP).ended("signal 9"));
        rounds(1);
        carriesOut(repairs().getFirst());
        rounds(1);
        units.put(CACHE, at(CACHE).byHand());
        rounds(1);
        assertThat(open())
                .allSatisfy(incident -> assertThat(incident.brokenBy()).isEmpty());
    }

    @Test
    void whatWasNotWellBeforeIsNotTheRepairsDoing() {
        units.put(QUEUE, at(QUEUE).starting());
        rounds(1);
        units.put(APP, at(APP).ended("signal 9"));
        rounds(1);
        units.put(QUEUE, at(QUEUE).byHand());
        carriesOut(repairs().getFirst());
        assertThat(open())
                .anySatisfy(incident -> assertThat(incident.subject()).isEqualTo(CheckId.BESIDE))
                .allSatisfy(incident -> assertThat(incident.brokenBy()).isEmpty());
    }

    /// The API of an application that is only just up again may answer with errors for a moment.
    @Test
    void aSymptomOfTheFaultItselfIsNotTheRepairsDoing() {
        units.put(APP, at(APP).ended("signal 9"));
        sees(CheckId.APP, new Observation.Sampled(service(APP, true)));
        apiWell = false;
        carriesOut(repairs().getFirst());
        for (int i = 0; i < 5; i++) {
            sees(CheckId.API, answered(CheckId.API, 500));
        }
        rounds(1);
        assertThat(open())
                .allSatisfy(incident -> assertThat(incident.brokenBy()).isEmpty());
        apiWell = true;
        rounds(20);
        units.put(APP, at(APP).ended("signal 9"));
        rounds(1);
        assertThat(restarted()).containsExactly(APP, APP);
    }

    /// It may have many other reasons, such as a deploy.
    @Test
    void aPageThatFailsAfterARestartIsNotPutDownToIt() {
        units.put(APP, at(APP).ended("signal 9"));
        rounds(1);
        pageWell = false;
        carriesOut(repairs().getFirst());
        rounds(6);
        assertThat(open())
                .anySatisfy(incident -> assertThat(incident.subject()).isEqualTo(CheckId.PAGE))
                .allSatisfy(incident -> assertThat(incident.brokenBy()).isEmpty());
    }

    @Test
    void inMaintenanceNothingIsPutDownToARepair() {
        units.put(APP, at(APP).ended("signal 9"));
        rounds(1);
        carriesOut(repairs().getFirst());
        event(new Event.Ordered(
                new Order.Maintenance(new Order.Spell(now, now.plus(Duration.ofHours(1)), "root", "work"))));
        units.put(CACHE, at(CACHE).byHand());
        all();
        assertThat(state.durable().ledgers().values())
                .allSatisfy(ledger -> assertThat(ledger.harmedAt()).isEmpty());
    }
}
