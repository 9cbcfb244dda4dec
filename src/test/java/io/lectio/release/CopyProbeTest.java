package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.health.Observation.Passed;
import io.lectio.core.health.Observation.Unknown;
import io.lectio.host.HeldFolder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CopyProbeTest {
    private static final String FOLDER = "/srv/copies";

    private Instant now = Instant.parse("2026-01-22T03:00:00Z");
    private final Known known = new Known();
    private Optional<String> to = Optional.empty();

    private static final class Known implements CopyProbe.Source {
        private Optional<Instant> newest = Optional.empty();
        private Optional<Instant> sent = Optional.empty();
        private Optional<IOException> refused = Optional.empty();
        private int tries;
        private CopyProbe.Course course = CopyProbe.Course.NONE;

        @Override
        public Optional<Copy> newest() throws IOException {
            if (refused.isPresent()) {
                throw refused.get();
            }
            return newest.map(taken -> new Copy("0".repeat(8), taken, "0".repeat(32), 1));
        }

        @Override
        public Optional<Instant> begun() {
            return Optional.of(Instant.parse("2026-01-22T03:00:00Z"));
        }

        @Override
        public Optional<Instant> sent() {
            return sent;
        }

        @Override
        public int tries() {
            return tries;
        }

        @Override
        public CopyProbe.Course course() {
            return course;
        }
    }

    private Outcome look() {
        return new CopyProbe(known, Optional.of(FOLDER), to, () -> now).look(List.of());
    }

    @Test
    void aGuardThatIsNewHasTwentySixHoursForTheFirstOneAndThenSaysWhyThereIsNone() {
        known.course = CopyProbe.Course.NONE.made(Optional.of("no room"));
        now = now.plus(Duration.ofHours(26).minusSeconds(1));
        assertThat(look()).isInstanceOf(Passed.class);
        now = now.plusSeconds(1);
        assertThat(look().inWords())
                .isEqualTo("no good copy of the database: /srv/copies (for 1560 min, it says no room)");
    }

    @Test
    void afterAPauseTheFirstTryIsWaitedFor() {
        known.newest = Optional.of(now.minus(Duration.ofDays(3)));
        assertThat(look()).isInstanceOf(Passed.class);
        known.course = CopyProbe.Course.NONE.made(Optional.empty());
        assertThat(look().inWords()).endsWith("(for 4320 min, the last one 20260119T030000Z)");
        known.newest = Optional.of(now);
        assertThat(look().inWords()).isEqualTo("the last good copy is 20260122T030000Z");
    }

    @Test
    void aFolderThatOthersMayWriteToHasNoGoodOneAndWhatCannotBeReadSaysNothing() {
        known.course = CopyProbe.Course.NONE.made(Optional.empty());
        now = now.plus(Duration.ofHours(27));
        known.refused = Optional.of(new HeldFolder.NotOwn("it is of another"));
        assertThat(look().inWords()).contains("it says it is of another");
        known.refused = Optional.of(new IOException("too many open files"));
        assertThat(look()).isInstanceOf(Unknown.class);
    }

    @Test
    void theOtherHostsCopyHasAnAgeOfItsOwn() {
        to = Optional.of("backup@host.example:copies");
        known.newest = Optional.of(now);
        known.sent = Optional.of(now.minus(Duration.ofHours(27)));
        known.course = CopyProbe.Course.NONE.made(Optional.empty()).sent(Optional.of("no route to host"));
        assertThat(look().inWords()).contains("backup@host.example:copies").contains("no route to host");
        known.sent = known.newest;
        assertThat(look()).isInstanceOf(Passed.class);
    }

    @Test
    void aRestoreThatCannotBeBroughtToAnEndIsToldWithItsReason() {
        known.newest = Optional.of(now);
        known.tries = CopyProbe.MOST_TRIES - 1;
        known.course = CopyProbe.Course.NONE.stuckBy("celery (7) has it open");
        assertThat(look()).isInstanceOf(Passed.class);
        known.tries++;
        assertThat(look()).isInstanceOf(Failed.class);
        assertThat(look().inWords()).contains("was cut off").contains("celery (7) has it open");
        Outcome without = new CopyProbe(known, Optional.empty(), Optional.empty(), () -> now).look(List.of());
        assertThat(without).isInstanceOf(Failed.class);
    }

    @Test
    void whereNoneAreWantedNoneAreMissed() {
        Outcome seen = new CopyProbe(known, Optional.empty(), Optional.empty(), () -> now).look(List.of());
        assertThat(seen.inWords()).isEqualTo("no daily copies of a database");
    }
}
