package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T03:00:00Z");

    private static Copy at(Instant taken) {
        return new Copy("0".repeat(8), taken, "0".repeat(32), 1);
    }

    /// What is left after so many days with so many copies each, when each new one takes away what is too old.
    private static List<Copy> after(int days, int each, Retention retention) {
        List<Copy> copies = new ArrayList<>();
        for (int i = 0; i < days * each; i++) {
            copies.add(at(BEGIN.plus(Duration.ofDays(1).dividedBy(each).multipliedBy(i))));
            copies.retainAll(retention.kept(copies, ZoneOffset.UTC));
        }
        return copies;
    }

    @Test
    void aYearOfDailyCopiesIsSevenDaysFourWeeksAndSixMonths() {
        List<Copy> left = after(365, 1, new Retention(7, 4, 6));
        assertThat(left)
                .extracting(Copy::id)
                .extracting(id -> id.substring(0, 8))
                .containsExactly(
                        "20260731",
                        "20260831",
                        "20260930",
                        "20261031",
                        "20261130",
                        "20261213",
                        "20261220",
                        "20261225",
                        "20261226",
                        "20261227",
                        "20261228",
                        "20261229",
                        "20261230",
                        "20261231");
    }

    @Test
    void theLastFiveStayHoweverSoonTheyFollow() {
        assertThat(after(1, 24, new Retention(1, 0, 0))).hasSize(5);
    }

    @Test
    void aYearWithoutANewCopyTakesNoneAway() {
        List<Copy> before = after(60, 1, new Retention(7, 4, 6));
        Set<Copy> kept = new Retention(7, 4, 6).kept(before, ZoneOffset.UTC);
        assertThat(kept).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void aDayIsThatOfTheOwnersClock() {
        Copy evening = at(Instant.parse("2026-01-01T20:00:00Z"));
        Copy night = at(Instant.parse("2026-01-01T22:00:00Z")); // the next day in Moscow
        List<Copy> later = new ArrayList<>(List.of(evening, night));
        for (int i = 0; i < 5; i++) {
            later.add(at(Instant.parse("2026-01-03T10:00:00Z").plusSeconds(i)));
        }
        assertThat(new Retention(3, 0, 0).kept(later, ZoneId.of("Europe/Moscow")))
                .contains(evening, night);
        assertThat(new Retention(3, 0, 0).kept(later, ZoneOffset.UTC)).doesNotContain(evening);
    }
}
