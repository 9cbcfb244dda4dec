package io.lectio;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.Causes;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Promises 4, 9 and 10: the right cause is named, nothing is restarted for it, and it is over when it is mended.
@HostTest
class CausesOnARealHostTest {
    private static final String ALL = "LECTIO_CAUSES_ALL";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path DOCUMENT = Path.of("docs/causes.md");
    private static final Map<Causes, Map<Release, Seen>> SEEN = new ConcurrentSkipListMap<>();

    private record Seen(String text, Duration after, int restarts) {}

    @AfterAll
    static void writeTheDocument() throws IOException {
        if (System.getenv(ALL) == null) {
            return;
        }
        StringBuilder text = new StringBuilder("""
                # Causes

                Each was made for real on test hosts of both Debian releases, and is named by the guard in these words. Written by
                `LECTIO_CAUSES_ALL=1 mvn test -Dtest=CausesOnARealHostTest -Dlectio.groups=host`; the times are from its making to the message at the Bot API.
                """);
        SEEN.forEach((cause, seen) -> {
            text.append("\n## ").append(cause.words()).append("\n\n");
            Seen one = seen.values().iterator().next();
            one.text().lines().forEach(line -> text.append("> ").append(line).append("  \n"));
            text.append("\nDone: ")
                    .append(one.restarts() == 0 ? "nothing" : "started anew once, since it had been killed");
            text.append(". Told after ")
                    .append(seen.entrySet().stream()
                            .map(each -> "%.1f s (%s)"
                                    .formatted(
                                            each.getValue().after().toMillis() / 1000.0,
                                            each.getKey().codename()))
                            .collect(joining(", ")))
                    .append(".\n");
        });
        Files.writeString(DOCUMENT, text);
    }

    /// Each release has half of them in each run; all of both are in docs/causes.md.
    @ParameterizedTest
    @EnumSource(Release.class)
    void namesTheCauseAndRestartsNothing(Release release) {
        List<Causes> all = List.of(Causes.values());
        int first = List.of(Release.values()).indexOf(release);
        List<Causes> mine = all.stream()
                .filter(cause -> all.indexOf(cause) % Release.values().length == first || System.getenv(ALL) != null)
                .toList();
        try (GuardedHost guarded = GuardedHost.boot(release, Causes::prepare, "LECTIO_LANGUAGE=en")) {
            guarded.awaitAllWell();
            guarded.awaitWell("database");
            mine.forEach(cause -> names(guarded, cause));
        }
    }

    private static void names(GuardedHost guarded, Causes cause) {
        int attempts = guarded.attempts().size();
        Instant made = Instant.now();
        cause.make(guarded.host());
        Message told = guarded.bot()
                .awaitMessage(
                        message -> message.text().contains(cause.words())
                                && !message.text().contains("healed in"),
                        PATIENCE);
        Duration after = Duration.between(made, told.firstAt().isAfter(made) ? told.firstAt() : told.lastAt());
        System.out.printf("%-8s %-20s told after %5d ms%n", guarded.host().release(), cause, after.toMillis());
        assertThat(told.text()).contains("a person is needed").contains(cause.named());
        guarded.host().sh("sleep 3");
        int restarts = guarded.attempts().size() - attempts;
        assertThat(restarts).as(cause + ", restarts").isLessThanOrEqualTo(cause.kills() ? 1 : 0);
        SEEN.computeIfAbsent(cause, _ -> new ConcurrentSkipListMap<>())
                .put(guarded.host().release(), new Seen(told.text(), after, restarts));
        cause.mend(guarded.host());
        guarded.awaitCalm();
    }
}
