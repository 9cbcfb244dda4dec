package io.lectio.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteCopiesTest {
    @TempDir
    Path guards;

    private Path cutOff(String site) throws IOException {
        Path copies = Files.createDirectories(guards.resolve(site).resolve("copies"));
        Files.writeString(copies.resolve("restore"), "LAID\n" + guards + "/db.sqlite3\ntrue\nnow\n0\nend\n");
        return copies;
    }

    /// Renamed sites, too: whoever was stopped is started again by the first guard that comes.
    @Test
    void aRestoreThatWasCutOffIsFoundByItsNoteWhateverIsConfigured() throws Exception {
        Path own = cutOff("");
        Path renamed = cutOff("sites/renamed");
        Files.createDirectories(guards.resolve("sites/well/copies"));
        assertThat(SiteCopies.orphans(guards, Set.of(guards))).containsExactly(renamed);
        assertThat(SiteCopies.orphans(guards, Set.of())).containsExactlyInAnyOrder(own, renamed);
        assertThat(SiteCopies.alone(renamed, () -> SiteCopies.orphan(renamed).recover(false)))
                .isPresent();
        assertThat(SiteCopies.orphans(guards, Set.of(guards))).isEmpty();
    }

    /// The hour is three in Moscow, which is midnight in UTC.
    @ParameterizedTest
    @CsvSource({
        "'', true",
        "2026-01-21T00:00:00Z, true",
        "2026-01-21T23:59:59Z, true",
        "2026-01-22T00:00:00Z, false",
        "2026-01-22T11:00:00Z, false"
    })
    void theDailyCopyIsDueWhenThereIsNoneSinceTheHour(String last, boolean due) {
        Optional<Instant> taken =
                Optional.of(last).filter(text -> !text.isEmpty()).map(Instant::parse);
        Instant noon = Instant.parse("2026-01-22T12:00:00Z");
        assertThat(SiteCopies.isDue(taken, LocalTime.of(3, 0), noon.atZone(ZoneId.of("Europe/Moscow"))))
                .isEqualTo(due);
    }

    @ParameterizedTest
    @CsvSource({"2026-01-21T00:00:00Z, false", "2026-01-20T23:00:00Z, true"})
    void beforeTheHourItIsThatOfTheDayBefore(String last, boolean due) {
        Instant early = Instant.parse("2026-01-21T23:00:00Z");
        assertThat(SiteCopies.isDue(
                        Optional.of(Instant.parse(last)), LocalTime.of(3, 0), early.atZone(ZoneId.of("Europe/Moscow"))))
                .isEqualTo(due);
    }
}
