package io.lectio.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.Event;
import io.lectio.core.Guard;
import io.lectio.core.GuardState;
import io.lectio.core.GuardState.Durable;
import io.lectio.core.deploy.Deploy;
import io.lectio.core.deploy.Deploy.Kind;
import io.lectio.core.deploy.StepResult;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Part;
import io.lectio.core.policy.Policy;
import io.lectio.engine.EventLog;
import io.lectio.engine.GuardLoop.Snapshot;
import io.lectio.engine.StillWorld;
import io.lectio.json.JsonCodec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A build goes through the socket, and each change of its deploy comes back.
@Timeout(60)
class DeployBySocketTest {
    private static final Instant NOW = Instant.parse("2026-01-22T03:12:00Z");
    private static final Policy POLICY = StillWorld.policy(true);
    private static final int SIZE = 3_000_000;

    @TempDir
    private Path folder = Path.of("");

    private volatile GuardState state = pageSeen();
    private final List<Integer> received = new CopyOnWriteArrayList<>();
    private final List<String> discarded = new CopyOnWriteArrayList<>();
    private final List<String> heard = new ArrayList<>();
    private Optional<String> unfit = Optional.empty();
    private boolean full;
    private final CountDownLatch beginsToReceive = new CountDownLatch(1);
    private Optional<CountDownLatch> waits = Optional.empty();

    private static GuardState pageSeen() {
        Finding.Answer answer =
                new Finding.Answer(POLICY.site().page(), Optional.of(200), Duration.ofMillis(3), Optional.empty());
        Finding page = new Finding.Answers(CheckId.PAGE, List.of(answer), Duration.ofMillis(3));
        Event seen = new Event.Observed(new Observation(CheckId.PAGE, NOW, new Observation.Passed(page)));
        return Guard.decide(GuardState.begin(Durable.EMPTY), seen, NOW, POLICY).next();
    }

    private final Deploys deploys = new Deploys() {
        @Override
        public Deploy receive(
                SequencedMap<Part, InputStream> parts, boolean inPlace, String by, boolean force, boolean trial)
                throws Unfit, IOException {
            beginsToReceive.countDown();
            if (unfit.isPresent()) {
                throw new Unfit(unfit.get());
            }
            for (InputStream part : parts.values()) {
                received.add(part.readAllBytes().length);
            }
            try {
                if (waits.isPresent()) {
                    waits.get().await();
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            Kind kind = trial ? Kind.TRIAL : Kind.NEW;
            return Deploy.offer("r1", kind, parts.keySet(), "r1", "content", 9, SIZE, by, force);
        }

        @Override
        public Deploy back(String release, String by, boolean force) throws Unfit {
            throw new Unfit("there is no verified release to go back to: lectio releases");
        }

        @Override
        public Deploy adoption(String by) {
            return Deploy.offer("a1", Kind.ADOPTED, Set.of(Part.PAGES), "a1", "", 0, 0, by, false);
        }

        @Override
        public long forget() {
            return 4_096;
        }

        // as the loop does, with a step that ends at once
        @Override
        public boolean offer(Deploy deploy) {
            if (full) {
                return false;
            }
            event(new Event.DeployWanted(deploy));
            event(new Event.StepDone(
                    deploy.id(),
                    state.durable().releases().current().orElseThrow().step().orElseThrow(),
                    new StepResult.Refused("it says only broken")));
            return true;
        }

        @Override
        public void discard(Deploy deploy) {
            discarded.add(deploy.release());
        }
    };

    private void event(Event event) {
        state = Guard.decide(state, event, NOW, POLICY).next();
    }

    private ControlServer serve() throws IOException {
        return ControlServer.start(
                folder,
                () -> new Snapshot(state, POLICY, Optional.empty(), NOW, NOW),
                _ -> new CompletableFuture<>(),
                deploys,
                CompletableFuture::new,
                EventLog.NONE,
                InstantSource.fixed(NOW));
    }

    private boolean converse(Request.Ask ask, Optional<ControlClient.Body> body) throws IOException {
        return ControlClient.converse(folder, Request.of(ask), body, heard::add);
    }

    private static Optional<ControlClient.Body> build() {
        return Optional.of(out -> out.write(new byte[SIZE]));
    }

    @Test
    void aBuildArrivesWholeAndTheEndOfItsDeployIsTheLastLine() throws IOException {
        try (ControlServer _ = serve()) {
            assertThat(converse(Request.Ask.DEPLOY, build())).isTrue();
        }
        assertThat(received).containsExactly(SIZE);
        Deploy last = JsonCodec.read(heard.getLast(), Deploy.class);
        assertThat(last.ended().orElseThrow().outcome()).isEqualTo(Deploy.Outcome.REFUSED);
        assertThat(last.ended().orElseThrow().why()).contains("it says only broken");
        assertThat(discarded).contains("r1");
    }

    @Test
    void anArchiveThatIsRefusedIsAnsweredThoughItsSenderGoesOnSending() throws IOException {
        unfit = Optional.of("../etc/passwd: a name that leads out; make the archive anew");
        try (ControlServer _ = serve()) {
            assertThat(converse(Request.Ask.DEPLOY, build())).isTrue();
        }
        assertThat(heard.getLast()).contains("\"done\":false", ControlServer.UNFIT, "../etc/passwd");
    }

    @Test
    void twoBuildsAreNotReceivedAtOnce() throws Exception {
        waits = Optional.of(new CountDownLatch(1));
        try (ControlServer _ = serve()) {
            List<String> first = new CopyOnWriteArrayList<>();
            Thread one = Thread.ofPlatform().start(() -> {
                try {
                    boolean _ = ControlClient.converse(folder, Request.of(Request.Ask.DEPLOY), build(), first::add);
                } catch (IOException e) {
                    first.add(e.toString());
                }
            });
            beginsToReceive.await();
            assertThat(converse(Request.Ask.DEPLOY, build())).isTrue();
            assertThat(heard).singleElement().asString().contains("\"done\":false", "just being received");
            waits.get().countDown();
            one.join();
            assertThat(first.getLast()).contains("it says only broken");
        }
    }

    @Test
    void aGuardThatHasNoRoomForItSaysSoAndForgetsTheBuild() throws IOException {
        full = true;
        try (ControlServer _ = serve()) {
            assertThat(converse(Request.Ask.DEPLOY, build())).isTrue();
        }
        assertThat(heard.getLast()).contains("\"done\":false", "does not take it");
        assertThat(discarded).containsExactly("r1");
    }

    @Test
    void aRollbackToNothingIsRefusedWithItsMend() throws IOException {
        try (ControlServer _ = serve()) {
            assertThat(converse(Request.Ask.ROLLBACK, Optional.empty())).isTrue();
        }
        assertThat(heard).singleElement().asString().contains("\"done\":false", "lectio releases");
    }

    @Test
    void withoutAGuardNothingIsSent() throws IOException {
        assertThat(converse(Request.Ask.DEPLOY, build())).isFalse();
        assertThat(received).isEmpty();
    }
}
