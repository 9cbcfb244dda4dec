package io.lectio.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.Kind;
import io.lectio.core.health.Finding.Ailments;
import io.lectio.core.health.Observation.Failed;
import io.lectio.core.health.Observation.Outcome;
import io.lectio.core.policy.PrivatePatterns;
import io.lectio.core.policy.Site;
import io.lectio.host.http.Certificates;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Against a TLS server whose certificate of 100 days nobody vouches for.
class PublicProbeTest {
    @TempDir
    static Path folder;

    private static HttpsServer server;
    private static X509Certificate certificate;

    @BeforeAll
    static void start() throws Exception {
        Path file = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder((Path.of(System.getProperty("java.home"), "bin", "keytool")
                                + " -genkeypair -alias site -keyalg EC -dname CN=localhost -validity 100"
                                + " -ext san=dns:localhost,dns:*.school.example -storetype PKCS12 -storepass changeit -keystore "
                                + file)
                        .split(" "))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(25, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "changeit".toCharArray());
        }
        certificate = (X509Certificate) keys.getCertificate("site");
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 10);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    private static List<Ailment> look(String host, Duration later) throws InterruptedException {
        URI page = URI.create("https://" + host + ":" + server.getAddress().getPort() + "/");
        Site site = new Site(
                page,
                "127.0.0.1",
                Path.of("/srv/site"),
                Path.of("/srv/site/build"),
                "www-data",
                new PrivatePatterns(List.of()));
        Outcome outcome =
                new PublicProbe(site, InstantSource.fixed(Instant.now().plus(later))).look(List.of());
        return outcome instanceof Failed(Ailments ailing) ? ailing.ailing() : List.of();
    }

    @ParameterizedTest
    @CsvSource({"0, CERTIFICATE_CHAIN, issued by CN=localhost", "101, CERTIFICATE_EXPIRED, valid until 20"})
    void aCertificateIsJudgedAsABrowserWould(int days, Kind kind, String words) throws Exception {
        assertThat(look("localhost", Duration.ofDays(days))).anySatisfy(ailment -> {
            assertThat(ailment.kind()).isEqualTo(kind);
            assertThat(ailment.inWords()).contains("localhost", words);
        });
    }

    @Test
    void aNameThatLeadsNowhereIsToldWithWhatTheResolverSays() throws Exception {
        assertThat(look("no-such-name.invalid", Duration.ZERO))
                .anyMatch(ailment -> ailment.kind() == Kind.DNS_BROKEN || ailment.kind() == Kind.OFFLINE)
                .anySatisfy(ailment -> {
                    assertThat(ailment.kind()).isEqualTo(Kind.CERTIFICATE_NAME);
                    assertThat(ailment.inWords()).contains("it names localhost, *.school.example");
                });
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, true",
        "LOCALHOST, true",
        "www.school.example, true",
        "school.example, false",
        "a.www.school.example, false",
        "localhost.example, false",
    })
    void aStarStandsForOneLabel(String host, boolean is) {
        assertThat(Certificates.isFor(certificate, host)).isEqualTo(is);
    }

    @ParameterizedTest
    @CsvSource({
        "https://school.example/, true",
        "http://www.school.example:8080/, true",
        "http://localhost/, false",
        "http://site.localhost/, false",
        "http://192.0.2.7/, false",
        "http://[2001:db8::1]/, false",
        "http://intranet/, false",
    })
    void onlyANameOfItsOwnIsPublic(URI page, boolean is) {
        assertThat(Site.hasPublicName(page)).isEqualTo(is);
    }
}
