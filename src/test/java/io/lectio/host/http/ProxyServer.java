package io.lectio.host.http;

import io.lectio.host.http.RawServer.Heard;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/// A proxy on the loopback. Whatever name it is asked for, its tunnel ends at one port of the loopback.
final class ProxyServer implements AutoCloseable {
    private final RawServer server;
    private final String scheme;
    private final Heard asked;

    private ProxyServer(String scheme, Heard asked, RawServer.Talk talk) throws IOException {
        this.scheme = scheme;
        this.asked = asked;
        server = RawServer.talking(talk);
    }

    /// @param login `user:password`, where one is demanded
    static ProxyServer http(int target, Optional<String> login) throws IOException {
        Heard asked = new Heard();
        return new ProxyServer("http", asked, socket -> {
            String head = RawServer.request(socket);
            asked.add(head);
            if (!head.contains(authorization(login))) {
                RawServer.write(socket, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
                return;
            }
            RawServer.write(socket, "HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n");
            tunnel(socket, target);
        });
    }

    private static String authorization(Optional<String> login) {
        return login.map(text -> "\r\nProxy-Authorization: Basic "
                        + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) + "\r\n")
                .orElse("CONNECT ");
    }

    /// @param bound the address type and address that the reply names
    static ProxyServer socks5(int target, Optional<String> login, byte... bound) throws IOException {
        Heard asked = new Heard();
        return new ProxyServer("socks5", asked, socket -> {
            if (!greeted(socket, login)) {
                return;
            }
            byte[] request = socket.getInputStream().readNBytes(4);
            String host = shortText(socket.getInputStream());
            int port = socket.getInputStream().read() << 8
                    | socket.getInputStream().read();
            asked.add(request[1] + " " + request[3] + " " + host + ":" + port);
            send(socket, 5, 0, 0);
            socket.getOutputStream().write(bound);
            send(socket, 0x12, 0x34);
            tunnel(socket, target);
        });
    }

    private static boolean greeted(Socket socket, Optional<String> login) throws IOException {
        InputStream in = socket.getInputStream();
        byte wanted = (byte) (login.isPresent() ? 2 : 0);
        int version = in.read();
        byte[] offered = in.readNBytes(in.read());
        if (version != 5 || offered.length != 1 || offered[0] != wanted) {
            send(socket, 5, 0xFF);
            return false;
        }
        send(socket, 5, wanted);
        return login.isEmpty() || loggedIn(socket, login.get());
    }

    private static boolean loggedIn(Socket socket, String login) throws IOException {
        InputStream in = socket.getInputStream();
        int version = in.read();
        boolean right = version == 1 && login.equals(shortText(in) + ":" + shortText(in));
        send(socket, 1, right ? 0 : 1);
        return right;
    }

    private static String shortText(InputStream in) throws IOException {
        return new String(in.readNBytes(in.read()), StandardCharsets.UTF_8);
    }

    static void send(Socket socket, int... bytes) throws IOException {
        byte[] all = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            all[i] = (byte) bytes[i];
        }
        socket.getOutputStream().write(all);
    }

    private static void tunnel(Socket client, int target) throws IOException {
        try (Socket far = new Socket(InetAddress.ofLiteral("127.0.0.1"), target)) {
            RawServer.inBackground(() -> pass(client, far));
            pass(far, client);
        }
    }

    private static void pass(Socket from, Socket to) {
        try {
            long _ = from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            return; // one of both has gone
        }
    }

    /// What it was asked for: an HTTP proxy's request, or `command type host:port`.
    Heard asked() {
        return asked;
    }

    URI url() {
        return URI.create(scheme + "://127.0.0.1:" + server.port());
    }

    URI url(String login) {
        return URI.create(scheme + "://" + login + "@127.0.0.1:" + server.port());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
