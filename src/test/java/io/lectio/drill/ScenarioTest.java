package io.lectio.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The plan's two times: found within, back within.
class ScenarioTest {
    @ParameterizedTest
    @CsvSource({
        "PERMISSIONS, 60_000, 70_000, true",
        "PERMISSIONS, 60_001, 60_002, false",
        "PERMISSIONS, 0, 10_001, false",
        "APP_HANG, 31_000, 46_000, true",
        "APP_HANG, 31_000, 46_001, false",
        "APP_KILL, 1_500, 6_000, true",
        "APP_KILL, 0, 6_001, false",
    })
    void eachOfThemIsKeptOrAtOnceBothTogether(Scenario scenario, String found, String over, boolean kept) {
        assertThat(scenario.isKept(millis(found), millis(over))).isEqualTo(kept);
    }

    private static Duration millis(String text) {
        return Duration.ofMillis(Long.parseLong(text.replace("_", "")));
    }
}
