package io.lectio.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.GuardState;
import io.lectio.core.GuardState.Durable;
import io.lectio.core.diagnosis.Diagnosis;
import io.lectio.core.health.Condition;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Window;
import io.lectio.engine.StillWorld;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Why nothing is done about what could be, in the words of `lectio plan`.
class PlanTest {
    private static final Instant NOW = Instant.parse("2026-01-22T03:12:00Z");
    private static final Remedy RESTART = new Remedy.Restart("nginx.service", false, false);
    private static final Policy POLICY = StillWorld.policy(true);

    private static String next(Policy policy) {
        Incident down = new Incident(
                1,
                NOW,
                NOW,
                new Diagnosis.ServiceBad(
                        CheckId.PROXY,
                        "nginx.service",
                        new Condition.Ended("signal 9", "signal"),
                        Optional.of(RESTART)),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                new Incident.Open(),
                Level.WARNING,
                Optional.empty());
        GuardState state = GuardState.begin(new Durable(
                2, List.of(down), Map.of(), Outbox.EMPTY, 0, Optional.empty(), Optional.empty(), Optional.empty()));
        return Plan.of(state, NOW, policy).steps().getFirst().next();
    }

    @Test
    void whatThisGuardMayDoItDoes() {
        assertThat(next(POLICY)).isEqualTo("restart nginx.service, if further looks agree");
    }

    @Test
    void whatItOnlySeesItLeaves() {
        assertThat(next(StillWorld.policy(false)))
                .isEqualTo("nothing, for this guard only looks: restart nginx.service");
    }

    @Test
    void whatTheOwnerHasSwitchedOffIsNotPromised() {
        assertThat(next(Policies.withheld(POLICY, Set.of(RESTART.id()))))
                .isEqualTo("nothing, for it is switched off here: restart nginx.service");
    }

    @Test
    void whatIsAnotherGuardsIsPutDownToThat() {
        assertThat(next(Policies.others(POLICY, Set.of(RESTART.id()))))
                .isEqualTo("nothing, for the guard of another site does it: restart nginx.service");
    }

    @Test
    void inAConfiguredWindowNothingIsPromised() {
        Window nightly = new Window(Set.of(DayOfWeek.values()), LocalTime.of(3, 0), Duration.ofHours(1));
        assertThat(next(Policies.resting(POLICY, nightly))).isEqualTo("nothing during the maintenance window");
    }
}
