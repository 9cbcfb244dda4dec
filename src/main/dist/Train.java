package io.lectio.host.systemd;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// What the guard meets while its class archive is trained: a page and an API, a Bot API by TLS, and a systemd. Run by
/// lay.sh, not part of the product, though of the package whose messages it writes.
///
/// usage: java -cp ... io.lectio.host.systemd.Train KEYSTORE PASSWORD SOCKET; prints the two ports
final class Train {
    private static final String PAGE = "<html><script src=/a.js></script><img srcset='/a.js 2x'></html>";
    private static final String ACCEPTED = "{\"ok\":true,\"result\":{\"message_id\":7}}";

    private Train() {}

    public static void main(String[] args) throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        HttpServer page = HttpServer.create(any, 0);
        page.createContext("/", answer("text/html", PAGE));
        page.createContext("/a.js", answer("text/javascript", "1"));
        page.createContext("/api/health/", answer("application/json", "{}"));
        page.start();
        HttpsServer api = HttpsServer.create(any, 0);
        api.setHttpsConfigurator(new HttpsConfigurator(context(Path.of(args[0]), args[1].toCharArray())));
        api.createContext("/", answer("application/json", ACCEPTED));
        api.start();
        ServerSocketChannel systemd = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        systemd.bind(UnixDomainSocketAddress.of(args[2]));
        System.out.println(page.getAddress().getPort() + " " + api.getAddress().getPort());
        while (true) {
            SocketChannel peer = systemd.accept();
            Thread.ofPlatform().daemon().start(() -> serve(peer));
        }
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

    /// Every unit runs, and its processes are those of this one's group.
    private static void serve(SocketChannel peer) {
        try (peer) {
            InputStream in = new BufferedInputStream(Channels.newInputStream(peer));
            line(in);
            peer.write(ByteBuffer.wrap("OK 0123456789abcdef0123456789abcdef\r\n".getBytes(StandardCharsets.US_ASCII)));
            line(in);
            while (true) {
                Message call = Message.read(in);
                switch (call.member()) {
                    case "LoadUnit" -> answer(peer, call, "o", new Writer().put('o', UnitName.path(call.text(0))));
                    case "GetAll" -> {
                        answer(peer, call, "a{sv}", running());
                        signal(peer, call.path());
                    }
                    default -> answer(peer, call, "", new Writer());
                }
            }
        } catch (IOException e) {
            return; // the guard has gone
        }
    }

    private static void line(InputStream in) throws IOException {
        while (in.read() != '\n') {}
    }

    private static void answer(SocketChannel peer, Message call, String signature, Writer body) throws IOException {
        peer.write(new Message(Message.Type.ANSWER, 1, call.serial(), "", "", "", "", signature, body.written()).encode());
    }

    private static boolean told;

    private static synchronized void signal(SocketChannel peer, String path) throws IOException {
        if (!told) {
            told = true;
            Writer body = new Writer().put('s', "org.freedesktop.systemd1.Unit");
            peer.write(new Message(
                            Message.Type.SIGNAL, 1, 0, path, "", "PropertiesChanged", "", "s", body.written())
                    .encode());
        }
    }

    private static Writer running() throws IOException {
        String group = Files.readAllLines(Path.of("/proc/self/cgroup")).getLast().split(":", 3)[2];
        Writer body = new Writer().put('u', 0).align(8);
        put(body, "LoadState", 's', "loaded");
        put(body, "ActiveState", 's', "active");
        put(body, "SubState", 's', "running");
        put(body, "Result", 's', "success");
        put(body, "Restart", 's', "always");
        put(body, "ControlGroup", 's', group);
        put(body, "NRestarts", 'u', 0);
        put(body, "ActiveEnterTimestamp", 't', 1L);
        body.align(8).put('s', "InvocationID").put('g', "ay").put('u', 1).put('y', (byte) 1);
        body.length(0, body.position() - 8);
        return body;
    }

    private static void put(Writer body, String name, char type, Object value) {
        body.align(8).put('s', name).variant(type, value);
    }

    private static SSLContext context(Path file, char[] password) throws Exception {
        KeyStore keys = KeyStore.getInstance("JKS");
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
