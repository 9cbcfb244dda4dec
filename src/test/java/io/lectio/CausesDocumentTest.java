package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.Causes;
import io.lectio.testhost.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CausesDocumentTest {
    @Test
    void docsCausesHasEachCauseAsItWasSeenOnEachRelease() throws IOException {
        List<String> entries =
                List.of(Files.readString(Path.of("docs/causes.md")).split("\n## "));
        assertThat(entries.stream()
                        .skip(1)
                        .map(entry -> entry.lines().findFirst().orElse("")))
                .containsExactlyElementsOf(
                        Arrays.stream(Causes.values()).map(Causes::words).toList());
        assertThat(entries.stream().skip(1)).allSatisfy(entry -> {
            for (Release release : Release.values()) {
                assertThat(entry).contains("(" + release.codename() + ")");
            }
            String words = entry.lines().findFirst().orElse("");
            assertThat(entry.lines().filter(line -> line.startsWith("> "))).anyMatch(line -> line.contains(words));
        });
    }
}
