package io.lectio.host.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// What a browser would think of a server's certificates.
public final class Certificates {
    /// Whom the owner of a Debian machine trusts: what `update-ca-certificates` writes.
    private static final Path SYSTEM = Path.of("/etc/ssl/certs/ca-certificates.crt");

    private static final int DNS_NAME = 2;
    /// As TLS 1.3 has it: any kind of key will do.
    private static final String ANY_EXCHANGE = "UNKNOWN";

    private Certificates() {}

    /// The names that it is for. Source: RFC 6125, which browsers follow: the subject's own name does not count.
    public static List<String> names(X509Certificate certificate) {
        try {
            return certificate.getSubjectAlternativeNames() == null
                    ? List.of()
                    : certificate.getSubjectAlternativeNames().stream()
                            .filter(name -> name.getFirst().equals(DNS_NAME))
                            .map(name -> name.get(1).toString())
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    /// Whether it is for this name: a `*` stands for one label, the first.
    public static boolean isFor(X509Certificate certificate, String host) {
        String wanted = host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
        String parent = wanted.substring(wanted.indexOf('.') + 1);
        return names(certificate).stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .anyMatch(name -> name.equals(wanted) || name.equals("*." + parent));
    }

    public static String issuer(X509Certificate certificate) {
        Principal issuer = certificate.getIssuerX500Principal();
        return issuer.getName();
    }

    /// Whether somebody vouches for it whom this runtime or this machine trusts, at this moment.
    public static boolean isTrusted(List<X509Certificate> chain) {
        try {
            return isTrusted(chain, null) || (Files.isReadable(SYSTEM) && isTrusted(chain, system()));
        } catch (GeneralSecurityException | IOException e) {
            return false;
        }
    }

    private static boolean isTrusted(List<X509Certificate> chain, @Nullable KeyStore roots)
            throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(roots);
        X509Certificate[] shown = chain.toArray(new X509Certificate[0]);
        X509TrustManager trust = (X509TrustManager) factory.getTrustManagers()[0];
        try {
            trust.checkServerTrusted(shown, ANY_EXCHANGE);
            return true;
        } catch (CertificateException e) {
            return false;
        }
    }

    private static KeyStore system() throws GeneralSecurityException, IOException {
        KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
        roots.load(null, null);
        try (InputStream in = Files.newInputStream(SYSTEM)) {
            for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                roots.setCertificateEntry("root-" + roots.size(), root);
            }
        }
        return roots;
    }
}
