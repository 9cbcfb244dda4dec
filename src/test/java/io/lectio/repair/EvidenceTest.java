package io.lectio.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.health.UnitState.Load;
import io.lectio.core.health.UnitState.Stop;
import io.lectio.host.LastWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvidenceTest {
    private static final UnitState UNIT = new UnitState(
            "app.service",
            Load.LOADED,
            Active.FAILED,
            "failed",
            "signal",
            "",
            0,
            0,
            "signal 9",
            Instant.EPOCH,
            true,
            Stop.NOT_ASKED,
            false,
            "");
    private static final String TRACEBACK =
            "Traceback (most recent call last):\n  File \"a.py\", line 1\nValueError: bad\n";

    @TempDir
    Path folder;

    private final Evidence evidence = Evidence.of(UNIT, List.of());

    private static String stamp(Duration ago) {
        return DateTimeFormatter.ofPattern("'['yyyy-MM-dd HH:mm:ss '+0000]'")
                .withZone(ZoneOffset.UTC)
                .format(Instant.now().minus(ago));
    }

    private List<String> told(String log, Duration age) throws IOException {
        Path file = Files.writeString(folder.resolve("error.log"), log);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
        evidence.addLog(file);
        return evidence.telling();
    }

    @Test
    void aFreshTracebackIsTold() throws IOException {
        String log = stamp(Duration.ofHours(1)) + " [7] [INFO] Booting\n" + stamp(Duration.ofSeconds(9))
                + " [7] [ERROR] Exception in worker process\n" + TRACEBACK;
        assertThat(told(log, Duration.ZERO)).containsExactly("ValueError: bad (a.py:1)");
    }

    /// A new run's first line makes a file young, and not what stands before it.
    @Test
    void anOldTracebackInAYoungLogIsNotTold() throws IOException {
        String log = stamp(Duration.ofHours(1)) + " [7] [ERROR] Exception in worker process\n" + TRACEBACK
                + stamp(Duration.ZERO) + " [8] [INFO] Booting worker with pid: 8\n";
        assertThat(told(log, Duration.ZERO)).isEmpty();
    }

    @Test
    void aLogWithoutTimesIsAsOldAsItsFile() throws IOException {
        assertThat(told(TRACEBACK, Duration.ofMinutes(9))).isEmpty();
        assertThat(told(TRACEBACK, Duration.ZERO)).containsExactly("ValueError: bad (a.py:1)");
    }

    @ParameterizedTest
    @CsvSource({
        "could not connect to postgres://panel:s3c@retPW@db/panel now, could not connect to postgres://panel:***@db/panel now",
        "login failed: password='a b' user=x, login failed: password=*** user=x",
        "SECRET_KEY = abc123, SECRET_KEY = ***",
        "KeyError: 'panel', KeyError: 'panel'",
        "http://127.0.0.1:8000/ refused, http://127.0.0.1:8000/ refused"
    })
    void aPasswordIsNotTold(String line, String told) {
        assertThat(LastWords.told(line)).isEqualTo(told);
    }

    @Test
    void evidenceThatCannotBeSavedIsToldAndIsNoFault() throws IOException {
        Path taken = Files.createFile(folder.resolve("evidence"));
        assertThat(evidence.save(taken, "7")).isEqualTo(taken);
        assertThat(evidence.telling()).singleElement().asString().contains("could not be saved");
    }
}
