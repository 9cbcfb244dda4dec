package io.lectio.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.Action;
import io.lectio.core.Event;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Level;
import io.lectio.core.incident.Notice;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.Notices;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Services;
import io.lectio.sim.Simulation.Timed;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is told again, and what the guard tells of itself, over days.
class RemindersAndNoticesTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final ZoneId MOSCOW = ZoneOffset.ofHours(3);
    private static final Policy TELLING = Policies.telling(
            Policies.of(PermissionWorld.POLICY.site(), Services.NONE, true),
            new Notices(Optional.of(LocalTime.of(9, 0)), MOSCOW));

    private record Sent(Duration at, Outbox.Parcel parcel) {
        boolean isNew() {
            return parcel.message().isEmpty();
        }
    }

    /// A channel that writes down what goes by it, and a page that stays closed while `helpless`.
    private static final class World extends PermissionWorld {
        private final List<Sent> sent = new ArrayList<>();
        private boolean helpless;
        private boolean away;

        @Override
        public Timed<RepairResult> repair(Action.Repair repair, Instant now) {
            return helpless
                    ? new Timed<>(Duration.ofMillis(20), new RepairResult.Failed("read-only file system"))
                    : super.repair(repair, now);
        }

        @Override
        public Timed<Delivery> send(Outbox.Parcel parcel, Instant now) {
            if (away) {
                return new Timed<>(Duration.ofSeconds(1), new Delivery.Unreachable("away"));
            }
            sent.add(new Sent(Duration.between(START, now), parcel));
            Optional<Long> message = parcel.message().or(() -> Optional.of(100L + sent.size()));
            return new Timed<>(Duration.ofMillis(80), new Delivery.Accepted(message));
        }

        private List<Sent> alerts(Level level) {
            return sent.stream()
                    .filter(each ->
                            each.parcel().alerts().stream().map(Alert::level).anyMatch(level::equals))
                    .toList();
        }

        private List<Notice.News> news() {
            return sent.stream()
                    .flatMap(each -> each.parcel().notices().stream())
                    .map(Notice::news)
                    .toList();
        }
    }

    private final World world = new World();

    private Simulation simulation(Policy policy) {
        return new Simulation(policy, world, PermissionWorld.START);
    }

    private void closeAt(Simulation simulation, Duration after) {
        simulation.at(PermissionWorld.START.plus(after), () -> {
            world.close(simulation.now());
            simulation.pathsChanged();
        });
    }

    @Test
    void aFaultThatNeedsAPersonIsToldAnewAfterAnHourThenEachFourHours() {
        Simulation simulation = simulation(PermissionWorld.POLICY);
        world.helpless = true;
        closeAt(simulation, Duration.ofMinutes(1));

        simulation.runUntil(PermissionWorld.START.plus(DAY));

        List<Sent> calls =
                world.alerts(Level.CRITICAL).stream().filter(Sent::isNew).toList();
        assertThat(calls).extracting(each -> each.at().toHours()).containsExactly(0L, 1L, 5L, 9L, 13L, 17L, 21L);
        assertThat(calls.stream().skip(1))
                .allMatch(each -> each.parcel().alerts().getFirst().repeats());
        assertThat(calls.getFirst().parcel().alerts().getFirst().repeats()).isFalse();
    }

    @Test
    void afterAReminderItIsTheReminderThatIsEdited() {
        Simulation simulation = simulation(PermissionWorld.POLICY);
        world.helpless = true;
        closeAt(simulation, Duration.ofMinutes(1));
        simulation.at(PermissionWorld.START.plus(Duration.ofMinutes(90)), () -> world.helpless = false);

        simulation.runUntil(PermissionWorld.START.plus(DAY));

        List<Sent> calls = world.alerts(Level.CRITICAL);
        Sent reminder = calls.stream().filter(Sent::isNew).toList().getLast();
        long itsMessage = 101L + world.sent.indexOf(reminder);
        assertThat(reminder.at()).isBetween(Duration.ofMinutes(61), Duration.ofMinutes(70));
        assertThat(calls.getLast().parcel().message()).contains(itsMessage);
        assertThat(simulation.state().durable().outbox().alerts()).isEmpty();
    }

    @Test
    void aClockThatIsSetBackMakesNoReminderWaitLonger() {
        Simulation simulation = simulation(PermissionWorld.POLICY);
        world.helpless = true;
        closeAt(simulation, Duration.ofMinutes(1));
        simulation.at(Duration.ofMinutes(10).toMillis(), () -> simulation.jump(Duration.ofDays(-30)));

        simulation.runUntil(DAY.toMillis());

        assertThat(world.alerts(Level.CRITICAL).stream().filter(Sent::isNew)).hasSizeBetween(6, 8);
    }

    /// Whatever a try takes; the last row's is under way when the minute is over.
    @ParameterizedTest
    @CsvSource({"10,true,60", "1,false,60", "3000,false,60", "10000,false,60", "7000,false,66"})
    void theOtherWaysHaveTheirTurnAMinuteAfterTheFirstHasFailed(long failsAfterMillis, boolean refused, long turn) {
        Delivery failure = refused ? new Delivery.Refused("blocked") : new Delivery.Unreachable("away");
        List<Instant> tried = new ArrayList<>();
        List<Instant> late = new ArrayList<>();
        PermissionWorld failing = new PermissionWorld() {
            @Override
            public Timed<Delivery> send(Outbox.Parcel parcel, Instant now) {
                (parcel.late() ? late : tried).add(now);
                return new Timed<>(Duration.ofMillis(failsAfterMillis), failure);
            }
        };
        Simulation simulation = new Simulation(PermissionWorld.POLICY, failing, PermissionWorld.START);
        simulation.at(PermissionWorld.START.plusSeconds(30), () -> {
            failing.close(simulation.now());
            simulation.pathsChanged();
        });

        simulation.runUntil(PermissionWorld.START.plusSeconds(300));

        Instant failed = tried.getFirst().plusMillis(failsAfterMillis);
        assertThat(Duration.between(failed, late.getFirst()).toSeconds()).isEqualTo(turn);
    }

    @Test
    void aCrashLoopTellsOneStartAnHour() {
        Simulation simulation = simulation(TELLING);
        for (int minute = 1; minute < 180; minute++) {
            simulation.at(PermissionWorld.START.plus(Duration.ofMinutes(minute)), simulation::kill);
        }

        simulation.runUntil(PermissionWorld.START.plus(Duration.ofHours(3)));

        assertThat(world.news().stream().filter(Notice.Started.class::isInstance))
                .hasSize(3);
    }

    @Test
    void theSignOfLifeComesEachDayAtItsHourAndCountsTheFaultsSinceTheLast() {
        Simulation simulation = simulation(TELLING);
        closeAt(simulation, Duration.ofHours(1));
        closeAt(simulation, Duration.ofHours(2));
        for (int day = 0; day < 3; day++) {
            simulation.at(
                    PermissionWorld.START.plus(Duration.ofHours(6L + 24L * day)).minusSeconds(40), simulation::kill);
        }

        simulation.runUntil(PermissionWorld.START.plus(Duration.ofDays(3)));

        List<Sent> alive = world.sent.stream()
                .filter(each ->
                        each.parcel().notices().stream().anyMatch(notice -> notice.news() instanceof Notice.Alive))
                .toList();
        assertThat(alive).extracting(each -> each.at().toHours()).containsExactly(6L, 30L, 54L);
        assertThat(world.news().stream().filter(Notice.Alive.class::isInstance).map(Notice.Alive.class::cast))
                .allMatch(each -> each.well() == 2 && each.checks() == 2)
                .extracting(Notice.Alive::incidents)
                .containsExactly(2, 0, 0);
    }

    @Test
    void withoutAnHourForItThereIsNoSignOfLife() {
        Simulation simulation = simulation(Policies.telling(
                Policies.of(PermissionWorld.POLICY.site(), Services.NONE, true),
                new Notices(Optional.empty(), MOSCOW)));
        simulation.runUntil(PermissionWorld.START.plus(Duration.ofDays(2)));
        assertThat(world.news()).hasSize(1).first().isInstanceOf(Notice.Started.class);
    }

    @Test
    void newsThatCouldNotBeToldForSixHoursIsDropped() {
        Simulation simulation = simulation(TELLING);
        world.away = true;
        simulation.at(PermissionWorld.START.plus(Duration.ofHours(13)), () -> world.away = false);

        simulation.runUntil(PermissionWorld.START.plus(Duration.ofHours(20)));

        assertThat(world.news()).isEmpty();
    }

    @Test
    void aStartThatWasNotToldIsOldNewsToTheNextOne() {
        Simulation simulation = simulation(TELLING);
        world.away = true;
        Instant again = PermissionWorld.START.plus(Duration.ofMinutes(30));
        simulation.at(again, simulation::kill);
        simulation.at(again.plus(Duration.ofMinutes(10)), () -> world.away = false);

        simulation.runUntil(PermissionWorld.START.plus(Duration.ofHours(1)));

        assertThat(world.sent.stream().flatMap(each -> each.parcel().notices().stream()))
                .singleElement()
                .satisfies(told -> assertThat(told.at()).isAfterOrEqualTo(again));
    }

    @Test
    void alertsGoBeforeNews() {
        Simulation simulation = simulation(TELLING);
        closeAt(simulation, Duration.ZERO);

        simulation.runUntil(PermissionWorld.START.plus(Duration.ofMinutes(1)));

        assertThat(world.sent).hasSize(2);
        assertThat(world.sent.getFirst().parcel().alerts()).hasSize(1);
        assertThat(world.sent.getLast().parcel().notices()).hasSize(1);
    }

    @Test
    void aGuardThatIsToldToEndSaysSoAtOnceAndItsUntoldStartIsOldNews() {
        Simulation simulation = simulation(TELLING);
        simulation.at(PermissionWorld.START.plusSeconds(5), () -> simulation.tell(new Event.Stopping()));

        simulation.runUntil(PermissionWorld.START.plusSeconds(8));

        assertThat(world.sent).hasSize(1);
        assertThat(world.news()).containsExactly(new Notice.Stopped());
        assertThat(simulation.state().durable().outbox().saysFarewell()).isFalse();
    }
}
