package io.lectio.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lectio.host.http.HttpFailure.Kind;
import io.lectio.host.http.RawServer.Heard;
import io.lectio.host.http.RawServer.Talk;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The client against TLS servers with a certificate that nobody has signed.
@Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpClientTlsTest {
    private static final int MOST = 500_000;
    private static final Duration AMPLE = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration SHORT_AT_MOST = Duration.ofSeconds(3);
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    static Path folder;

    private static SSLContext context;

    private final HttpClient trusting = new HttpClient(new Dialer.Fixed("127.0.0.1"), false);
    private final HttpClient verifying = new HttpClient(new Dialer.Fixed("127.0.0.1"), true);

    @BeforeAll
    static void makeTheCertificate() throws Exception {
        Path file = folder.resolve("keys.p12");
        char[] password = "changeit".toCharArray();
        keytool(file);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, password);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, password);
        context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
    }

    private static void keytool(Path file) throws IOException, InterruptedException {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "site",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(25, TimeUnit.SECONDS)).as("keytool ends").isTrue();
    }

    private static RawServer secure(Talk talk) throws IOException {
        return RawServer.talking(
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1")), talk);
    }

    private static RawServer secure(String answer) throws IOException {
        return secure(socket -> RawServer.answer(socket, answer));
    }

    private static URI url(String host, RawServer server) {
        return URI.create("https://" + host + ":" + server.port() + "/");
    }

    private static HttpFailure failed(HttpClient client, URI url, Duration deadline) {
        HttpFailure failure = catchThrowableOfType(HttpFailure.class, () -> client.get(url, MOST, deadline));
        assertThat(failure).as("the failure of " + url).isNotNull();
        return failure;
    }

    @Test
    void aCertificateThatNobodySignedIsRefused() throws Exception {
        Heard heard = new Heard();
        try (RawServer server = secure(socket -> heard.add(RawServer.request(socket)))) {
            HttpFailure failure = failed(verifying, url("localhost", server), AMPLE);
            assertThat(failure.kind()).isEqualTo(Kind.TLS);
            assertThat(failure).hasMessageContaining("certif");
        }
    }

    @Test
    void withoutVerificationAnyCertificateOfAnyNameWillDo() throws Exception {
        try (RawServer server = secure(OK)) {
            for (String host : new String[] {"localhost", "other.test", "127.0.0.1", "[::1]"}) {
                assertThat(trusting.get(url(host, server), MOST, AMPLE).status())
                        .as(host)
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void theServerLearnsTheNameBeforeItChoosesItsCertificate() throws Exception {
        Heard names = new Heard();
        try (RawServer server = secure(socket -> {
            RawServer.answer(socket, OK);
            names.add(((ExtendedSSLSession) ((SSLSocket) socket).getSession())
                    .getRequestedServerNames()
                    .toString());
        })) {
            assertThat(trusting.get(url("example.test", server), MOST, AMPLE).status())
                    .isEqualTo(200);
            assertThat(names.next()).contains("example.test");
        }
    }

    @Test
    void aNameThatTlsCannotCarryIsAnAnswerOrAFailureButNoBug() throws Exception {
        try (RawServer server = secure(OK)) {
            for (String host : new String[] {"example.test.", "a".repeat(64) + ".test"}) {
                assertThatThrownBy(() -> {
                            HttpAnswer _ = trusting.get(url(host, server), MOST, AMPLE);
                            throw new HttpFailure(Kind.TLS, "as good");
                        })
                        .as(host)
                        .isInstanceOf(HttpFailure.class);
            }
        }
    }

    @Test
    void aLargeAnswerOfManyRecordsIsReadToItsBound() throws Exception {
        String chunk = "186A0\r\n" + "x".repeat(100_000) + "\r\n";
        try (RawServer server = secure("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(6))) {
            assertThat(trusting.get(url("localhost", server), MOST, AMPLE).body())
                    .hasSize(MOST)
                    .containsOnly('x');
        }
    }

    @Test
    void theTunnelOfAProxyCarriesTls() throws Exception {
        try (RawServer server = secure(OK);
                ProxyServer proxy = ProxyServer.http(server.port(), Optional.empty())) {
            HttpClient client = new HttpClient(new Dialer.Through(proxy.url()), false);
            assertThat(client.get(URI.create("https://no-such-host.invalid/"), MOST, AMPLE)
                            .status())
                    .isEqualTo(200);
            assertThat(proxy.asked().next()).startsWith("CONNECT no-such-host.invalid:443 HTTP/1.1\r\n");
        }
    }

    @Test
    void aServerThatSpeaksNoTlsIsToldAsThat() throws Exception {
        try (RawServer server = RawServer.talking(socket -> {
            RawServer.write(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
            RawServer.drain(socket);
        })) {
            assertThat(failed(trusting, url("localhost", server), AMPLE).kind()).isEqualTo(Kind.TLS);
        }
    }

    @Test
    void aServerThatClosesInTheHandshakeIsAFailure() throws Exception {
        try (RawServer server = RawServer.talking(socket -> {
            int _ = socket.getInputStream().read();
        })) {
            assertThat(failed(trusting, url("localhost", server), AMPLE).kind()).isIn(Kind.TLS, Kind.CLOSED);
        }
    }

    @Test
    void plainHttpToATlsServerIsAFailure() throws Exception {
        try (RawServer server = secure(OK)) {
            assertThat(failed(trusting, server.url("/"), AMPLE).kind()).isIn(Kind.MALFORMED, Kind.CLOSED);
        }
    }

    private void timesOutSoon(RawServer server) {
        long start = System.nanoTime();
        HttpFailure failure = failed(trusting, url("localhost", server), SHORT);
        assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SHORT_AT_MOST);
    }

    @Test
    void aServerSilentInTheHandshakeHitsTheDeadline() throws Exception {
        try (RawServer server = RawServer.silent()) {
            timesOutSoon(server);
        }
    }

    @Test
    void aServerSilentAfterTheHandshakeHitsTheDeadline() throws Exception {
        try (RawServer server = secure(RawServer::drain)) {
            timesOutSoon(server);
        }
    }

    @Test
    void aHandshakeOfAByteNowAndThenHitsTheDeadline() throws Exception {
        try (RawServer server =
                RawServer.talking(socket -> RawServer.drip(socket, "\026\003\003\077\000\002\000\076\374", "x"))) {
            timesOutSoon(server);
        }
    }

    @Test
    void aRecordOfAByteNowAndThenHitsTheDeadline() throws Exception {
        AtomicBoolean slow = new AtomicBoolean();
        try (RawServer server = secure(socket -> {
                    String _ = RawServer.request(socket);
                    slow.set(true);
                    RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + "x".repeat(900));
                });
                RawServer before = RawServer.talking(socket -> passOn(socket, server.port(), slow))) {
            timesOutSoon(before);
        }
    }

    private static void passOn(Socket client, int port, AtomicBoolean slow) throws IOException, InterruptedException {
        try (Socket far = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            RawServer.inBackground(() -> passOn(client, far));
            OutputStream out = client.getOutputStream();
            for (int next = far.getInputStream().read();
                    next >= 0;
                    next = far.getInputStream().read()) {
                if (slow.get()) {
                    TimeUnit.MILLISECONDS.sleep(200);
                }
                out.write(next);
            }
        }
    }

    private static void passOn(Socket from, Socket to) {
        try {
            long _ = from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            return; // one of both has gone
        }
    }
}
