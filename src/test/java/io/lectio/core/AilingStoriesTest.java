package io.lectio.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.Kind;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Finding.Answer;
import io.lectio.core.health.Finding.Answers;
import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Observation;
import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
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

/// What the site rests on fails: told by its name, and no reason to restart anything. One look every five seconds.
class AilingStoriesTest {
    private static final URI API = URI.create("http://localhost/api/health/");
    private static final String APP = "panel.service";
    private static final Services SERVICES =
            new Services(Optional.of(new Services.App(APP, "127.0.0.1:8000", API)), Optional.empty());
    private static final Site SITE = new Site(
            URI.create("http://localhost/"),
            "127.0.0.1",
            Path.of("/var/www/site"),
            Path.of("/var/www/site/build"),
            "www-data",
            new PrivatePatterns(List.of()));
    private static final Policy POLICY = Policies.of(SITE, SERVICES, true)
            .here(
                    SITE,
                    SERVICES,
                    true,
                    Set.of(
                            CheckId.DISK,
                            CheckId.MEMORY,
                            CheckId.DATABASE,
                            CheckId.PUBLIC,
                            CheckId.CLOCK,
                            CheckId.COPIES),
                    Optional.empty());

    private Instant now = Instant.parse("2026-01-22T03:12:00Z");
    private GuardState state = GuardState.begin(GuardState.Durable.EMPTY);
    private final List<Action> actions = new ArrayList<>();
    private Optional<Ailment> ailment = Optional.empty();
    private int status = 200;
    private Active active = Active.ACTIVE;
    private String exit = "";
    private boolean answers = true;

    @BeforeEach
    void startsWell() {
        event(new Event.Started());
        round();
        actions.clear();
    }

    private void event(Event event) {
        Decision decision = Guard.decide(state, event, now, POLICY);
        state = decision.next();
        actions.addAll(decision.actions());
    }

    private void rounds(int count) {
        for (int i = 0; i < count; i++) {
            round();
        }
    }

    private void round() {
        now = now.plusSeconds(5);
        service();
        for (CheckId check : List.of(
                CheckId.DISK, CheckId.MEMORY, CheckId.DATABASE, CheckId.PUBLIC, CheckId.CLOCK, CheckId.COPIES)) {
            rests(check);
        }
        sees(CheckId.FILES, new Observation.Passed(new Finding.Access("www-data", 9, List.of(), 0, 0)));
        answered(CheckId.API, status);
        answered(CheckId.PAGE, 200);
    }

    private void rests(CheckId check) {
        Finding.Ailments seen = new Finding.Ailments(
                ailment.filter(ill -> of(ill.kind()) == check).stream().toList(), "well");
        sees(check, seen.ailing().isEmpty() ? new Observation.Passed(seen) : new Observation.Failed(seen));
    }

    private static CheckId of(Kind kind) {
        return switch (kind) {
            case MEMORY_SHORT, OOM_KILL -> CheckId.MEMORY;
            case CLOCK_WRONG -> CheckId.CLOCK;
            case COPY_OLD, RESTORE_CUT_OFF -> CheckId.COPIES;
            case OFFLINE,
                    DNS_BROKEN,
                    CERTIFICATE_EXPIRED,
                    CERTIFICATE_NAME,
                    CERTIFICATE_CHAIN,
                    CERTIFICATE_ENDS,
                    CERTIFICATE_AGES -> CheckId.PUBLIC;
            case DATABASE_MISSING,
                    DATABASE_CORRUPT,
                    DATABASE_OWNER,
                    DATABASE_LOCKED,
                    DATABASE_AWAY,
                    CONNECTIONS_OUT,
                    CONNECTIONS_END -> CheckId.DATABASE;
            case DISK_FULL, INODES_OUT, READ_ONLY, DISK_ENDS, INODES_END, DISK_FILLS, INODES_FILL -> CheckId.DISK;
        };
    }

    private void service() {
        UnitState unit = new UnitState(
                APP,
                UnitState.Load.LOADED,
                active,
                active == Active.ACTIVE ? "running" : "auto-restart",
                exit.startsWith("signal") ? "signal" : "exit-code",
                "run1",
                0,
                10,
                exit,
                now,
                true,
                UnitState.Stop.NOT_ASKED,
                false,
                "/system.slice/" + APP);
        Answer answer = new Answer(API, Optional.of(200), Duration.ofMillis(2), Optional.empty());
        sees(
                CheckId.APP,
                new Observation.Sampled(new Finding.Service(
                        unit,
                        List.of(),
                        answers ? Optional.of(answer) : Optional.empty(),
                        answers ? now : Instant.EPOCH,
                        false,
                        Optional.empty(),
                        true)));
    }

    private void answered(CheckId check, int code) {
        Answer answer = new Answer(
                API,
                Optional.of(code),
                Duration.ofMillis(3),
                code == 200 ? Optional.empty() : Optional.of(new Fault(Fault.Kind.STATUS, code + " ")));
        Answers all = new Answers(check, List.of(answer), Duration.ofMillis(3));
        sees(check, code == 200 ? new Observation.Passed(all) : new Observation.Failed(all));
    }

    private void sees(CheckId check, Observation.Outcome outcome) {
        Instant since = now;
        now = now.plusMillis(1);
        event(new Event.Observed(new Observation(check, since, outcome)));
    }

    private static Ailment ill(Kind kind) {
        return new Ailment(kind, "/srv", List.of(new Ailment.Percent(Ailment.About.USED, 100)));
    }

    private List<Incident> open() {
        return state.durable().incidents();
    }

    private long repairs() {
        return actions.stream().filter(Action.Repair.class::isInstance).count();
    }

    private List<Alert> alerts() {
        return state.durable().outbox().alerts();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void itIsToldOnceAndIsOverWithItsCause(Kind kind) {
        ailment = Optional.of(ill(kind));
        rounds(20);
        assertThat(open()).singleElement().satisfies(incident -> {
            assertThat(incident.diagnosis().inWords()).startsWith(kind.words() + ": /srv");
            assertThat(incident.worst()).isEqualTo(kind.grave() ? Level.CRITICAL : Level.WARNING);
        });
        assertThat(alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.revision()).isEqualTo(1));
        ailment = Optional.empty();
        rounds(2);
        assertThat(open().getFirst().phase()).isInstanceOf(Incident.Resolved.class);
        assertThat(repairs()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatStopsTheApplicationExplainsAnApiThatFailsAndAServiceThatEndsByItself(Kind kind) {
        ailment = Optional.of(ill(kind));
        status = 500;
        active = Active.ACTIVATING;
        exit = "exit code 1";
        answers = false;
        rounds(20);
        if (kind.stops()) {
            assertThat(repairs()).isZero();
            assertThat(open()).singleElement().satisfies(incident -> {
                assertThat(incident.subject()).isEqualTo(of(kind));
                assertThat(incident.worst()).isEqualTo(Level.CRITICAL);
                assertThat(incident.symptom()).isPresent();
            });
        } else {
            assertThat(repairs()).isPositive();
        }
    }

    /// What has been so for days is not to blame for today's error.
    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatStopsNothingIsNotToBlameForAnErrorOfTheApi(Kind kind) {
        if (kind.stops()) {
            return;
        }
        ailment = Optional.of(ill(kind));
        rounds(200);
        Level before = open().getFirst().worst();
        status = 502;
        rounds(5);
        assertThat(open()).hasSize(2);
        assertThat(open().getFirst().symptom()).isEmpty();
        assertThat(open().getFirst().worst()).isEqualTo(before);
        assertThat(open().getLast().subject()).isEqualTo(CheckId.API);
        ailment = Optional.empty();
        rounds(3);
        assertThat(open().getFirst().phase())
                .as("it is over though the API still fails")
                .isInstanceOf(Incident.Resolved.class);
        assertThat(open().getFirst().down()).isZero();
    }

    @Test
    void aKilledServiceIsStartedAnewWhateverItRestsOn() {
        ailment = Optional.of(ill(Kind.DISK_FULL));
        rounds(3);
        active = Active.ACTIVATING;
        exit = "signal 9";
        answers = false;
        rounds(1);
        assertThat(repairs()).isPositive();
    }

    /// A disk that has just become full is not known yet when the service ends for it.
    @Test
    void aServiceThatEndsByItselfIsJudgedAfterALookAtWhatItRestsOn() {
        ailment = Optional.of(ill(Kind.DISK_FULL));
        active = Active.ACTIVATING;
        exit = "exit code 1";
        answers = false;
        now = now.plusSeconds(1);
        service();
        assertThat(repairs()).isZero();
        assertThat(actions)
                .filteredOn(Action.Look.class::isInstance)
                .extracting(action -> ((Action.Look) action).check())
                .contains(CheckId.DISK, CheckId.DATABASE);
        rests(CheckId.DISK);
        rests(CheckId.DATABASE);
        rounds(10);
        assertThat(repairs()).isZero();
    }

    @Test
    void whatItRestsOnIsWellSoTheServiceIsStartedAnewAtOnce() {
        active = Active.ACTIVATING;
        exit = "exit code 1";
        answers = false;
        now = now.plusSeconds(1);
        service();
        assertThat(repairs()).isZero();
        rests(CheckId.DISK);
        rests(CheckId.DATABASE);
        assertThat(repairs()).isPositive();
    }

    /// What it has seen is from before there was room again.
    @Test
    void whenWhatItRestsOnIsBackTheServiceIsLookedAtBeforeItIsJudged() {
        ailment = Optional.of(ill(Kind.DISK_FULL));
        active = Active.ACTIVATING;
        exit = "exit code 1";
        answers = false;
        rounds(5);
        ailment = Optional.empty();
        actions.clear();
        now = now.plusSeconds(1);
        rests(CheckId.DISK);
        assertThat(repairs()).isZero();
        now = now.plusSeconds(1);
        active = Active.ACTIVE; // systemd has started it meanwhile
        answers = true;
        status = 200;
        service();
        rounds(5);
        assertThat(repairs()).isZero();
        assertThat(open()).allMatch(incident -> incident.phase() instanceof Incident.Resolved);
    }

    @Test
    void aLookThatDoesNotComeHoldsNothingUp() {
        active = Active.ACTIVATING;
        exit = "exit code 1";
        answers = false;
        now = now.plusSeconds(1);
        service();
        now = now.plusSeconds(3);
        event(new Event.Tick());
        assertThat(repairs()).isPositive();
    }

    @Test
    void aDiskThatFillsAndIsFullInTheEndBecomesLouder() {
        ailment = Optional.of(ill(Kind.DISK_FILLS));
        rounds(80);
        assertThat(open().getFirst().worst()).isEqualTo(Level.WARNING);
        ailment = Optional.of(ill(Kind.DISK_FULL));
        rounds(2);
        assertThat(open()).singleElement().satisfies(incident -> {
            assertThat(incident.worst()).isEqualTo(Level.CRITICAL);
            assertThat(incident.diagnosis().inWords()).startsWith("disk full");
        });
    }
}
