package io.lectio.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.config.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A round of cron's is known by its number, which another process may have by now, and by its words.
class RoundTest {
    @TempDir
    private Path folder = Path.of("");

    private Home home() throws IOException {
        Home home = Home.of(Map.of("LECTIO_HOME", folder.toString()));
        Files.createDirectories(home.state());
        return home;
    }

    @ParameterizedTest
    @CsvSource({
        "io.lectio.Main check --cron, true",
        "io.lectio.Main check --json --cron, true",
        "io.lectio.Main check, false",
        "io.lectio.Main deploy frontend check --cron, false",
        "another.Main check --cron, false",
        "check --cron, false"
    })
    void isWhatItsWordsSay(String words, boolean round) throws Exception {
        List<String> shell = new ArrayList<>(List.of("sh", "-c", "read -r line", "java")); // which reads no more words
        shell.addAll(List.of(words.split(" ")));
        Process process = new ProcessBuilder(shell).start();
        try {
            Files.writeString(home().state().resolve("round"), Long.toString(process.pid()));
            assertThat(Round.isUnderWay(home())).as(words).isEqualTo(round);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void whatNamesNobodyIsNone() throws IOException {
        assertThat(Round.isUnderWay(home())).isFalse();
        Files.writeString(home().state().resolve("round"), "soon");
        assertThat(Round.isUnderWay(home())).isFalse();
    }
}
