package io.lectio.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.sim.Simulation.Timed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// No alert is lost by an outage of Telegram, its pace is kept, and what it refuses holds up nothing (promises 2, 3).
class OutboxSimulationTest {
    private static final Duration DAY = Duration.ofHours(24);
    private static final Duration BETWEEN_FAULTS = Duration.ofMinutes(20);
    private static final Duration WITHIN = Duration.ofSeconds(60);

    /// A channel, and what came through it.
    private abstract static class Channel extends PermissionWorld {
        final Map<Long, Instant> told = new HashMap<>();
        final Set<Long> incidents = new HashSet<>();
        final List<Integer> sizes = new ArrayList<>();
        long messages = 100;

        Timed<Delivery> accept(Outbox.Parcel parcel, Instant now) {
            for (Alert alert : parcel.alerts()) {
                told.putIfAbsent(alert.incident().id(), now);
            }
            sizes.add(parcel.alerts().size());
            return new Timed<>(Duration.ofMillis(80), new Delivery.Accepted(Optional.of(++messages)));
        }

        @Override
        public void turned(io.lectio.core.Decision decision, Instant now) {
            decision.next().durable().incidents().forEach(incident -> incidents.add(incident.id()));
        }
    }

    private static void faultEvery(Duration step, Simulation simulation, PermissionWorld world, Instant until) {
        for (Instant at = PermissionWorld.START.plusSeconds(30); at.isBefore(until); at = at.plus(step)) {
            simulation.at(at, () -> {
                world.close(simulation.now());
                simulation.pathsChanged();
            });
        }
    }

    /// How long each kind of failure takes is what the notifier's own test measures.
    @ParameterizedTest
    @CsvSource({"refused,1", "reset,30", "TLS error,90", "HTTP 500,40", "black hole,10000", "a byte a second,10000"})
    @Tag("slow")
    void afterADaysOutageEverythingIsToldWithinAMinuteOfItsReturn(String reason, long failsAfterMillis) {
        Instant back = PermissionWorld.START.plus(DAY);
        Channel world = new Channel() {
            @Override
            public Timed<Delivery> send(Outbox.Parcel parcel, Instant now) {
                return now.isBefore(back)
                        ? new Timed<>(Duration.ofMillis(failsAfterMillis), new Delivery.Unreachable(reason))
                        : accept(parcel, now);
            }
        };
        Simulation simulation = new Simulation(PermissionWorld.POLICY, world, PermissionWorld.START);
        faultEvery(BETWEEN_FAULTS, simulation, world, back);

        simulation.runUntil(back.plus(WITHIN));

        assertThat(world.incidents).hasSize((int) DAY.dividedBy(BETWEEN_FAULTS));
        assertThat(world.told.keySet()).isEqualTo(world.incidents);
        assertThat(world.told.values()).allMatch(at -> !at.isAfter(back.plus(WITHIN)));
        assertThat(world.sizes).as("one digest of all").containsExactly(world.incidents.size());
        assertThat(simulation.state().durable().outbox().alerts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    @Tag("slow")
    void noSendComesBeforeTheTimeThatTheChannelSet(long seed) {
        Random random = new Random(seed);
        int[] early = {0};
        int[] refusals = {0};
        Instant[] notBefore = {PermissionWorld.START};
        Channel world = new Channel() {
            @Override
            public Timed<Delivery> send(Outbox.Parcel parcel, Instant now) {
                if (now.isBefore(notBefore[0])) {
                    early[0]++;
                }
                if (random.nextInt(3) > 0) {
                    int seconds = 1 + random.nextInt(300);
                    refusals[0]++;
                    Duration took = Duration.ofMillis(random.nextInt(500));
                    notBefore[0] = now.plus(took).plusSeconds(seconds);
                    return new Timed<>(took, new Delivery.RetryAfter(Duration.ofSeconds(seconds)));
                }
                return accept(parcel, now);
            }
        };
        Simulation simulation = new Simulation(PermissionWorld.POLICY, world, PermissionWorld.START);
        faultEvery(Duration.ofMinutes(4), simulation, world, PermissionWorld.START.plus(DAY));
        for (int i = 1; i < 200; i++) {
            simulation.at(PermissionWorld.START.plusSeconds(random.nextInt((int) DAY.toSeconds())), () -> {
                if (!simulation.state().sending().isEmpty()) {
                    notBefore[0] = PermissionWorld.START; // an answer that it did not live to read
                }
                simulation.kill();
            });
        }

        simulation.runUntil(PermissionWorld.START.plus(DAY).plus(Duration.ofHours(2)));

        assertThat(refusals[0]).isGreaterThan(100);
        assertThat(early[0]).isZero();
        assertThat(world.told.keySet()).isEqualTo(world.incidents);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void anAlertThatIsRefusedForItsTextHoldsUpNoOther(int everyNth) {
        Channel world = new Channel() {
            @Override
            public Timed<Delivery> send(Outbox.Parcel parcel, Instant now) {
                boolean poisonous = parcel.alerts().stream()
                        .anyMatch(alert -> alert.incident().id() % everyNth == 0 && everyNth > 1);
                return poisonous
                        ? new Timed<>(Duration.ofMillis(50), new Delivery.Poison("400 can't parse"))
                        : accept(parcel, now);
            }
        };
        Simulation simulation = new Simulation(PermissionWorld.POLICY, world, PermissionWorld.START);
        faultEvery(BETWEEN_FAULTS, simulation, world, PermissionWorld.START.plus(DAY));

        simulation.runUntil(PermissionWorld.START.plus(DAY));

        List<Long> deliverable = world.incidents.stream()
                .filter(id -> everyNth == 1 || id % everyNth != 0)
                .toList();
        assertThat(deliverable).isNotEmpty();
        assertThat(world.told.keySet()).containsExactlyInAnyOrderElementsOf(deliverable);
        assertThat(simulation.state().durable().outbox().alerts()).isEmpty();
    }
}
