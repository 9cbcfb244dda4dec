package io.lectio.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.Event;
import io.lectio.core.Guard;
import io.lectio.core.GuardState;
import io.lectio.core.GuardState.Durable;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Limits;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStateStoreTest {
    private static final Instant NOW = Instant.parse("2026-01-22T03:12:00Z");
    private static final Path WEB = Path.of("/var/www/site/build");
    private static final Site SITE = new Site(
            URI.create("http://localhost/"),
            "127.0.0.1",
            Path.of("/var/www/site"),
            WEB,
            "www-data",
            new PrivatePatterns(List.of("*.map")));
    private static final Policy POLICY = new Policy(SITE, Services.NONE, true, Limits.DEFAULT);

    @TempDir
    private Path folder = Path.of("");

    private FileStateStore store() {
        return new FileStateStore(folder, POLICY, InstantSource.fixed(NOW));
    }

    private static Durable inTheMiddleOfARepair() {
        var denial = new Finding.Denial(
                WEB.resolve("имя.js"), false, 0, "root:root", NOW, NOW, Finding.Place.INSIDE, Optional.empty());
        var failed = new Observation.Failed(new Finding.Access("www-data", 9, List.of(denial), 1, 0));
        return Guard.decide(
                        GuardState.begin(Durable.EMPTY),
                        new Event.Observed(new Observation(CheckId.FILES, NOW, failed)),
                        NOW,
                        POLICY)
                .next()
                .durable();
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        Durable durable = inTheMiddleOfARepair();
        assertThat(durable.incidents()).isNotEmpty();
        store().save(durable);
        assertThat(store().load()).isEqualTo(durable);
    }

    @Test
    void aDamagedStateIsSetAsideAndCountsAsSpent() throws IOException {
        Files.writeString(folder.resolve("state.json"), "{\"nextId\": 3, \"inci");
        Durable durable = store().load();
        assertThat(durable.ledgers().get(Remedy.OpenPaths.ID))
                .isNotNull()
                .satisfies(ledger ->
                        assertThat(ledger.allowedAt(NOW, Limits.DEFAULT)).isAfter(NOW));
        try (var files = Files.list(folder)) {
            assertThat(files.map(Path::toString)).anyMatch(name -> name.contains("unreadable"));
        }
    }

    @Test
    void anyCutOfTheFileIsReadAsDamageAndNeverAsAPart() throws IOException {
        store().save(inTheMiddleOfARepair());
        String whole = Files.readString(folder.resolve("state.json"));
        for (int cut = 1; cut < whole.length() - 1; cut += 37) {
            Files.writeString(folder.resolve("state.json"), whole.substring(0, cut));
            assertThat(store().load().incidents()).isEmpty();
        }
    }

    @Test
    void theLockHasOneHolder() throws IOException {
        try (OneGuard held = OneGuard.take(folder).orElseThrow()) {
            assertThat(held).isNotNull();
        }
        assertThat(OneGuard.take(folder)).isPresent();
    }
}
