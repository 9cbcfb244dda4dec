package io.lectio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.GuardState.Durable;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Notice;
import io.lectio.core.incident.RepairResult;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Limits;
import io.lectio.core.policy.Notices;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// The end of a guard that is told to end.
class FarewellTest {
    private static final Duration AMPLE = Duration.ofSeconds(20);
    private static final Policy POLICY = new Policy(
                    new Site(
                            URI.create("http://localhost/"),
                            "127.0.0.1",
                            Path.of("/var/www/site"),
                            Path.of("/var/www/site/build"),
                            "www-data",
                            new PrivatePatterns(List.of())),
                    Services.NONE,
                    true,
                    Limits.DEFAULT)
            .telling(new Notices(Optional.empty(), ZoneOffset.UTC));

    private final List<Notice.News> told = new CopyOnWriteArrayList<>();
    private volatile Durable saved = Durable.EMPTY;

    private void runAndEnd(Policy policy, Notifier notifier) throws Exception {
        GuardLoop.Ports ports = new GuardLoop.Ports(
                Map.of(),
                (_, _) -> new RepairResult.Failed("nothing to repair here"),
                notifier,
                new StateStore() {
                    @Override
                    public Durable load() {
                        return Durable.EMPTY;
                    }

                    @Override
                    public void save(Durable durable) {
                        saved = durable;
                    }
                },
                new PathWatcher() {
                    @Override
                    public void start(Runnable changed) {}

                    @Override
                    public void close() {}
                },
                new ServiceWatcher() {
                    @Override
                    public void start(Consumer<CheckId> changed) {}

                    @Override
                    public void close() {}
                },
                EventLog.NONE,
                Chronicle.NONE,
                InstantSource.system());
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
        runAndEnd(new Policy(POLICY.site(), Services.NONE, true, Limits.DEFAULT), this::tells);
        assertThat(told).isEmpty();
    }
}
