package io.lectio.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.testhost.BotApiServer;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The clock is not set here, which would change the whole machine: the server's is.
class ClockProbeTest {
    private final BotApiServer server =
            new BotApiServer(InetAddress.getLoopbackAddress(), "123456789:AAtesthostTESTHOSTtesthostTESTHOST0", "42");
    private Duration later = Duration.ZERO;
    private final ClockProbe probe =
            new ClockProbe(server.uri(), Optional.empty(), () -> Instant.now().plus(later));

    @AfterEach
    void end() {
        server.close();
    }

    private Outcome look() {
        return probe.look(List.of());
    }

    @Test
    void aClockThatGoesRightIsComparedEachTenMinutes() {
        assertThat(look()).isInstanceOf(Passed.class);
        server.skew(Duration.ofHours(1));
        assertThat(look()).as("not asked again").isInstanceOf(Passed.class);
        later = Duration.ofMinutes(10);
        assertThat(look()).isInstanceOf(Failed.class);
        assertThat(look()).as("asked each time while it is wrong").isInstanceOf(Failed.class);
        server.skew(later);
        assertThat(look()).isInstanceOf(Passed.class);
    }

    @Test
    void aClockThatIsWrongIsToldWithItsWayAndServer() {
        server.skew(Duration.ofMinutes(-10));
        assertThat(look().inWords()).isEqualTo("clock wrong (ahead by 9 min, against 127.0.0.1)");
        server.skew(Duration.ofSeconds(45));
        assertThat(look().inWords()).matches("clock wrong \\(behind by (3[1-9]|4[0-5]) s, against 127.0.0.1\\)");
    }

    @Test
    void aFewSecondsAreTheWays() {
        server.skew(Duration.ofSeconds(28));
        assertThat(look()).isInstanceOf(Passed.class);
        later = Duration.ofMinutes(10);
        server.skew(later.minusSeconds(28));
        assertThat(look()).isInstanceOf(Passed.class);
    }

    @Test
    void aServerThatIsNotReachedDoesNotEndWhatWasWrong() {
        server.skew(Duration.ofHours(1));
        assertThat(look()).isInstanceOf(Failed.class);
        server.outage(BotApiServer.Outage.GARBAGE);
        assertThat(look()).isInstanceOf(Failed.class);
        server.outage(BotApiServer.Outage.NONE);
        server.skew(Duration.ZERO);
        assertThat(look()).isInstanceOf(Passed.class);
    }

    @Test
    void aServerThatIsNotReachedSaysNothing() {
        ClockProbe alone = new ClockProbe(URI.create("http://127.0.0.1:1"), Optional.empty(), Instant::now);
        assertThat(alone.look(List.of())).isInstanceOf(Passed.class);
        server.skew(Duration.ofHours(1));
        server.outage(BotApiServer.Outage.GARBAGE);
        assertThat(look()).isInstanceOf(Passed.class);
        assertThat(look().inWords()).startsWith("not compared with 127.0.0.1: ");
    }
}
