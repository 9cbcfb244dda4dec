package io.lectio.host.http;

import static io.lectio.host.http.RawServer.answer;
import static io.lectio.host.http.RawServer.drip;
import static io.lectio.host.http.RawServer.request;
import static io.lectio.host.http.RawServer.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lectio.host.http.HttpFailure.Kind;
import io.lectio.host.http.RawServer.Heard;
import io.lectio.host.http.RawServer.Talk;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The client against servers that speak HTTP well, badly, slowly and not at all.
@Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpClientTest {
    private static final int MOST = 1_000;
    private static final Duration AMPLE = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration SHORT_AT_MOST = Duration.ofSeconds(3);
    private static final String OK = "HTTP/1.1 200 OK\r\n";

    private final HttpClient client = new HttpClient(new Dialer.Fixed("127.0.0.1"), true);

    private HttpAnswer answered(String answer) throws IOException {
        try (RawServer server = RawServer.answering(answer)) {
            return client.get(server.url("/"), MOST, AMPLE);
        }
    }

    /// The server leaves the connection open: who waits for its end, waits in vain.
    private HttpAnswer answeredAndLeftOpen(String answer) throws IOException {
        try (RawServer server = RawServer.talking(socket -> {
            answer(socket, answer);
            RawServer.drain(socket);
        })) {
            return client.get(server.url("/"), MOST, AMPLE);
        }
    }

    private HttpFailure failed(String answer) throws IOException {
        try (RawServer server = RawServer.answering(answer)) {
            return failed(server.url("/"), AMPLE);
        }
    }

    private HttpFailure failed(URI url, Duration deadline) {
        HttpFailure failure = catchThrowableOfType(HttpFailure.class, () -> client.get(url, MOST, deadline));
        assertThat(failure).as("the failure of " + url).isNotNull();
        return failure;
    }

    private static String text(HttpAnswer answer) {
        return new String(answer.body(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void readsABodyOfTheLengthNamedAndNothingAfterIt() throws Exception {
        HttpAnswer answer = answeredAndLeftOpen(
                "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nX-Name:  two words \r\n\r\nhello, more");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.reason()).isEqualTo("Not Found");
        assertThat(text(answer)).isEqualTo("hello");
        assertThat(answer.header("x-NAME")).contains("two words");
        assertThat(answer.header("absent")).isEmpty();
        assertThat(answer.took()).isPositive();
    }

    @Test
    void readsAChunkedBodyWithExtensionsAndTrailers() throws Exception {
        HttpAnswer answer = answeredAndLeftOpen(OK + "Transfer-Encoding: Chunked\r\n\r\n"
                + "5;name=value\r\nhello\r\n00C\r\n, long world\r\n0\r\nX-Trailer: end\r\n\r\n");

        assertThat(text(answer)).isEqualTo("hello, long world");
        assertThat(answer.header("x-trailer")).isEmpty();
    }

    @Test
    void readsABodyUntilTheConnectionCloses() throws Exception {
        assertThat(text(answered(OK + "\r\nall\r\n\r\nof it"))).isEqualTo("all\r\n\r\nof it");
    }

    @Test
    void chunksCountWhereALengthIsNamedToo() throws Exception {
        assertThat(text(answered(OK + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")))
                .isEqualTo("abc");
    }

    @Test
    void keepsEveryByteAsItIs() throws Exception {
        StringBuilder every = new StringBuilder();
        for (char each = 0; each < 256; each++) {
            every.append(each);
        }
        assertThat(text(answered(OK + "Content-Length: 256\r\n\r\n" + every))).isEqualTo(every.toString());
    }

    @Test
    void takesTheLastOfSeveralHeadersAndLinesWithoutACarriageReturn() throws Exception {
        HttpAnswer answer = answered("HTTP/1.0 200\nX-A: 1\nno header\nx-a: 2\nContent-Length: 2\n\nok");
        assertThat(answer.header("X-A")).contains("2");
        assertThat(answer.reason()).isEmpty();
        assertThat(text(answer)).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"204 No Content", "304 Not Modified"})
    void expectsNoBodyWhereTheStatusAllowsNone(String status) throws Exception {
        HttpAnswer answer = answeredAndLeftOpen("HTTP/1.1 " + status + "\r\nContent-Length: 5\r\n\r\n");
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"100 Continue\r\n\r\n", "103 Early Hints\r\nLink: </a.css>\r\n\r\n"})
    void theAnswerIsWhatFollowsAnInterimOne(String interim) throws Exception {
        HttpAnswer answer = answered("HTTP/1.1 " + interim + OK + "Content-Length: 2\r\n\r\nok");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(text(answer)).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 900000000", "X-Until: close", "Transfer-Encoding: chunked"})
    void keepsOnlyAsManyBytesAsWereAskedFor(String framing) throws Exception {
        String chunk = framing.endsWith("chunked") ? "00FF\r\n" + "x".repeat(255) + "\r\n" : "x".repeat(255);
        try (RawServer server = RawServer.talking(socket -> {
            answer(socket, OK + framing + "\r\n\r\n");
            while (!socket.isClosed()) {
                write(socket, chunk);
            }
        })) {
            HttpAnswer answer = client.get(server.url("/"), MOST, AMPLE);
            assertThat(text(answer)).isEqualTo("x".repeat(MOST));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.6\r\n",
                "\r\n\r\n",
                "HTTP/2 200 OK\r\n\r\n",
                "HTTP/1.1\r\n\r\n",
                "HTTP/1.1 999 Odd\r\n\r\n",
                "HTTP/1.1 2000 Odd\r\n\r\n",
                "HTTP/1.1 twohundred\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n80000000\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n"
            })
    void whatIsNotHttpIsToldAsThat(String answer) throws Exception {
        assertThat(failed(answer).kind()).isEqualTo(Kind.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "X-Header: value\r\n", "\n: "})
    void aHeadWithoutEndIsRefusedSoon(String again) throws Exception {
        try (RawServer server = RawServer.talking(socket -> {
            answer(socket, OK + "X-Long: ");
            while (!socket.isClosed()) {
                write(socket, again.repeat(100));
            }
        })) {
            HttpFailure failure = failed(server.url("/"), AMPLE);
            assertThat(failure.kind()).isEqualTo(Kind.MALFORMED);
            assertThat(failure).hasMessageContaining("too large");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 O",
                "HTTP/1.1 200 OK\r\nContent-",
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
            })
    void anAnswerCutShortIsAFailure(String answer) throws Exception {
        assertThat(failed(answer).kind()).isEqualTo(Kind.CLOSED);
    }

    @Test
    void aConnectionResetIsAFailure() throws Exception {
        try (RawServer server = RawServer.talking(socket -> {
            String _ = request(socket);
            socket.setSoLinger(true, 0);
        })) {
            assertThat(failed(server.url("/"), AMPLE).kind()).isEqualTo(Kind.CLOSED);
        }
    }

    @Test
    void aPortWhereNothingListensIsToldWithItsAddress() throws Exception {
        int port = closedPort();
        HttpFailure failure = failed(URI.create("http://localhost:" + port + "/"), AMPLE);
        assertThat(failure.kind()).isEqualTo(Kind.CONNECT);
        assertThat(failure).hasMessageContaining("127.0.0.1:" + port);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return taken.getLocalPort();
        }
    }

    @Test
    void aPortThatCannotBeIsAFailureToo() {
        assertThatThrownBy(() -> client.get(URI.create("http://localhost:99999/"), MOST, AMPLE))
                .isInstanceOf(HttpFailure.class);
    }

    // the request

    private String requested(Dialer dialer, String url) throws IOException, InterruptedException {
        Heard heard = new Heard();
        try (RawServer server = RawServer.talking(socket -> {
            heard.add(request(socket));
            write(socket, OK + "Content-Length: 0\r\n\r\n");
        })) {
            HttpAnswer answer =
                    new HttpClient(dialer, true).get(URI.create(url.replace("PORT", "" + server.port())), MOST, AMPLE);
            assertThat(answer.status()).isEqualTo(200);
            return heard.next().replace(":" + server.port(), ":PORT");
        }
    }

    private String requestLine(String url) throws IOException, InterruptedException {
        return requested(new Dialer.Fixed("127.0.0.1"), url).lines().findFirst().orElseThrow();
    }

    @Test
    void asksForThePageOfTheHostThatIsNamed() throws Exception {
        assertThat(requested(new Dialer.Fixed("127.0.0.1"), "http://example.test:PORT/a"))
                .isEqualTo("""
                GET /a HTTP/1.1
                Host: example.test:PORT
                User-Agent: lectio-monitor
                Accept: */*
                Connection: close

                """.replace("\n", "\r\n"));
    }

    @ParameterizedTest
    @CsvSource({
        "http://h:PORT, GET / HTTP/1.1",
        "http://h:PORT?q=1, GET /?q=1 HTTP/1.1",
        "http://h:PORT/a/b.js?v=1&w=%26%2F#part, GET /a/b.js?v=1&w=%26%2F HTTP/1.1",
        "http://h:PORT/a%20b/%D0%BA%2Fx, GET /a%20b/%D0%BA%2Fx HTTP/1.1"
    })
    void asksForPathAndQueryAsTheyAreWritten(String url, String line) throws Exception {
        assertThat(requestLine(url)).isEqualTo(line);
    }

    @Test
    void whatIsNotAsciiIsEncodedInTheRequest() throws Exception {
        assertThat(requestLine("http://h:PORT/кот?имя=ё"))
                .isEqualTo("GET /%D0%BA%D0%BE%D1%82?%D0%B8%D0%BC%D1%8F=%D1%91 HTTP/1.1");
    }

    @Test
    void postsJsonWithItsLengthInBytes() throws Exception {
        Heard heard = new Heard();
        try (RawServer server = RawServer.talking(socket -> {
            heard.add(request(socket));
            write(socket, OK + "Content-Length: 0\r\n\r\n");
        })) {
            byte[] body = "{\"text\":\"привет\"}".getBytes(StandardCharsets.UTF_8);
            HttpAnswer answer = client.postJson(server.url("/bot/send"), Map.of(), body, MOST, AMPLE);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(heard.next())
                    .startsWith("POST /bot/send HTTP/1.1\r\n")
                    .contains("\r\nContent-Type: application/json\r\n")
                    .contains("\r\nContent-Length: " + body.length + "\r\n")
                    .endsWith("\r\n\r\n" + new String(body, StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void everyExchangeHasItsOwnConnection() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (RawServer server = RawServer.talking(socket -> {
            answer(socket, OK + "Content-Length: 0\r\n\r\n" + connections.incrementAndGet());
            RawServer.drain(socket);
        })) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.get(server.url("/"), MOST, AMPLE).status()).isEqualTo(200);
            }
        }
        assertThat(connections).hasValue(3);
    }

    // deadlines

    private void timesOutSoon(Talk talk) throws IOException {
        try (RawServer server = RawServer.talking(talk)) {
            long start = System.nanoTime();
            HttpFailure failure = failed(server.url("/"), SHORT);
            assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
            assertThat(failure).hasMessageContaining("1.0 s");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SHORT_AT_MOST);
        }
    }

    @Test
    void aServerThatNeverAnswersHitsTheDeadline() throws Exception {
        timesOutSoon(RawServer::drain);
    }

    @Test
    void aServerThatStopsInTheMiddleHitsTheDeadline() throws Exception {
        timesOutSoon(socket -> {
            answer(socket, OK + "Content-Length: 10\r\n\r\nhalf");
            RawServer.drain(socket);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nX-Slow: ",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n384\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;"
            })
    @Tag("slow")
    void aServerThatSendsAByteNowAndThenHitsTheDeadline(String first) throws Exception {
        timesOutSoon(socket -> {
            String _ = request(socket);
            drip(socket, first, "x");
        });
    }

    @Test
    void aServerThatTakesNoRequestHitsTheDeadline() throws Exception {
        try (RawServer server = RawServer.deaf()) {
            byte[] more = new byte[64 << 20];
            long start = System.nanoTime();
            HttpFailure failure = catchThrowableOfType(
                    HttpFailure.class, () -> client.postJson(server.url("/"), Map.of(), more, MOST, SHORT));
            assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SHORT_AT_MOST);
        }
    }

    @Test
    void aServerThatAcceptsNoConnectionHitsTheDeadline() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
                Crowd crowd = Crowd.before(full)) {
            assumeTrue(crowd.queueIsFull(), "needs a full queue of connections");
            long start = System.nanoTime();
            HttpFailure failure = failed(URI.create("http://localhost:" + full.getLocalPort() + "/"), SHORT);
            assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SHORT_AT_MOST);
        }
    }

    @Test
    void aSlowAnswerWithinTheDeadlineIsTaken() throws Exception {
        try (RawServer server = RawServer.talking(socket -> {
            answer(socket, OK + "Content-Length: 4\r\n\r\n");
            drip(socket, "", "slow");
        })) {
            assertThat(text(client.get(server.url("/"), MOST, AMPLE))).isEqualTo("slow");
        }
    }

    @Test
    void aDeadlineLeavesAtLeastAMillisecondAndThenFails() throws Exception {
        assertThat(new Deadline(AMPLE).left()).isBetween(1, 10_000);
        assertThat(new Deadline(Duration.ofDays(100)).left()).isEqualTo(Integer.MAX_VALUE);
        assertThatThrownBy(() -> new Deadline(Duration.ZERO).left())
                .isInstanceOfSatisfying(
                        HttpFailure.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT));
    }

    /// Connections that nobody accepts, more than the server's queue holds.
    private record Crowd(List<SocketChannel> all) implements AutoCloseable {
        static Crowd before(ServerSocket server) throws IOException {
            List<SocketChannel> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                SocketChannel one = SocketChannel.open();
                one.configureBlocking(false);
                all.add(one);
                boolean _ = one.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()));
            }
            return new Crowd(all);
        }

        boolean queueIsFull() throws IOException {
            return !all.getLast().finishConnect();
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel one : all) {
                one.close();
            }
        }
    }
}
