package io.lectio.host.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.UnitState.Stop;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UnitWatchTest {
    private static final String UNIT = "app.service";

    /// A machine without a battery for its clock starts in the past, and is set right while it runs.
    @Test
    void aClockThatIsSetChangesNothing() throws SystemdException {
        UnitWatch watch = new UnitWatch(Set.of(UNIT));
        watch.connected();
        long soon = System.nanoTime() / 1_000 + 1;
        Map<String, Object> ended =
                Map.of("ActiveState", "inactive", "ActiveExitTimestamp", 1L, "ActiveExitTimestampMonotonic", soon);
        assertThat(watch.who(UNIT, new UnitProperties(ended))).isEqualTo(Stop.NOT_ASKED);
        watch.lost();
        assertThat(watch.who(UNIT, new UnitProperties(ended))).isEqualTo(Stop.UNKNOWN);
    }
}
