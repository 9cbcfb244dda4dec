package io.lectio.demo;

import io.lectio.host.Subordinate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/// A process of the demo, in one of two roles: the web server answers as nginx would (`try_files $uri /index.html`,
/// 403 for what it may not read, `/api/` passed on), the application has an API.
public final class DemoServer {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final int LONGEST_HEAD = 8_192;
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css",
            "js", "text/javascript",
            "json", "application/json",
            "svg", "image/svg+xml");

    private final ServerSocket socket;
    private final Answerer answerer;

    private interface Answerer {
        void answer(String path, OutputStream out) throws IOException;
    }

    private DemoServer(int port, Answerer answerer) throws IOException {
        socket = new ServerSocket();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        this.answerer = answerer;
        Thread.ofPlatform().name("accept").daemon().start(this::serve);
    }

    /// A port of the loopback that nobody else is given meanwhile: held, but not listened at.
    static Socket reserve() throws IOException {
        Socket held = new Socket();
        held.setReuseAddress(true);
        held.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return held;
    }

    /// Arguments: the guard's process, the user for whom root works, the port; of the web server also the folder
    /// that it serves and the application's port.
    public static void main(String[] arguments) throws IOException {
        Subordinate.leaveTerminal();
        Answerer answerer = arguments.length == 3 ? DemoServer::api : web(arguments);
        try (ServerSocket first = new DemoServer(0, answerer).socket) {
            warmUp(first.getLocalPort());
        }
        Subordinate.become(arguments[1]);
        Subordinate.endWithParent(Long.parseLong(arguments[0])); // before it answers, and so counts as started
        DemoServer _ = new DemoServer(Integer.parseInt(arguments[2]), answerer);
        while (System.in.read() >= 0) {} // ends with the guard
        Runtime.getRuntime().halt(0);
    }

    /// All classes and libraries are loaded while they can be read: a clone in /root is closed to any other user.
    private static void warmUp(int port) throws IOException {
        for (String path : new String[] {"/", "/api/health/", "/none.js"}) {
            ask(port, path, OutputStream.nullOutputStream());
        }
    }

    private void serve() {
        while (!socket.isClosed()) {
            try {
                Socket visitor = socket.accept();
                Thread.ofVirtual().start(() -> serve(visitor));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    Runtime.getRuntime().halt(1); // out of descriptors: its supervisor starts it anew
                }
            }
        }
    }

    private void serve(Socket visitor) {
        try (visitor) {
            visitor.setSoTimeout(PATIENCE_MILLIS);
            String[] request = head(visitor.getInputStream()).split(" ", 3);
            if (request.length < 3 || !request[0].equals("GET")) {
                send(
                        visitor.getOutputStream(),
                        "405 Method Not Allowed",
                        "json",
                        "{}".getBytes(StandardCharsets.UTF_8));
                return;
            }
            answerer.answer(request[1].replaceFirst("\\?.*", ""), visitor.getOutputStream());
        } catch (IOException e) {
            return; // the visitor has gone
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (head.size() < LONGEST_HEAD) {
            int next = in.read();
            head.write(next);
            if (next < 0 || head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                break;
            }
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static void send(OutputStream out, String status, String type, byte[] body) throws IOException {
        String head = "HTTP/1.1 " + status + "\r\nContent-Type: " + TYPES.getOrDefault(type, "application/octet-stream")
                + "\r\nContent-Length: " + body.length + "\r\nConnection: close\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
    }

    private static void api(String path, OutputStream out) throws IOException {
        boolean known = path.equals("/api/health/");
        String body = known
                ? "{\"status\":\"ok\",\"process\":" + ProcessHandle.current().pid() + "}"
                : "{\"detail\":\"not found\"}";
        send(out, known ? "200 OK" : "404 Not Found", "json", body.getBytes(StandardCharsets.UTF_8));
    }

    private static Answerer web(String[] arguments) {
        Path root = Path.of(arguments[3]);
        int app = Integer.parseInt(arguments[4]);
        return (path, out) -> {
            if (path.startsWith("/api/")) {
                passOn(app, path, out);
            } else {
                file(root, path, out);
            }
        };
    }

    private static void passOn(int app, String path, OutputStream out) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        String failure = "502 Bad Gateway";
        try {
            ask(app, path, answer);
        } catch (SocketTimeoutException e) {
            failure = "504 Gateway Time-out";
        } catch (IOException e) {
            failure = "502 Bad Gateway";
        }
        if (answer.size() == 0) {
            send(out, failure, "html", failure.getBytes(StandardCharsets.UTF_8));
        } else {
            answer.writeTo(out);
        }
    }

    private static void ask(int port, String path, OutputStream answer) throws IOException {
        try (Socket server = new Socket()) {
            server.setSoTimeout(PATIENCE_MILLIS);
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            server.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: demo\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            server.getInputStream().transferTo(answer);
        }
    }

    private static void file(Path root, String path, OutputStream out) throws IOException {
        Path named = root.resolve(path.substring(1)).normalize();
        Path index = root.resolve("index.html");
        Path file = named.startsWith(root) && Files.isRegularFile(named) ? named : index;
        String name = file.toString();
        try {
            send(out, "200 OK", name.substring(name.lastIndexOf('.') + 1), Files.readAllBytes(file));
        } catch (AccessDeniedException e) {
            send(out, "403 Forbidden", "html", "403 Forbidden".getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            send(out, "404 Not Found", "html", "404 Not Found".getBytes(StandardCharsets.UTF_8));
        }
    }
}
