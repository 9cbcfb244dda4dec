package io.lectio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.GuardState.Durable;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Notice;
import io.lectio.core.policy.Notices;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Services;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The end of a guard that is told to end.
class FarewellTest {
    private static final Duration AMPLE = Duration.ofSeconds(20);
    private static final Policy POLICY =
            Policies.telling(StillWorld.policy(true), new Notices(Optional.empty(), ZoneOffset.UTC));

    private final List<Notice.News> told = new CopyOnWriteArrayList<>();
    private volatile Durable saved = Durable.EMPTY;

    private void runAndEnd(Policy policy, Notifier notifier) throws Exception {
        GuardLoop.Ports ports = StillWorld.ports(notifier, durable -> saved = durable);
        try (GuardLoop loop = new GuardLoop(ports, policy)) {
            Thread running = Thread.ofPlatform().daemon().start(() -> {
                try {
                    loop.run();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            loop.end();
            assertThat(running.join(AMPLE)).as("it ends").isTrue();
        }
    }

    private Delivery tells(io.lectio.core.incident.Outbox.Parcel parcel) {
        parcel.notices().forEach(notice -> told.add(notice.news()));
        return new Delivery.Accepted(Optional.of(1L));
    }

    @Test
    void saysThatItIsStopped() throws Exception {
        runAndEnd(POLICY, this::tells);
        assertThat(told).containsExactly(new Notice.Stopped());
        assertThat(saved.outbox().notices()).isEmpty();
    }

    @Test
    @Tag("slow")
    void aChannelThatHangsHoldsItUpForAMomentOnlyAndTheNextGuardTellsIt() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        runAndEnd(POLICY, _ -> {
            never.await();
            return new Delivery.TargetGone();
        });
        assertThat(saved.outbox().notices()).extracting(Notice::news).containsExactly(new Notice.Stopped());
    }

    @Test
    void whereNothingIsToBeToldItEndsAtOnce() throws Exception {
        runAndEnd(Policies.of(POLICY.site(), Services.NONE, true), this::tells);
        assertThat(told).isEmpty();
    }
}
