package io.lectio.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.alert.MailServer.Security;
import io.lectio.core.incident.Delivery;
import io.lectio.core.policy.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Mail by TLS, from a virtual machine of its own: what that trusts is settled once in a process.
@Timeout(120)
class MailTlsTest {
    private static final String HOST = "mail.school.example";
    private static final String PASSWORD = "changeit";

    @TempDir
    private Path folder = Path.of("");

    /// Sends one mail, and prints what became of it.
    static final class Sender {
        private Sender() {}

        public static void main(String[] server) throws InterruptedException {
            MailNotifier.Account account = new MailNotifier.Account(
                    URI.create(server[0]),
                    Optional.of("owner"),
                    new Secret(ChannelContract.CANARY),
                    "lectio@school.example",
                    List.of("owner@school.example"));
            Delivery delivery = new MailNotifier(account, ChannelContract.TEXTS, InstantSource.fixed(Told.BROKEN))
                    .send(ChannelContract.closed("index.html").parcel());
            System.out.println(delivery);
        }
    }

    private Path keys(String name) throws IOException, InterruptedException {
        Path file = folder.resolve(name + ".p12");
        String made = output(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=dns:" + name,
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString());
        assertThat(file).as(made).exists();
        return file;
    }

    private static MailServer server(Security security, Path keys) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return new MailServer(security, Optional.of(context));
    }

    /// @param trusted whose certificates are trusted
    private String send(MailServer server, Security security, Path trusted) throws IOException, InterruptedException {
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 " + HOST + "\n");
        return output(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.net.hosts.file=" + hosts,
                "-Djavax.net.ssl.trustStore=" + trusted,
                "-Djavax.net.ssl.trustStorePassword=" + PASSWORD,
                "-cp",
                System.getProperty("java.class.path"),
                Sender.class.getName(),
                (security == Security.FROM_THE_FIRST_BYTE ? "smtps://" : "smtp://") + HOST + ":" + server.port());
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    @ParameterizedTest
    @EnumSource(names = {"STARTTLS", "FROM_THE_FIRST_BYTE"})
    @Tag("slow")
    void aMailGoesToAServerThatIsTrusted(Security security) throws Exception {
        Path keys = keys(HOST);
        try (MailServer server = server(security, keys)) {
            assertThat(send(server, security, keys)).startsWith("Accepted");
            assertThat(server.mails).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STARTTLS", "FROM_THE_FIRST_BYTE"})
    @Tag("slow")
    void noPasswordIsToldToAServerThatNobodyTrusts(Security security) throws Exception {
        try (MailServer server = server(security, keys(HOST))) {
            assertThat(send(server, security, keys("stranger.example"))).startsWith("Unreachable");
            assertThat(server.commands).noneMatch(line -> line.startsWith("AUTH"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STARTTLS", "FROM_THE_FIRST_BYTE"})
    @Tag("slow")
    void noPasswordIsToldToAServerOfAnotherName(Security security) throws Exception {
        Path keys = keys("other.example");
        try (MailServer server = server(security, keys)) {
            assertThat(send(server, security, keys)).startsWith("Unreachable");
            assertThat(server.commands).noneMatch(line -> line.startsWith("AUTH"));
        }
    }

    @Test
    void noPasswordIsToldWhereTheOfferOfEncryptionHasBeenCutOut() throws Exception {
        try (MailServer server = new MailServer()) {
            assertThat(send(server, Security.NONE, keys(HOST))).startsWith("Unreachable");
            assertThat(server.commands).noneMatch(line -> line.startsWith("AUTH"));
        }
    }
}
