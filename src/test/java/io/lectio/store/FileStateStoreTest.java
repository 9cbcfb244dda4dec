package io.lectio.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.Action;
import io.lectio.core.Decision;
import io.lectio.core.Event;
import io.lectio.core.Guard;
import io.lectio.core.GuardState;
import io.lectio.core.GuardState.Durable;
import io.lectio.core.health.Finding;
import io.lectio.core.health.Observation;
import io.lectio.core.incident.Incident;
import io.lectio.core.incident.Incident.CoolingDown;
import io.lectio.core.incident.Incident.Limit;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Limits;
import io.lectio.core.policy.Policies;
import io.lectio.core.policy.Policy;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Remedy;
import io.lectio.core.policy.Services;
import io.lectio.core.policy.Site;
import io.lectio.engine.EventLog;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    private static final Policy POLICY = Policies.of(SITE, Services.NONE, true);

    @TempDir
    private Path folder = Path.of("");

    private final List<String> said = new ArrayList<>();
    private final EventLog log = line -> said.add(line.level() + " " + line.text());

    private FileStateStore store() {
        return new FileStateStore(folder, POLICY, InstantSource.fixed(NOW), log);
    }

    private static Durable inTheMiddleOfARepair() {
        var denial = new Finding.Denial(
                WEB.resolve("имя.js"),
                false,
                0,
                "root:root",
                NOW,
                NOW,
                Finding.Place.INSIDE,
                Optional.empty(),
                Optional.empty());
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
    void aPauseOfAnOlderGuardIsReadWithoutItsReason() throws IOException {
        Durable durable = inTheMiddleOfARepair();
        Incident open = durable.incidents().getFirst();
        CoolingDown pause = new CoolingDown(NOW, Optional.of(Limit.HOURLY));
        Incident paused = new Incident(
                open.id(),
                open.openedAt(),
                open.brokenAt(),
                open.diagnosis(),
                open.symptom(),
                open.failingBefore(),
                open.toProve(),
                open.attempts(),
                pause,
                open.worst(),
                Optional.empty());
        store().save(new Durable(
                9,
                List.of(paused),
                Map.of(),
                durable.outbox(),
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
        assertThat(store().load().incidents().getFirst().phase()).isEqualTo(pause);

        Path file = folder.resolve("state.json");
        String older = Files.readString(file).replaceAll(",\\s*\"limit\" : \"HOURLY\"", "");
        assertThat(older).doesNotContain("HOURLY");
        Files.writeString(file, older);
        assertThat(store().load().incidents().getFirst().phase()).isEqualTo(new CoolingDown(NOW, Optional.empty()));
    }

    /// Promise 35: `older-state.json` is as the guard of commit 54a5a7a wrote it, in the middle of a fault, before
    /// there were
    /// silence, maintenance, deploys and much else; its alert had not been delivered.
    @Test
    void nothingIsLostOfTheStateOfAnOlderGuard() throws IOException {
        try (InputStream older = FileStateStoreTest.class.getResourceAsStream("older-state.json")) {
            Files.write(
                    folder.resolve("state.json"), Objects.requireNonNull(older).readAllBytes());
        }
        Durable durable = store().load();
        assertThat(said).isEmpty();
        assertThat(durable.nextId()).isEqualTo(3);
        Incident incident = durable.incidents().getFirst();
        assertThat(incident.attempts()).hasSize(1);
        assertThat(incident.phase()).isInstanceOf(Incident.Proving.class);
        assertThat(durable.ledgers().get(Remedy.OpenPaths.ID)).satisfies(ledger -> {
            assertThat(ledger.spent()).hasSize(1);
            assertThat(ledger.row()).isEqualTo(1);
        });
        Instant now = NOW.plusSeconds(20);
        Decision started = Guard.decide(GuardState.begin(durable), new Event.Started(), now, POLICY);
        Decision next = Guard.decide(started.next(), new Event.Tick(), now.plusSeconds(1), POLICY);
        assertThat(Stream.of(started, next).flatMap(each -> each.actions().stream()))
                .as("its alert")
                .anySatisfy(action -> assertThat(action)
                        .isInstanceOfSatisfying(
                                Action.Send.class,
                                send -> assertThat(send.parcel().toString()).contains("имя.js")));
        store().save(next.next().durable());
        assertThat(store().load()).isEqualTo(next.next().durable());
    }

    /// Promise 35: a guard that an upgrade has killed while it saved.
    @Test
    void whatWasWrittenHalfBesideTheStateIsNoPartOfIt() throws IOException {
        Durable durable = inTheMiddleOfARepair();
        store().save(durable);
        String whole = Files.readString(folder.resolve("state.json"));
        for (int cut = 0; cut < whole.length(); cut += 37) {
            Files.writeString(folder.resolve("state.json.new"), whole.substring(0, cut));
            assertThat(store().load()).isEqualTo(durable);
            store().save(durable);
            assertThat(folder.resolve("state.json.new")).doesNotExist();
        }
        assertThat(said).isEmpty();
    }

    @Test
    void aDamagedStateIsSetAsideAndCountsAsSpent() throws IOException {
        Files.writeString(folder.resolve("state.json"), "{\"nextId\": 3, \"inci");
        Durable durable = store().load();
        assertThat(durable.ledgers().get(Remedy.OpenPaths.ID))
                .isNotNull()
                .satisfies(
                        ledger -> assertThat(ledger.pause(NOW, Limits.DEFAULT)).isPresent());
        try (var files = Files.list(folder)) {
            String aside = files.map(Path::toString)
                    .filter(name -> name.contains("unreadable"))
                    .findFirst()
                    .orElseThrow();
            assertThat(said).singleElement().asString().startsWith("WARNING ").contains(aside);
        }
    }

    /// Each of them is damage, told with its place; none of them may end the guard, which would only be started
    /// anew.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'ledgers': {'open-paths': {'row': 99999999999}}} | ledgers.open-paths.row",
                "{'ledgers': {'open-paths': {'row': 'one'}}} | ledgers.open-paths.row",
                "{'ledgers': {'open-paths': {'row': 9999999999999999999999}}} | out of range",
                "{'ledgers': {'open-paths': 7}} | ledgers.open-paths",
                "{'ledgers': {'open-paths': null}} | ledgers.open-paths",
                "{'ledgers': [1]} | ledgers",
                "{'incidents': {'a': 1}} | incidents",
                "{'incidents': [null]} | incidents[0]",
                "{'incidents': [{}]} | incidents[0]",
                "{'nextId': null} | nextId",
                "{'nextId': 1.5} | nextId",
                "{'nextId': 1} x | x",
                "{'nextId': 1} {} | more after the end",
                "[] | Durable",
                "7 | Durable",
                "null | Durable",
                "'' | too early",
            })
    void whateverCannotBeBoundIsSetAsideWithItsPlace(String text, String place) throws IOException {
        String json = text.replace('\'', '"');
        if (json.startsWith("{") && !json.contains("nextId")) {
            json = "{\"nextId\": 1, " + json.substring(1);
        }
        Files.writeString(folder.resolve("state.json"), json);
        assertThat(store().load().ledgers()).containsKey(Remedy.OpenPaths.ID);
        assertThat(said).singleElement().asString().contains(place);
    }

    /// From a whole state, each value in turn is another: it is read, or it is damage.
    @Test
    void anyValueMayBeAnyOther() throws IOException {
        store().save(inTheMiddleOfARepair());
        String whole = Files.readString(folder.resolve("state.json"));
        Pattern value = Pattern.compile("(?<= : )(\"[^\"]*\"|-?\\d+|true|false|null)");
        List<String> others = List.of(
                "null",
                "-1",
                "99999999999",
                "true",
                "1e999",
                "[]",
                "{}",
                "\"\"",
                "\"+1000000000-12-31T23:59:59Z\"",
                "\"PT2562047788015215H\"",
                "\"\\u0000\"");
        int read = 0;
        for (MatchResult place : value.matcher(whole).results().toList()) {
            for (String other : others) {
                Files.writeString(
                        folder.resolve("state.json"),
                        whole.substring(0, place.start()) + other + whole.substring(place.end()));
                Durable durable = store().load();
                GuardState state = Guard.decide(GuardState.begin(durable), new Event.Started(), NOW, POLICY)
                        .next();
                assertThat(state).isNotNull();
                read++;
            }
        }
        assertThat(read).isGreaterThan(100);
    }

    @Test
    void aStateOfManyLevelsOrManyBytesIsDamage() throws IOException {
        Files.writeString(folder.resolve("state.json"), "[".repeat(100_000));
        assertThat(store().load().incidents()).isEmpty();
        Files.writeString(folder.resolve("state.json"), " ".repeat(5_000_000) + "{\"nextId\": 1}");
        assertThat(store().load().incidents()).isEmpty();
        assertThat(said).hasSize(2);
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
