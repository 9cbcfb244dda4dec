package io.lectio.sim;

import static io.lectio.sim.SiteWorld.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.Event;
import io.lectio.core.incident.Incident;
import io.lectio.core.policy.Order;
import io.lectio.sim.SiteWorld.Trouble;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Stories that seeds have told, each by itself.
class SimulationTest {
    private final SiteWorld world = new SiteWorld(1, 0, Map.of());

    private void at(double seconds, Trouble trouble) {
        at(seconds, () -> world.happen(trouble));
    }

    private void at(double seconds, Runnable what) {
        world.simulation.at((long) (seconds * SECOND), what);
    }

    private void clockIsSet(double seconds, Duration by) {
        at(seconds, () -> world.simulation.jump(by));
    }

    private void runUntil(long seconds) {
        world.invariants.collect(false);
        world.simulation.runUntil(seconds * SECOND);
        assertThat(world.invariants.violations()).isEmpty();
    }

    @Test
    void aKilledApplicationIsStartedOnce() {
        at(100, Trouble.APP_KILLED);
        runUntil(200);
        assertThat(world.invariants.repairs()).isEqualTo(1);
        assertThat(world.app.answers(world.at())).isTrue();
    }

    @Test
    void aKilledApplicationIsOneIncident() {
        at(100, Trouble.APP_KILLED);
        runUntil(200);
        assertThat(world.invariants.incidents()).isEqualTo(1);
    }

    @Test
    void aFaultSoonAfterAProofIsHealedAlthoughTheClockWasSetBack() {
        at(100, Trouble.PROXY_KILLED);
        clockIsSet(130, Duration.ofHours(-1));
        at(200, Trouble.PROXY_KILLED);
        runUntil(1_000);
        assertThat(world.proxy.answers(world.at())).isTrue();
    }

    /// 1970 comes first, and then somebody sets it back by a day.
    @Test
    void aFaultIsHealedAlthoughTheClockShowsATimeBeforeItsEpoch() {
        at(50, () -> world.stop(world.proxy));
        clockIsSet(100, Duration.between(SiteWorld.START, Instant.EPOCH.minus(Duration.ofDays(1))));
        at(200, () -> world.start(world.proxy));
        at(201, Trouble.PROXY_KILLED);
        runUntil(1_000);
        assertThat(world.proxy.answers(world.at())).isTrue();
    }

    @Test
    void anAlertIsToldAlthoughTheClockWasSetBack() {
        at(100, Trouble.FILES_CLOSED);
        clockIsSet(110, Duration.ofDays(-1));
        at(120, Trouble.FILES_CLOSED);
        runUntil(1_000);
        assertThat(world.invariants.sends()).isEqualTo(2);
    }

    @Test
    void aRepairIsProvedAlthoughTheClockWasSetBackMeanwhile() {
        at(100, Trouble.APP_KILLED);
        clockIsSet(100.3, Duration.ofHours(-1));
        runUntil(1_000);
        assertThat(world.simulation.state().durable().incidents()).isEmpty();
    }

    @Test
    void aServiceIsProvedAlthoughAPersonHasStoppedTheOther() {
        at(100, () -> world.stop(world.proxy));
        at(200, Trouble.APP_KILLED);
        runUntil(1_000);
        assertThat(world.simulation.state().durable().incidents().stream()
                        .filter(open -> !(open.phase() instanceof Incident.Resolved)))
                .hasSize(1);
    }

    @Test
    void blindnessAfterARepairIsNoReasonForAnother() {
        at(100, Trouble.LOOPBACK_GONE);
        at(110, Trouble.APP_KILLED);
        runUntil(160);
        assertThat(world.invariants.repairs()).isEqualTo(1);
    }

    /// It could start again while nobody could ask it, and its cooldown ended meanwhile.
    @Test
    void whatCannotBeLookedAtIsNotRestarted() {
        neverStarts(100);
        at(200, () -> world.loopbackGone = true);
        at(250, () -> world.app.neverStarts = false);
        runUntil(1_000);
        assertThat(world.invariants.repairs()).isEqualTo(3);
    }

    @Test
    void aCooldownIsToldOnceHoweverOftenSystemdTries() {
        neverStarts(100);
        runUntil(350);
        assertThat(world.invariants.sends()).isLessThanOrEqualTo(3);
    }

    private void neverStarts(double seconds) {
        at(seconds, () -> {
            world.app.neverStarts = true;
            world.happen(Trouble.APP_KILLED);
        });
    }

    /// One that worked before the guard went blind is not the one that works now.
    @Test
    void aRestartWaitsForThePackageManagerThatWorksNow() {
        at(100, () -> world.packages = true);
        at(200, () -> world.loopbackGone = true);
        at(300, () -> world.packages = false);
        at(900, () -> world.packages = true);
        at(950, () -> world.loopbackGone = false);
        at(960, Trouble.PROXY_KILLED);
        runUntil(1_200);
        assertThat(world.invariants.repairs()).isZero();
    }

    @Test
    void noLoopbackIsOneIncident() {
        at(100, Trouble.LOOPBACK_GONE);
        runUntil(2_000);
        assertThat(world.invariants.incidents()).isEqualTo(1);
    }

    @Test
    void overloadIsOneMessage() {
        at(100, Trouble.APP_OVERLOADED);
        runUntil(900);
        assertThat(world.invariants.messages()).isEqualTo(1);
    }

    @Test
    void promise12NothingIsStartedDuringMaintenanceWhateverBecomesOfTheGuardAndItsClock() {
        world.invariants.know("every incident is told within two minutes"); // nobody is told of what began in it
        at(90, () -> {
            Instant now = world.simulation.now();
            world.simulation.tell(
                    new Event.Ordered(new Order.Maintenance(new Order.Spell(now, now.plusSeconds(180), "root", ""))));
        });
        at(95, Trouble.GUARD_KILLED);
        at(110, Trouble.APP_KILLED);
        clockIsSet(200, Duration.ofHours(-1));
        at(210, Trouble.FILES_CLOSED);
        runUntil(269);
        assertThat(world.invariants.repairs()).isZero();
        runUntil(400);
        assertThat(world.invariants.repairs()).isEqualTo(1); // the files: systemd has started the application itself
        assertThat(world.wholeSiteIsWell()).isTrue();
    }
}
