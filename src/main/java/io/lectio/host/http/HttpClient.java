package io.lectio.host.http;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// HTTP/1.1, one exchange a connection, each with a hard deadline and a bounded answer.
public final class HttpClient {
    private final Dialer dialer;
    private final boolean verify;

    /// @param verify whether the certificate must be right. The page's probe asks this machine's own server, and
    ///     whether the certificate is valid is another check's question
    public HttpClient(Dialer dialer, boolean verify) {
        this.dialer = dialer;
        this.verify = verify;
    }

    public HttpAnswer get(URI url, int mostBytes, Duration deadline) throws HttpFailure {
        return exchange("GET", url, "", Optional.empty(), mostBytes, deadline);
    }

    /// @param headers of ours besides, as they are sent
    public HttpAnswer get(URI url, Map<String, String> headers, int mostBytes, Duration deadline) throws HttpFailure {
        return exchange("GET", url, lines(headers), Optional.empty(), mostBytes, deadline);
    }

    private static String lines(Map<String, String> headers) {
        StringBuilder lines = new StringBuilder();
        headers.forEach(
                (name, value) -> lines.append(name).append(": ").append(value).append("\r\n"));
        return lines.toString();
    }

    /// The certificates that a server shows for this address, its own first; whether they are right is not asked.
    public List<X509Certificate> certificates(URI url, Duration within) throws HttpFailure {
        int port = url.getPort() > 0 ? url.getPort() : 443;
        try (Deadline deadline = new Deadline(within)) {
            try (Socket plain = dialer.dial(url.getHost(), port, deadline);
                    SSLSocket socket = encrypt(plain, url.getHost(), port, deadline)) {
                return Stream.of(socket.getSession().getPeerCertificates())
                        .map(X509Certificate.class::cast)
                        .toList();
            } catch (IOException e) {
                throw deadline.passed() ? deadline.failure() : e instanceof HttpFailure known ? known : failure(e);
            }
        }
    }

    /// @param headers of ours besides, as they are sent
    public HttpAnswer postJson(URI url, Map<String, String> headers, byte[] body, int mostBytes, Duration deadline)
            throws HttpFailure {
        return exchange("POST", url, lines(headers), Optional.of(body), mostBytes, deadline);
    }

    private HttpAnswer exchange(
            String method, URI url, String headers, Optional<byte[]> body, int mostBytes, Duration within)
            throws HttpFailure {
        if (url.getHost() == null || url.getPort() > 65_535) {
            throw new HttpFailure(HttpFailure.Kind.MALFORMED, "no address that can be asked: " + url);
        }
        try (Deadline deadline = new Deadline(within)) {
            try {
                return converse(method, url, headers, body, mostBytes, deadline);
            } catch (HttpFailure e) {
                throw deadline.passed() && e.kind() != HttpFailure.Kind.PROXY ? deadline.failure() : e;
            } catch (IOException e) {
                throw deadline.passed() || e instanceof SocketTimeoutException ? deadline.failure() : failure(e);
            }
        }
    }

    private static HttpFailure failure(IOException why) {
        return switch (why) {
            case SSLException e -> new HttpFailure(HttpFailure.Kind.TLS, "TLS: " + e.getMessage());
            case SocketException e -> new HttpFailure(HttpFailure.Kind.CLOSED, "connection lost: " + e.getMessage());
            default -> new HttpFailure(HttpFailure.Kind.CLOSED, String.valueOf(why.getMessage()));
        };
    }

    private HttpAnswer converse(
            String method, URI url, String headers, Optional<byte[]> body, int mostBytes, Deadline deadline)
            throws IOException {
        boolean secure = "https".equalsIgnoreCase(url.getScheme());
        int port = url.getPort() > 0 ? url.getPort() : secure ? 443 : 80;
        try (Socket plain = dialer.dial(url.getHost(), port, deadline);
                Socket socket = secure ? encrypt(plain, url.getHost(), port, deadline) : plain) {
            OutputStream out = socket.getOutputStream();
            out.write(head(method, url, headers, body).getBytes(StandardCharsets.UTF_8));
            out.write(body.orElse(new byte[0]));
            out.flush();
            AnswerReader reader = new AnswerReader(socket.getInputStream(), () -> socket.setSoTimeout(deadline.left()));
            AnswerReader.Head head = reader.head();
            byte[] content = reader.body(head, mostBytes);
            return new HttpAnswer(head.status(), head.reason(), head.headers(), content, deadline.elapsed());
        }
    }

    private static String head(String method, URI named, String headers, Optional<byte[]> body) {
        URI url = URI.create(named.toASCIIString());
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        String host = url.getPort() > 0 ? url.getHost() + ":" + url.getPort() : url.getHost();
        String content = body.map(bytes -> "Content-Type: application/json\r\nContent-Length: " + bytes.length + "\r\n")
                .orElse("");
        return method + " " + path + query + " HTTP/1.1\r\nHost: " + host
                + "\r\nUser-Agent: lectio-monitor\r\nAccept: */*\r\n" + headers + content + "Connection: close\r\n\r\n";
    }

    /// None where TLS cannot carry the name.
    private static List<SNIServerName> serverNames(String host) {
        try {
            return List.of(new SNIHostName(host.endsWith(".") ? host.substring(0, host.length() - 1) : host));
        } catch (IllegalArgumentException e) {
            return List.of();
        }
    }

    private SSLSocket encrypt(Socket plain, String host, int port, Deadline deadline) throws IOException {
        SSLSocketFactory factory = verify ? (SSLSocketFactory) SSLSocketFactory.getDefault() : TrustAll.FACTORY;
        SSLSocket socket = (SSLSocket) factory.createSocket(plain, host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        if (verify) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        if (!host.matches("[\\d.]+|.*:.*")) {
            parameters.setServerNames(serverNames(host));
        }
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(deadline.left());
        socket.startHandshake();
        return socket;
    }

    /// Loaded only where a page is served by TLS.
    private static final class TrustAll implements X509TrustManager {
        private static final SSLSocketFactory FACTORY = make();

        private static SSLSocketFactory make() {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {new TrustAll()}, null);
                return context.getSocketFactory();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("no TLS in this runtime", e);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
