package io.lectio.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.lectio.core.GuardState;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Outbox;
import io.lectio.core.policy.Bounds;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Limits;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.Secret;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Threshold;
import io.lectio.engine.EventLog;
import io.lectio.engine.GuardLoop.Snapshot;
import io.lectio.engine.StillWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What an outside watcher hears, with the clock in hand.
class HeartbeatTest {
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<String> logged = new ArrayList<>();
    private volatile int status = 200;
    private final HttpServer server = start();
    private Instant now = Told.BROKEN;
    private Instant lookedAt = Told.BROKEN;
    private List<Incident> incidents = List.of();
    private Optional<String> degraded = Optional.empty();

    private HttpServer start() {
        try {
            HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            made.createContext("/", exchange -> {
                heard.add(exchange.getRequestURI().toString());
                exchange.sendResponseHeaders(status, -1);
                exchange.close();
            });
            made.start();
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final Heartbeat heartbeat =
            heartbeat("http://127.0.0.1:" + server.getAddress().getPort() + "/cAnArY/?a=1");

    private Heartbeat heartbeat(String url) {
        EventLog log = line -> logged.add(line.level() + " " + line.text());
        return new Heartbeat(new Secret(url), () -> List.of(snapshot()), log, () -> now);
    }

    private static final Policy PAGE_AND_CONFIG = new Policy(
            StillWorld.SITE,
            Services.NONE,
            Set.of(CheckId.PAGE, CheckId.CONFIG),
            true,
            Limits.DEFAULT,
            Policy.Timing.DEFAULT,
            Policy.Patience.DEFAULT,
            Policy.THRESHOLDS,
            Set.of(),
            Set.of(),
            List.of(),
            ZoneOffset.UTC,
            Optional.empty(),
            Bounds.DEFAULT);

    private Snapshot snapshot() {
        Observation look = new Observation(
                CheckId.PAGE,
                lookedAt,
                new Observation.Passed(new Finding.Answers(CheckId.PAGE, List.of(), Duration.ZERO)));
        CheckHealth health = CheckHealth.pending(lookedAt).next(look, new Threshold(1, 1), lookedAt);
        GuardState none = GuardState.begin(new GuardState.Durable(
                1, incidents, Map.of(), Outbox.EMPTY, 0, Optional.empty(), Optional.empty(), Optional.empty()));
        none.health().put(CheckId.PAGE, health);
        none.health().put(CheckId.CONFIG, CheckHealth.pending(Told.BROKEN)); // which has a slower round of its own
        return new Snapshot(none, PAGE_AND_CONFIG, degraded, Told.BROKEN, now);
    }

    @AfterEach
    void close() {
        server.stop(0);
        assertThat(logged).noneMatch(line -> line.contains("cAnArY"));
    }

    private void passes(Duration time, boolean looks) {
        now = now.plus(time);
        lookedAt = looks ? now : lookedAt;
        heartbeat.beat();
    }

    @Test
    void saysThatItStartsThenThatItLivesAtMostEachHalfMinute() {
        heartbeat.beat();
        for (int second = 0; second < 60; second += 10) {
            passes(Duration.ofSeconds(10), true);
        }
        assertThat(heard).containsExactly("/cAnArY/start?a=1", "/cAnArY?a=1", "/cAnArY?a=1");
    }

    @Test
    void aGuardThatDoesNotLookAnyMoreIsNotHeardOf() {
        heartbeat.beat();
        passes(Duration.ofMinutes(10), false);
        assertThat(heard).hasSize(1);
    }

    @Test
    void aClockThatIsSetBackSilencesItForHalfAMinuteOnly() {
        heartbeat.beat();
        passes(Duration.ofHours(-3), true);
        passes(Duration.ofSeconds(30), true);
        assertThat(heard).containsExactly("/cAnArY/start?a=1", "/cAnArY?a=1");
    }

    @Test
    void failsWhileAPersonIsNeededOrNothingCanBeSaved() {
        Alert down =
                ChannelContract.closed("index.html").critical().coolingDown().alert(1, Optional.empty());
        heartbeat.beat();
        incidents = List.of(down.incident());
        passes(Duration.ofSeconds(30), true);
        incidents = List.of();
        degraded = Optional.of("disk full");
        passes(Duration.ofSeconds(30), true);
        degraded = Optional.empty();
        incidents = List.of(ChannelContract.closed("index.html")
                .critical()
                .healed(Duration.ofSeconds(1), 1)
                .alert(1, Optional.empty())
                .incident());
        passes(Duration.ofSeconds(30), true);
        assertThat(heard).containsExactly("/cAnArY/start?a=1", "/cAnArY/fail?a=1", "/cAnArY/fail?a=1", "/cAnArY?a=1");
    }

    @Test
    void complainsOnceAnHour() {
        status = 500;
        heartbeat.beat();
        for (int i = 0; i < 130; i++) {
            passes(Duration.ofSeconds(30), true);
        }
        assertThat(logged).hasSize(2).allMatch(line -> line.startsWith("WARNING") && line.contains("status 500"));
        assertThat(heard).hasSize(131);
    }

    @Test
    void anAddressThatCannotBeAskedIsToldWithoutIt() {
        heartbeat("http://127.0.0.1:1/cAnArY").beat();
        heartbeat("http://127.0.0.1:99999/cAnArY").beat();
        assertThat(logged).hasSize(2);
    }
}
