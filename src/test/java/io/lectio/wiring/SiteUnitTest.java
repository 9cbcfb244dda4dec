package io.lectio.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.config.ConfigLoader;
import io.lectio.config.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteUnitTest {
    private static final Path SHIPPED = Path.of("src/main/dist/systemd");

    @TempDir
    private Path folder;

    /// Whoever copies the example has what the command would add.
    @Test
    void theDropInSaysNothingThatTheExampleDoesNot() throws Exception {
        Home home = Home.of(Map.of("LECTIO_HOME", folder.toString()));
        SiteUnit unit = SiteUnit.of(
                        home, ConfigLoader.load(home.configuration()).sites().getFirst())
                .orElseThrow();
        List<String> example = settings(Files.readString(SHIPPED.resolve("teaching_panel.service")));
        List<String> dropIn = settings(unit.dropIn().text());
        assertThat(example).containsAll(dropIn);
        assertThat(dropIn)
                .contains(
                        "WatchdogSec=60",
                        "StartLimitBurst=5",
                        "OnFailure=failure-notifier@teaching_panel.service.service");
    }

    private static List<String> settings(String unit) {
        return unit.lines()
                .filter(line -> line.contains("=") && !line.startsWith("#"))
                .map(line -> line.replace("%n", "teaching_panel.service").replaceAll("(Sec=\\d+)s$", "$1"))
                .toList();
    }

    /// Each must take what the other tells: the names of files are an agreement between a script and the code.
    @Test
    void theScriptNotesWhereTheNotifierLooks() throws IOException {
        assertThat(Files.readString(SHIPPED.resolve("lectio-failed")))
                .contains(
                        "/var/lib/lectio-monitor/failures",
                        "\"$notes/$1@$INVOCATION_ID\"",
                        "failure-notifier@$1.service");
    }
}
