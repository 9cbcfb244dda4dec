package io.lectio.core.incident;

import static org.assertj.core.api.Assertions.assertThat;

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

    private final Ledger spent = new Ledger(Collections.nCopies(LIMITS.repairsPerHour(), START), 0, Optional.empty());

    @Test
    void whatWasSpentLongAgoIsNotSpentAnewWhenTheClockIsSetBack() {
        Instant now = START.plus(Duration.ofHours(2)).minus(DAY);
        assertThat(spent.setBack(DAY, now, LIMITS).allowedAt(now, LIMITS)).isEqualTo(now);
    }

    @Test
    void whatWasSpentJustNowStaysSpentWhenTheClockIsSetBack() {
        Instant now = START.plus(Duration.ofMinutes(10)).minus(DAY);
        assertThat(spent.setBack(DAY, now, LIMITS).allowedAt(now, LIMITS)).isEqualTo(now.plus(Duration.ofMinutes(50)));
    }

    @Test
    void howFarTheClockWasSetBackBeforeTheGuardBeganIsNotKnown() {
        Instant now = START.minus(DAY);
        assertThat(spent.setBack(Duration.ZERO, now, LIMITS).allowedAt(now, LIMITS))
                .isEqualTo(now.plus(Duration.ofHours(1)));
    }
}
