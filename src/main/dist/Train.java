import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// What the guard meets while its AOT cache is trained: a page, and a Bot API by TLS. Run by lay.sh, not part of the product.
///
/// usage: java Train.java KEYSTORE PASSWORD; prints the two ports
final class Train {
    private static final String PAGE = "<html><script src=/a.js></script></html>";
    private static final String ACCEPTED = "{\"ok\":true,\"result\":{\"message_id\":7}}";

    private Train() {}

    public static void main(String[] args) throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        HttpServer page = HttpServer.create(any, 0);
        page.createContext("/", answer("text/html", PAGE));
        page.createContext("/a.js", answer("text/javascript", "1"));
        page.start();
        HttpsServer api = HttpsServer.create(any, 0);
        api.setHttpsConfigurator(new HttpsConfigurator(context(Path.of(args[0]), args[1].toCharArray())));
        api.createContext("/", answer("application/json", ACCEPTED));
        api.start();
        System.out.println(page.getAddress().getPort() + " " + api.getAddress().getPort());
    }

    private static HttpHandler answer(String type, String text) {
        return exchange -> {
            try (InputStream request = exchange.getRequestBody()) {
                request.readAllBytes();
            }
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", type);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        };
    }

    private static SSLContext context(Path file, char[] password) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, password);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }
}
