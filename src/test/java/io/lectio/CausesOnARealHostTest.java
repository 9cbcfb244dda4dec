package io.lectio;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.Causes;
import io.lectio.testhost.Causes.Outcome;
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
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Promises 4, 9 and 10: the right cause is named, nothing is restarted for it, and it is over when it is mended.
@HostTest
@Order(1)
class CausesOnARealHostTest {
    /// `all` for every cause on both releases, into the document; or some, by their names, into `target/causes.md`.
    private static final Optional<String> WANTED = Optional.ofNullable(System.getenv("LECTIO_CAUSES"));

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Path DOCUMENT = Path.of("docs/causes.md");
    private static final Path SOME = Path.of("target/causes.md");
    private static final Map<Causes, Map<Release, Seen>> SEEN = new ConcurrentSkipListMap<>();

    private record Seen(String text, Duration after, int restarts) {}

    @AfterAll
    static void writeTheDocument() throws IOException {
        if (WANTED.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder("""
                # Causes

                Each was made for real on test hosts of both Debian releases, and is named by the guard in these words. Written by
                `LECTIO_CAUSES=all mvn test -Dtest=CausesOnARealHostTest -Dlectio.groups=host`; the times are from its making to the message at the Bot API,
                with `timing.slow-round` of 10 s, which is a minute by default: nginx's configuration, the name and the certificate are looked at so often.
                The OOM kill is not among them, for these hosts have no memory controller: the kernel's own lines, recorded, are read in
                MemoryTest. PostgreSQL's causes are made on a real server in PostgresProbeTest, its units' in UnitsOnARealHostTest, a full disk under the guard itself in
                FullDiskOnARealHostTest.
                """);
        SEEN.forEach((cause, seen) -> {
            text.append("\n## ").append(cause.words()).append("\n\n");
            Seen one = seen.values().iterator().next();
            one.text().lines().forEach(line -> text.append("> ").append(line).append("  \n"));
            text.append("\nDone: ").append(done(cause.outcome(), one.restarts()));
            text.append(". Told after ")
                    .append(seen.entrySet().stream()
                            .map(each -> "%.1f s (%s)"
                                    .formatted(
                                            each.getValue().after().toMillis() / 1000.0,
                                            each.getKey().codename()))
                            .collect(joining(", ")))
                    .append(".\n");
        });
        Files.writeString(WANTED.get().equals("all") ? DOCUMENT : SOME, text);
    }

    private static String done(Outcome outcome, int repairs) {
        if (repairs == 0) {
            return "nothing";
        }
        return switch (outcome) {
            case TOLD, LEFT -> "started anew once, since it had been killed";
            case MENDED -> "repaired";
        };
    }

    /// Each release has half of them in each run; all of both are in docs/causes.md.
    @ParameterizedTest
    @EnumSource(Release.class)
    void namesTheCauseAndRestartsNothing(Release release) {
        List<Causes> all = List.of(Causes.values());
        int first = List.of(Release.values()).indexOf(release);
        List<Causes> mine = all.stream()
                .filter(cause -> WANTED.map(names -> names.equals("all") || names.contains(cause.name()))
                        .orElse(all.indexOf(cause) % Release.values().length == first))
                .toList();
        try (GuardedHost guarded = GuardedHost.boot(release, Causes::prepare, "LECTIO_LANGUAGE=en")) {
            guarded.host()
                    .sh("printf 'sites: [{url: https://school.example/, timing: {slow-round: 10s}}]\\n'"
                            + " >/opt/lectio-monitor/lectio.yaml; systemctl restart lectio-monitor");
            guarded.awaitGuard();
            guarded.awaitAllWell();
            guarded.awaitWell("database");
            guarded.awaitWell("public");
            mine.forEach(cause -> names(guarded, cause));
        }
    }

    private static void names(GuardedHost guarded, Causes cause) {
        int attempts = guarded.attempts().size();
        Instant made = Instant.now();
        cause.make(guarded);
        Message told = guarded.bot()
                .awaitMessage(
                        message -> message.lastAt().isAfter(made)
                                && message.text().contains(cause.words())
                                && message.text().contains("healed in") == (cause.outcome() == Outcome.MENDED),
                        PATIENCE);
        Duration after = Duration.between(made, told.firstAt().isAfter(made) ? told.firstAt() : told.lastAt());
        System.out.printf("%-8s %-20s told after %5d ms%n", guarded.host().release(), cause, after.toMillis());
        assertThat(told.text()).contains(cause.named());
        assertThat(told.text().contains("a person is needed"))
                .as(told.text())
                .isEqualTo(cause.outcome() == Outcome.TOLD);
        guarded.host().sh("sleep 3");
        int restarts = guarded.attempts().size() - attempts;
        int most = switch (cause.outcome()) {
            case TOLD -> cause.kills() ? 1 : 0;
            case LEFT -> 0;
            case MENDED -> 1;
        };
        assertThat(restarts).as(cause + ", repairs").isLessThanOrEqualTo(most);
        SEEN.computeIfAbsent(cause, _ -> new ConcurrentSkipListMap<>())
                .put(guarded.host().release(), new Seen(told.text(), after, restarts));
        cause.mend(guarded);
        guarded.awaitCalm();
    }
}
