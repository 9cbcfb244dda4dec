package io.lectio.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.core.policy.Order;
import io.lectio.core.policy.Order.Spell;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// The limits of what a person may order, and what a clock makes of it.
class OrdersTest {
    private static final Instant NOW = Instant.parse("2026-01-22T03:12:00Z");

    private static Spell spell(Duration length) {
        return new Spell(NOW, NOW.plus(length), "root", "");
    }

    @Test
    void nothingIsSilencedForLongerThanADayNorLeftForLongerThanAWeek() {
        assertThat(new Order.Silence(spell(Duration.ofHours(24)))).isNotNull();
        assertThat(new Order.Maintenance(spell(Duration.ofDays(7)))).isNotNull();
        assertThatThrownBy(() -> new Order.Silence(spell(Duration.ofHours(24).plusMillis(1))))
                .hasMessage("it may last up to 24 hours");
        assertThatThrownBy(() -> new Order.Maintenance(spell(Duration.ofDays(7).plusMillis(1))))
                .hasMessage("it may last up to 168 hours");
    }

    @Test
    void whatWouldEndBeforeItBeginsIsRefused() {
        assertThatThrownBy(() -> new Order.Silence(spell(Duration.ZERO))).hasMessageContaining("may last");
        assertThatThrownBy(() -> new Order.Maintenance(spell(Duration.ofHours(-1))))
                .hasMessageContaining("may last");
    }

    @Test
    void aClockThatIsSetBackByAKnownSpanLeavesItsRest() {
        Spell hour = spell(Duration.ofHours(1));
        Instant now = NOW.plus(Duration.ofMinutes(20)).minus(Duration.ofDays(1));
        Spell after = hour.setBack(Duration.ofDays(1), now);
        assertThat(Duration.between(now, after.until())).isEqualTo(Duration.ofMinutes(40));
    }

    @Test
    void aClockThatIsSetBackNobodyKnowsHowFarLeavesAtMostItsWholeLength() {
        Instant now = NOW.minus(Duration.ofDays(300));
        Spell after = spell(Duration.ofHours(1)).setBack(Duration.ZERO, now);
        assertThat(after.until()).isEqualTo(now.plus(Duration.ofHours(1)));
        assertThat(after.since()).isEqualTo(now);
    }

    @Test
    void aClockThatGoesOnChangesNothing() {
        Spell hour = spell(Duration.ofHours(1));
        assertThat(hour.setBack(Duration.ZERO, NOW.plusSeconds(9))).isEqualTo(hour);
    }
}
