package io.lectio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.control.Status;
import io.lectio.core.health.CheckHealth;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Level;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Order.Spell;
import io.lectio.store.HistoryEvent;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What a terminal is shown: it fits, and whatever a site's own server said cannot move the cursor.
class ScreenTest {
    private static final Instant NOW = Instant.parse("2026-01-22T03:12:00Z");
    private static final String HOSTILE =
            "503 \u009b2J \u001b[2J\u001b]0;title\u0007\r\nA line\u202e of its own " + "long ".repeat(40);

    private static final Paint PLAIN = new Paint(true, false);

    private static Status status(int incidents) {
        Spell spell = new Spell(NOW, NOW.plusSeconds(60), "root", HOSTILE);
        return new Status(
                1,
                NOW.minusSeconds(90_000),
                NOW.minusSeconds(3_600),
                true,
                Optional.of(HOSTILE),
                Optional.of(spell),
                Optional.of(spell),
                Stream.of(CheckId.values())
                        .map(check ->
                                new Status.Check(check.name(), CheckHealth.Status.UNHEALTHY, Optional.of(NOW), HOSTILE))
                        .toList(),
                Stream.iterate(1L, id -> id + 1)
                        .limit(incidents)
                        .map(id -> new Status.Open(
                                id, "page", Level.CRITICAL, "CoolingDown", NOW, "PageBroken", HOSTILE, 3))
                        .toList(),
                100,
                Optional.of(HOSTILE));
    }

    private static void isHarmless(Stream<String> lines) {
        assertThat(lines)
                .isNotEmpty()
                .noneMatch(line -> line.chars().anyMatch(c -> Character.isISOControl(c) || c == 0x202e));
    }

    /// A carriage return is no end of a line here.
    private static Stream<String> lines(String text) {
        return Pattern.compile("\n").splitAsStream(text);
    }

    @Test
    void everyLineFitsInto80Columns() {
        List<String> lines = new StatusScreen(NOW, ZoneOffset.UTC, PLAIN, 80).lines(status(20));
        assertThat(lines).allMatch(line -> line.length() <= 80, "80 columns at most");
        assertThat(lines).anyMatch(line -> line.length() == 80 && line.endsWith("…"));
    }

    @Test
    void aServersWordsMoveNoCursor() {
        StatusScreen screen = new StatusScreen(NOW, ZoneOffset.UTC, PLAIN, Integer.MAX_VALUE);
        isHarmless(screen.lines(status(3)).stream());
        isHarmless(screen.changes(Optional.empty(), status(3)).stream());
        isHarmless(lines(Report.text(Map.of(CheckId.PAGE, new Observation.Unknown(HOSTILE)))));
        Map<String, Object> more =
                Map.of("brokenAt", NOW, "openedAt", NOW, "subject", "page", "kind", "PageBroken", "cause", HOSTILE);
        List<HistoryEvent> events =
                List.of(new HistoryEvent(NOW, "main", 1, HistoryEvent.What.OPENED, Level.WARNING, HOSTILE, more));
        isHarmless(lines(HistoryText.course(events)));
        isHarmless(lines(HistoryText.postMortem(events)));
        assertThat(HistoryText.course(events)).doesNotContain("\nA line");
    }

    @Test
    void colourIsForTerminalsThatHaveIt() {
        assertThat(new Paint(true, true).in(Paint.RED, "x")).isEqualTo("\u001b[31mx\u001b[m");
        assertThat(PLAIN.level(Level.CRITICAL, "x")).isEqualTo("x");
        assertThat(Paint.of(Map.of("TERM", "dumb"))).isEqualTo(new Paint(false, false));
    }
}
