package io.lectio.host.http;

import static io.lectio.host.http.ProxyServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lectio.host.http.HttpFailure.Kind;
import io.lectio.host.http.RawServer.Heard;
import io.lectio.host.http.RawServer.Talk;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The ways to a host: by address, by name, through proxies that are willing, unwilling, slow and silent.
@Timeout(value = 15, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DialerTest {
    private static final int MOST = 1_000;
    private static final Duration AMPLE = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration SHORT_AT_MOST = Duration.ofSeconds(3);
    private static final URI FAR = URI.create("http://no-such-host.invalid/page");
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final byte[] IPV4 = {1, 127, 0, 0, 1};

    private final Heard requests = new Heard();
    private RawServer far;

    @BeforeEach
    void start() throws IOException {
        far = RawServer.talking(socket -> {
            requests.add(RawServer.request(socket));
            RawServer.write(socket, OK);
        });
    }

    @AfterEach
    void stop() throws IOException {
        far.close();
    }

    private static HttpAnswer get(Dialer dialer, URI url) throws HttpFailure {
        return new HttpClient(dialer, true).get(url, MOST, AMPLE);
    }

    private static HttpFailure failed(Dialer dialer, URI url, Duration deadline) {
        HttpFailure failure =
                catchThrowableOfType(HttpFailure.class, () -> new HttpClient(dialer, true).get(url, MOST, deadline));
        assertThat(failure).as("the failure by " + dialer).isNotNull();
        return failure;
    }

    private static HttpFailure failed(URI proxy) {
        return failed(new Dialer.Through(proxy), FAR, AMPLE);
    }

    // without a proxy

    @Test
    void aFixedAddressIsAskedWhateverTheNameSays() throws Exception {
        URI url = URI.create("http://no-such-host.invalid:" + far.port() + "/");
        assertThat(get(new Dialer.Fixed("127.0.0.1"), url).status()).isEqualTo(200);
        assertThat(requests.next()).contains("\r\nHost: no-such-host.invalid:" + far.port() + "\r\n");
    }

    @Test
    void aNameIsResolved() throws Exception {
        assertThat(get(new Dialer.ByName(), far.url("/")).status()).isEqualTo(200);
    }

    @Test
    void aNameWithoutAnAddressIsTold() {
        HttpFailure failure = failed(new Dialer.ByName(), FAR, AMPLE);
        assertThat(failure.kind()).isEqualTo(Kind.DNS);
        assertThat(failure).hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void anAddressThatIsNoHostsIsACaseOfNoConnection() {
        URI url = URI.create("http://224.0.0.1:" + far.port() + "/");
        assertThat(failed(new Dialer.ByName(), url, AMPLE).kind()).isEqualTo(Kind.CONNECT);
    }

    @Test
    void anIpv6AddressIsAskedAndNamedInBrackets() throws Exception {
        try (RawServer six = onIpv6(0)) {
            URI url = URI.create("http://[::1]:" + six.port() + "/");
            assertThat(get(new Dialer.ByName(), url).status()).isEqualTo(200);
            assertThat(requests.next()).contains("\r\nHost: [::1]:" + six.port() + "\r\n");
            URI named = URI.create("http://example.test:" + six.port() + "/");
            assertThat(get(new Dialer.Fixed("::1"), named).status()).isEqualTo(200);
        }
    }

    private RawServer onIpv6(int port) throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "needs IPv6");
        return RawServer.talking(new ServerSocket(port, 50, InetAddress.ofLiteral("::1")), socket -> {
            requests.add(RawServer.request(socket));
            RawServer.write(socket, OK);
        });
    }

    // a name with several addresses; the runtime reads its file of hosts once, so a runtime of its own asks

    @Test
    void ofSeveralAddressesIpv4ComesFirst(@TempDir Path folder) throws Exception {
        assertThat(askedWithHosts(folder, "::1 twice.test\n127.0.0.1 twice.test\n", far.port()))
                .isEqualTo("200");
    }

    @Test
    void whereIpv4IsClosedIpv6IsAsked(@TempDir Path folder) throws Exception {
        try (RawServer six = onIpv6(0)) {
            assertThat(askedWithHosts(folder, "127.0.0.1 twice.test\n::1 twice.test\n", six.port()))
                    .isEqualTo("200");
        }
    }

    @Test
    void whereIpv4HasNoRouteTheNextAddressIsAsked(@TempDir Path folder) throws Exception {
        assertThat(askedWithHosts(folder, "224.0.0.1 twice.test\n127.0.0.1 twice.test\n", far.port()))
                .isEqualTo("200");
    }

    private static String askedWithHosts(Path folder, String hosts, int port) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("hosts"), hosts);
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djdk.net.hosts.file=" + file,
                        "-cp",
                        "target/classes:target/test-classes",
                        Ask.class.getName(),
                        "http://twice.test:" + port + "/")
                .redirectErrorStream(true)
                .start();
        assertThat(java.waitFor(20, TimeUnit.SECONDS)).as("the runtime ends").isTrue();
        return new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /// Asks by name, and prints the status or the failure.
    static final class Ask {
        private Ask() {}

        public static void main(String[] args) {
            try {
                System.out.println(get(new Dialer.ByName(), URI.create(args[0])).status());
            } catch (HttpFailure e) {
                System.out.println(e.kind() + ": " + e.getMessage());
            }
        }
    }

    // proxies that are willing

    @Test
    void anHttpProxyIsAskedForTheNameAndItsDefaultPort() throws Exception {
        try (ProxyServer proxy = ProxyServer.http(far.port(), Optional.empty())) {
            assertThat(get(new Dialer.Through(proxy.url()), FAR).body())
                    .asString()
                    .isEqualTo("ok");
            assertThat(proxy.asked().next())
                    .startsWith("CONNECT no-such-host.invalid:80 HTTP/1.1\r\n")
                    .contains("\r\nHost: no-such-host.invalid:80\r\n")
                    .doesNotContain("Authorization");
        }
        assertThat(requests.next())
                .startsWith("GET /page HTTP/1.1\r\nHost: no-such-host.invalid\r\n")
                .doesNotContain("Proxy");
    }

    @Test
    void anHttpProxyIsToldUserAndPasswordAndTheServerIsNot() throws Exception {
        try (ProxyServer proxy = ProxyServer.http(far.port(), Optional.of("user:p@ss:word"))) {
            assertThat(get(new Dialer.Through(proxy.url("user:p%40ss%3Aword")), FAR)
                            .status())
                    .isEqualTo(200);
        }
        assertThat(requests.next()).doesNotContain("Authorization");
    }

    @ParameterizedTest
    @CsvSource({"'1,127,0,0,1'", "'3,5,112,114,111,120,121'", "'4,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1'"})
    void aSocksProxyIsAskedForTheNameWhateverAddressItNames(String bound) throws Exception {
        try (ProxyServer proxy = ProxyServer.socks5(far.port(), Optional.empty(), bytes(bound))) {
            assertThat(get(new Dialer.Through(proxy.url()), FAR).body())
                    .asString()
                    .isEqualTo("ok");
            assertThat(proxy.asked().next()).isEqualTo("1 3 no-such-host.invalid:80");
        }
        assertThat(requests.next()).startsWith("GET /page HTTP/1.1\r\nHost: no-such-host.invalid\r\n");
    }

    private static byte[] bytes(String listed) {
        String[] each = listed.split(",");
        byte[] all = new byte[each.length];
        for (int i = 0; i < each.length; i++) {
            all[i] = Byte.parseByte(each[i]);
        }
        return all;
    }

    @Test
    void aSocksProxyIsAskedForAPortOfTwoBytes() throws Exception {
        try (ProxyServer proxy = ProxyServer.socks5(far.port(), Optional.empty(), IPV4)) {
            URI url = URI.create("http://no-such-host.invalid:50505/");
            assertThat(get(new Dialer.Through(proxy.url()), url).status()).isEqualTo(200);
            assertThat(proxy.asked().next()).endsWith(":50505");
        }
    }

    @Test
    void aSocksProxyIsToldUserAndPassword() throws Exception {
        try (ProxyServer proxy = ProxyServer.socks5(far.port(), Optional.of("user:p@ss:word"), IPV4)) {
            assertThat(get(new Dialer.Through(proxy.url("user:p%40ss%3Aword")), FAR)
                            .status())
                    .isEqualTo(200);
        }
    }

    // proxies that are not

    private static void refusesTheWrongPassword(ProxyServer proxy) {
        HttpFailure failure = failed(proxy.url("user:wrong-secret"));
        assertThat(failure.kind()).isEqualTo(Kind.PROXY);
        assertThat(failure.toString()).doesNotContain("wrong-secret").doesNotContain("d3Jvbmc");
    }

    @Test
    void aWrongPasswordIsToldWithoutTheWord() throws Exception {
        try (ProxyServer http = ProxyServer.http(far.port(), Optional.of("user:right"));
                ProxyServer socks = ProxyServer.socks5(far.port(), Optional.of("user:right"), IPV4)) {
            refusesTheWrongPassword(http);
            refusesTheWrongPassword(socks);
        }
    }

    @Test
    void aMissingPasswordIsTold() throws Exception {
        try (ProxyServer http = ProxyServer.http(far.port(), Optional.of("user:right"));
                ProxyServer socks = ProxyServer.socks5(far.port(), Optional.of("user:right"), IPV4)) {
            assertThat(failed(http.url()))
                    .hasMessageContaining("407")
                    .extracting(HttpFailure::kind)
                    .isEqualTo(Kind.PROXY);
            assertThat(failed(socks.url()).kind()).isEqualTo(Kind.PROXY);
        }
    }

    @Test
    void theDialerIsPrintedWithoutThePassword() {
        assertThat(new Dialer.Through(URI.create("http://user:secret@proxy.test:3128")).toString())
                .contains("proxy.test:3128")
                .doesNotContain("secret");
    }

    private static URI proxy(String scheme, RawServer server) {
        return URI.create(scheme + "://user:secret@127.0.0.1:" + server.port());
    }

    @ParameterizedTest
    @ValueSource(strings = {"403 Forbidden", "502 Bad Gateway", "500 Oops"})
    void anHttpProxysRefusalIsToldWithItsStatus(String status) throws Exception {
        try (RawServer server = RawServer.answering("HTTP/1.1 " + status + "\r\n\r\n")) {
            HttpFailure failure = failed(proxy("http", server));
            assertThat(failure.kind()).isEqualTo(Kind.PROXY);
            assertThat(failure).hasMessageContaining(status.substring(0, 3));
        }
    }

    @Test
    void aSocksProxysRefusalIsToldWithItsCode() throws Exception {
        try (RawServer server = RawServer.talking(socket -> {
            send(socket, 5, 2, 1, 0, 5, 4, 0, 1, 0, 0, 0, 0, 0, 0);
            RawServer.drain(socket);
        })) {
            HttpFailure failure = failed(proxy("socks5", server));
            assertThat(failure.kind()).isEqualTo(Kind.PROXY);
            assertThat(failure).hasMessageContaining("code 4");
        }
    }

    @ParameterizedTest
    @CsvSource({"http", "socks5"})
    void aProxyThatClosesOrSpeaksNonsenseIsAFailureWithoutThePassword(String scheme) throws Exception {
        try (RawServer closing = RawServer.talking(_ -> {});
                RawServer raving = RawServer.talking(socket -> {
                    RawServer.write(socket, "\001\002 nonsense \r\n\r\n");
                    RawServer.drain(socket);
                })) {
            assertThat(failed(proxy(scheme, closing)).toString()).doesNotContain("secret");
            assertThat(failed(proxy(scheme, raving)).toString()).doesNotContain("secret");
        }
    }

    @Test
    void aProxyThatIsNotThereIsToldWithItsAddress() {
        URI gone = URI.create("socks5://127.0.0.1:1");
        assertThat(failed(gone))
                .hasMessageContaining("127.0.0.1:1")
                .extracting(HttpFailure::kind)
                .isEqualTo(Kind.CONNECT);
    }

    private static void failsSoon(String scheme, Talk talk) throws IOException {
        try (RawServer server = RawServer.talking(talk)) {
            long start = System.nanoTime();
            HttpFailure failure = failed(new Dialer.Through(proxy(scheme, server)), FAR, SHORT);
            assertThat(failure.kind()).isIn(Kind.PROXY, Kind.TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SHORT_AT_MOST);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "socks5"})
    @Tag("slow")
    void aProxyThatSaysNothingHitsTheDeadline(String scheme) throws Exception {
        failsSoon(scheme, RawServer::drain);
    }

    @ParameterizedTest
    @CsvSource({"http, HTTP/1.1 200 ", "socks5, '\005\002\001\000\005\000\000\003\377'"})
    @Tag("slow")
    void aProxyThatSendsAByteNowAndThenHitsTheDeadline(String scheme, String first) throws Exception {
        failsSoon(scheme, socket -> RawServer.drip(socket, first, "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "socks5"})
    @Tag("slow")
    void behindATunnelTheDeadlineHoldsToo(String scheme) throws Exception {
        try (RawServer silent = RawServer.silent();
                ProxyServer proxy = scheme.equals("http")
                        ? ProxyServer.http(silent.port(), Optional.empty())
                        : ProxyServer.socks5(silent.port(), Optional.empty(), IPV4)) {
            long start = System.nanoTime();
            assertThat(failed(new Dialer.Through(proxy.url()), FAR, SHORT).kind())
                    .isEqualTo(Kind.TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SHORT_AT_MOST);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://user:secret@proxy.test:1", "http://user:secret@proxy.test", "socks5:user:secret@x"})
    void whatIsNoProxysAddressIsRefusedWithoutItsPassword(String address) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Dialer.Through(URI.create(address)))
                .satisfies(refusal -> assertThat(refusal.toString()).doesNotContain("secret"));
    }
}
