package io.lectio.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.Event;
import io.lectio.core.incident.Delivery;
import io.lectio.core.policy.Policies;
import io.lectio.engine.GuardLoop;
import io.lectio.engine.StillWorld;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Promise 23: systemd hears of finished rounds only.
@Timeout(60)
class RoundsTest {
    private static final Duration ROUND = Duration.ofSeconds(5);

    private final BlockingQueue<String> heard = new ArrayBlockingQueue<>(64);
    private final Rounds rounds = new Rounds(heard::add);

    @Test
    void aRoundIsFinishedWhenEverySiteHasLooked() {
        rounds.looked("one", List.of("one", "two"), ROUND, () -> "");
        rounds.looked("one", List.of("one", "two"), ROUND, () -> "");
        assertThat(heard).isEmpty();
        rounds.looked("two", List.of("one", "two"), ROUND, () -> "2 sites guarded");
        assertThat(heard).containsExactly("WATCHDOG=1\nSTATUS=2 sites guarded");
        rounds.looked("one", List.of("one", "two"), ROUND, () -> "");
        rounds.looked("two", List.of("one", "two"), ROUND, () -> "");
        assertThat(heard).as("not several times a second").hasSize(1);
    }

    @Test
    void beforeThereIsASiteNothingIsSaid() {
        rounds.looked("one", List.of(), ROUND, () -> "");
        assertThat(heard).isEmpty();
    }

    @Test
    void whoLooksSeldomIsWaitedForLonger() {
        rounds.looked("one", List.of("one"), Duration.ofSeconds(30), () -> "");
        assertThat(heard.remove()).contains("WATCHDOG_USEC=35000000");
    }

    /// A real loop, which hangs in what it writes after a turn.
    @Test
    @Tag("slow")
    void aLoopThatHangsIsFollowedBySilence() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        GuardLoop.Ports ports = StillWorld.ports(_ -> new Delivery.Accepted(Optional.of(1L)), _ -> {});
        GuardLoop.Ports told = StillWorld.told(ports, (_, event, _, _) -> {
            if (event instanceof Event.Observed) {
                rounds.looked("one", List.of("one"), ROUND, () -> "1 site guarded");
            }
            if (heard.size() >= 2) {
                hangs.countDown();
                awaitUninterruptibly(end);
            }
        });
        GuardLoop loop = new GuardLoop(told, Policies.round(StillWorld.policy(true), Duration.ofMillis(200)));
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            try {
                loop.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(hangs.await(30, TimeUnit.SECONDS)).as("it has looked").isTrue();
        heard.clear();
        assertThat(heard.poll(3, TimeUnit.SECONDS)).isNull();
        end.countDown();
        assertThat(heard.poll(30, TimeUnit.SECONDS)).as("it goes on").isNotNull();
        loop.close();
        thread.join(Duration.ofSeconds(20));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
