package io.lectio.host.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server on the loopback that says, byte for byte, what a test tells it to.
final class RawServer implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");
    private static final long PATIENCE_SECONDS = 10;

    /// One connection, which is closed after it.
    interface Talk {
        void with(Socket socket) throws IOException, InterruptedException;
    }

    private final ServerSocket listening;
    private final Talk talk;
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();

    private RawServer(ServerSocket listening, Talk talk) {
        this.listening = listening;
        this.talk = talk;
    }

    static RawServer talking(Talk talk) throws IOException {
        return talking(new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1")), talk);
    }

    static RawServer talking(ServerSocket listening, Talk talk) {
        RawServer server = new RawServer(listening, talk);
        inBackground(server::acceptAll);
        return server;
    }

    /// Takes the request whole, gives the answer, closes.
    static RawServer answering(String answer) throws IOException {
        return talking(socket -> answer(socket, answer));
    }

    /// Takes all that is sent and never says a word.
    static RawServer silent() throws IOException {
        return talking(socket -> drain(socket));
    }

    /// Accepts, and takes nothing of what is sent.
    static RawServer deaf() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        return talking(_ -> {
            boolean _ = never.await(2 * PATIENCE_SECONDS, TimeUnit.SECONDS);
        });
    }

    /// Sends `first` at once, then `drop` again and again, a byte every 200 ms, until the other side goes.
    static void drip(Socket socket, String first, String drop) throws IOException, InterruptedException {
        write(socket, first);
        for (int i = 0; ; i++) {
            TimeUnit.MILLISECONDS.sleep(200);
            write(socket, drop.substring(i % drop.length(), i % drop.length() + 1));
        }
    }

    static void answer(Socket socket, String answer) throws IOException {
        String _ = request(socket);
        write(socket, answer);
    }

    static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    static void drain(Socket socket) throws IOException {
        long _ = socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    /// A request with its body, each byte a character.
    static String request(Socket socket) throws IOException {
        String head = head(socket);
        Matcher length = LENGTH.matcher(head);
        byte[] body =
                length.find() ? socket.getInputStream().readNBytes(Integer.parseInt(length.group(1))) : new byte[0];
        return head + new String(body, StandardCharsets.ISO_8859_1);
    }

    private static String head(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no whole request");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    int port() {
        return listening.getLocalPort();
    }

    URI url(String path) {
        return URI.create("http://localhost:" + port() + path);
    }

    static void inBackground(Runnable work) {
        Thread.ofPlatform().daemon().name("raw-server").start(work);
    }

    private void acceptAll() {
        while (true) {
            try {
                Socket socket = listening.accept();
                open.add(socket);
                inBackground(() -> converse(socket));
            } catch (IOException e) {
                return; // the test is over
            }
        }
    }

    private void converse(Socket socket) {
        try (socket) {
            talk.with(socket);
        } catch (IOException e) {
            return; // the other side has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    /// What one side of a test hears, for its other side to wait for.
    static final class Heard {
        private final BlockingQueue<String> all = new LinkedBlockingQueue<>();

        void add(String text) {
            all.add(text);
        }

        String next() throws InterruptedException {
            String text = all.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (text == null) {
                throw new AssertionError("nothing heard within " + PATIENCE_SECONDS + " s");
            }
            return text;
        }
    }
}
