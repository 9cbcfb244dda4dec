package io.lectio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.incident.Delivery;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A guard that looks each half minute only.
class LongRoundTest {
    private static final Policy POLICY = Policies.round(StillWorld.policy(true), Duration.ofSeconds(30));

    /// Cron's round comes where a loop has not moved for long.
    @Test
    void isSeenToMoveAllTheSame() throws Exception {
        GuardLoop.Ports ports = StillWorld.ports(_ -> new Delivery.Accepted(Optional.of(1L)), _ -> {});
        try (GuardLoop loop = new GuardLoop(ports, POLICY)) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    loop.run();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            Instant later = Instant.now().plusSeconds(1);
            boolean moved = false;
            for (int i = 0; i < 50 && !moved; i++) {
                Thread.sleep(100);
                moved = loop.snapshot().turnedAt().isAfter(later);
            }
            assertThat(moved).as("within five seconds").isTrue();
        }
    }
}
