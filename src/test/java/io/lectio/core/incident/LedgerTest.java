package io.lectio.core.incident;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.incident.Incident.CoolingDown;
import io.lectio.core.incident.Incident.Limit;
import io.lectio.core.policy.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final Instant START = Instant.parse("2026-01-22T03:12:00Z");
    private static final Limits LIMITS = Limits.DEFAULT;
    private static final Duration DAY = Duration.ofDays(1);

    private final Ledger spent =
            new Ledger(Collections.nCopies(LIMITS.repairsPerHour(), START), 0, Optional.empty(), Optional.empty());

    @Test
    void aPauseNamesTheLimitThatHoldsLonger() {
        Instant now = START.plus(Duration.ofMinutes(58));
        Ledger row = new Ledger(spent.spent(), 3, Optional.of(now.plus(Duration.ofMinutes(5))), Optional.empty());
        assertThat(spent.pause(now, LIMITS).flatMap(CoolingDown::limit)).contains(Limit.HOURLY);
        assertThat(row.pause(now, LIMITS).flatMap(CoolingDown::limit)).contains(Limit.IN_A_ROW);
        assertThat(row.pause(now, LIMITS).orElseThrow().until()).isEqualTo(now.plus(Duration.ofMinutes(5)));
    }

    @Test
    void whatWasSpentLongAgoIsNotSpentAnewWhenTheClockIsSetBack() {
        Instant now = START.plus(Duration.ofHours(2)).minus(DAY);
        assertThat(spent.setBack(DAY, now, LIMITS).pause(now, LIMITS)).isEmpty();
    }

    @Test
    void whatWasSpentJustNowStaysSpentWhenTheClockIsSetBack() {
        Instant now = START.plus(Duration.ofMinutes(10)).minus(DAY);
        assertThat(spent.setBack(DAY, now, LIMITS)
                        .pause(now, LIMITS)
                        .orElseThrow()
                        .until())
                .isEqualTo(now.plus(Duration.ofMinutes(50)));
    }

    @Test
    void howFarTheClockWasSetBackBeforeTheGuardBeganIsNotKnown() {
        Instant now = START.minus(DAY);
        assertThat(spent.setBack(Duration.ZERO, now, LIMITS)
                        .pause(now, LIMITS)
                        .orElseThrow()
                        .until())
                .isEqualTo(now.plus(Duration.ofHours(1)));
    }
}
