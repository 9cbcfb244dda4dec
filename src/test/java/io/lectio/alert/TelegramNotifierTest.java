package io.lectio.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.lectio.core.incident.Alert;
import io.lectio.core.incident.Delivery;
import io.lectio.core.incident.Outbox;
import io.lectio.core.incident.Outbox.Parcel;
import io.lectio.core.policy.Language;
import io.lectio.core.policy.Secret;
import io.lectio.testhost.BotApiServer;
import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.BotApiServer.Outage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What each answer of the Bot API, and each way in which it fails, is taken for; and that no word about it holds
/// the token.
@Tag("slow")
class TelegramNotifierTest {
    private static final String CANARY = "AAcanaryCANARYcanaryCANARYcanaryCANAR";
    private static final String TOKEN = "123456789:" + CANARY;
    private static final String CHAT = "42";
    private static final Duration LONGEST = Duration.ofSeconds(21);

    private final BotApiServer server = new BotApiServer(InetAddress.getLoopbackAddress(), TOKEN, CHAT);
    private final Alert alert = healed(1, "index.html", Optional.empty());
    private final List<Delivery> said = new ArrayList<>();

    @AfterEach
    void endsWithoutAWordOfTheToken() {
        server.close();
        assertThat(said).allSatisfy(delivery -> assertThat(delivery.toString()).doesNotContain(CANARY));
    }

    private static TelegramNotifier notifier(URI api, String token, Optional<URI> proxy) {
        return new TelegramNotifier(
                api,
                new Secret(token),
                CHAT,
                proxy,
                new Texts(Language.RU, ZoneOffset.UTC, InstantSource.system(), true));
    }

    private Delivery send(Parcel parcel) {
        return send(notifier(server.uri(), TOKEN, Optional.empty()), parcel);
    }

    private Delivery send(TelegramNotifier notifier, Parcel parcel) {
        long start = System.nanoTime();
        Delivery delivery = notifier.send(parcel);
        assertThat(System.nanoTime() - start).isLessThan(LONGEST.toNanos());
        said.add(delivery);
        return delivery;
    }

    private static Alert healed(long id, String file, Optional<Long> message) {
        return Told.paths(Told.closedFile(file))
                .tried(1, Told.changed(0, 1, 0))
                .healed(Duration.ofMillis(300), 14)
                .alert(id, message);
    }

    private static Parcel parcel(Alert... alerts) {
        return new Parcel(List.of(alerts), Optional.empty(), false, 0, List.of(), false);
    }

    private static Parcel afterFailure(Alert failed) {
        return new Parcel(List.of(failed), Optional.empty(), true, 0, List.of(), false);
    }

    /// A park alone may end at once, by a permit that is left over.
    private static void apart() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_050);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static long id(Delivery delivery) {
        return ((Delivery.Accepted) delivery).messageId().orElseThrow();
    }

    @Test
    void sendsThenEditsTheSameMessage() {
        long message = id(send(parcel(alert)));
        apart();
        assertThat(id(send(parcel(healed(1, "app.js", Optional.of(message)))))).isEqualTo(message);
        assertThat(server.chat()).hasSize(1);
        assertThat(server.chat().getFirst().text()).contains("app.js");
        assertThat(server.chat().getFirst().edits()).isEqualTo(1);
    }

    @Test
    void anEditThatChangesNothingIsASuccess() {
        long message = id(send(parcel(alert)));
        apart();
        assertThat(id(send(parcel(healed(1, "index.html", Optional.of(message))))))
                .isEqualTo(message);
    }

    @Test
    void anEditOfAMessageThatIsGoneAsksForANewOne() {
        long message = id(send(parcel(alert)));
        server.forget(message);
        apart();
        assertThat(send(parcel(healed(1, "app.js", Optional.of(message))))).isInstanceOf(Delivery.TargetGone.class);
    }

    @Test
    void aChatThatHasMovedIsNamed() {
        server.migrateTo("-10042");
        assertThat(send(parcel(alert))).isEqualTo(new Delivery.Migrated(new Outbox.Moved(CHAT, "-10042")));
        apart();
        assertThat(send(new Parcel(
                        List.of(alert), Optional.of(new Outbox.Moved(CHAT, "-10042")), false, 0, List.of(), false)))
                .isInstanceOf(Delivery.Accepted.class);
    }

    @Test
    void tooMuchIsToldWithItsPause() {
        server.retryAfter(7);
        assertThat(send(parcel(alert))).isEqualTo(new Delivery.RetryAfter(Duration.ofSeconds(7)));
    }

    @Test
    void whatOnlyAPersonCanMendIsRefused() {
        String other = "123456789:other" + CANARY.substring(5);
        assertThat(send(notifier(server.uri(), other, Optional.empty()), parcel(alert)))
                .isInstanceOf(Delivery.Refused.class);
        server.blocked(true);
        assertThat(send(parcel(alert))).isInstanceOf(Delivery.Refused.class);
        server.blocked(false);
        apart();
        assertThat(send(new Parcel(
                        List.of(alert), Optional.of(new Outbox.Moved(CHAT, "77")), false, 0, List.of(), false)))
                .isInstanceOf(Delivery.Refused.class);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void anOutageIsUnreachableWithinItsDeadlineAndLeavesAtMostOneCopy(Outage outage) {
        server.outage(outage);
        assertThat(send(parcel(alert))).isInstanceOf(Delivery.Unreachable.class);
        for (int again = 0; again < 2; again++) {
            assertThat(send(afterFailure(alert))).isInstanceOf(Delivery.Unreachable.class);
        }
        server.outage(Outage.NONE);
        apart();
        assertThat(send(afterFailure(alert))).isInstanceOf(Delivery.Accepted.class);
        assertThat(server.chat())
                .as("one, and one more where the first answer was lost")
                .hasSizeBetween(1, 2);
    }

    @Test
    void nobodyAtTheNameOrBehindTheProxyIsUnreachable() {
        URI nowhere = URI.create("https://no-such-host.invalid");
        assertThat(send(notifier(nowhere, TOKEN, Optional.empty()), parcel(alert)))
                .isInstanceOf(Delivery.Unreachable.class);
        URI tls = URI.create(server.baseUrl().replace("http:", "https:"));
        assertThat(send(notifier(tls, TOKEN, Optional.empty()), parcel(alert)))
                .isInstanceOf(Delivery.Unreachable.class);
        URI proxy = URI.create("socks5://user:" + CANARY + "@127.0.0.1:1");
        assertThat(send(notifier(server.uri(), TOKEN, Optional.of(proxy)), parcel(alert)))
                .isInstanceOf(Delivery.Unreachable.class);
    }

    /// Promise 3: the Bot API refuses what is empty, too long or not text; no name may make it so.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<b>bold<!b> &amp; <script>",
                "*_[markdown](tg:!user?id=1)_*`",
                "bell \u0007",
                "line\nbreak\r\n",
                "\u202egnp.exe right to left \u2066",
                "🚨🚨🚨",
                "\u200b\u200b",
                "   "
            })
    void anyNameIsFitForAMessage(String file) {
        assertFits(healed(1, file, Optional.empty()));
    }

    @Test
    void aNameOfAMegabyteIsFitForAMessage() {
        assertFits(healed(1, "🚨x".repeat(262_144), Optional.empty()));
    }

    private void assertFits(Alert told) {
        assertThat(send(parcel(told))).isInstanceOf(Delivery.Accepted.class);
        Message shown = server.chat().getFirst();
        assertThat(shown.text().length()).isBetween(20, 4_096);
        assertThat(shown.text().chars().filter(unit -> unit < ' ' && unit != '\n'))
                .isEmpty();
    }

    /// Whoever answers may repeat what was asked, and the address holds the token.
    @Test
    void anAnswerThatRepeatsTheTokenIsToldWithoutIt() throws IOException {
        HttpServer echo = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        echo.createContext("/", exchange -> {
            byte[] body = ("{\"ok\":false,\"description\":\"no " + exchange.getRequestURI() + "\"}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(502, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        echo.start();
        try {
            URI api = URI.create("http://127.0.0.1:" + echo.getAddress().getPort());
            Delivery told = send(notifier(api, TOKEN, Optional.empty()), parcel(alert));
            assertThat(told.toString()).contains("[secret]", "502");
        } finally {
            echo.stop(0);
        }
    }

    @Test
    void anAddressThatCannotBeAskedIsToldWithoutTheToken() {
        URI nowhere = URI.create("http://127.0.0.1:99999");
        assertThat(send(notifier(nowhere, TOKEN, Optional.empty()), parcel(alert))
                        .toString())
                .contains("[secret]", "99999");
    }

    @Test
    void aDigestOfManyIsOneMessage() {
        Alert[] many = LongStream.rangeClosed(1, 500)
                .mapToObj(id -> healed(id, "chunk-" + id + ".js", Optional.empty()))
                .toArray(Alert[]::new);
        assertThat(send(parcel(many))).isInstanceOf(Delivery.Accepted.class);
        assertThat(server.chat()).hasSize(1);
        assertThat(server.chat().getFirst().text()).contains("500", "chunk-1.js", "480");
    }
}
