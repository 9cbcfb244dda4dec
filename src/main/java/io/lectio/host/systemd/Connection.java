package io.lectio.host.systemd;

import io.lectio.host.systemd.SystemdException.Kind;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// One connection to systemd, from its opening to its end. A thread of its own connects, logs in and reads, and tells
/// its owner; callers only write, which cannot block while few calls are unanswered.
final class Connection {
    private static final int MOST_UNANSWERED = 64;
    private static final int LONGEST_LINE = 512;

    private final Path socket;
    private final Systemd owner;
    private final SocketChannel channel;
    private final CompletableFuture<Connection> opened = new CompletableFuture<>();
    private final Map<Integer, CompletableFuture<Message>> unanswered = new ConcurrentHashMap<>();
    private final AtomicInteger serials = new AtomicInteger();

    Connection(Path socket, Systemd owner) throws IOException {
        this.socket = socket;
        this.owner = owner;
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Thread.ofPlatform().name("systemd").daemon().start(this::run);
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    void close() throws IOException {
        channel.close();
    }

    /// @throws SystemdException also when the answer is an error
    Message call(Duration within, String path, String interfaceName, String member, Object... arguments)
            throws IOException {
        String what = arguments.length == 0 ? member : member + " " + arguments[0];
        if (Thread.currentThread().isInterrupted()) { // its writing would close the channel
            throw new InterruptedIOException("interrupted before systemd was asked");
        }
        try {
            Message answer = opened.thenCompose(_ -> send(path, interfaceName, member, arguments))
                    .get(within.toNanos(), TimeUnit.NANOSECONDS);
            if (answer.type() == Message.Type.ERROR) {
                String reason = answer.signature().startsWith("s") ? answer.text(0) : "";
                throw new SystemdException(Kind.REFUSED, what + ": " + answer.error() + ": " + reason);
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for systemd");
        } catch (TimeoutException e) {
            if (!opened.isDone()) {
                close(); // whoever calls next, tries anew
            }
            throw new SystemdException(
                    Kind.TIMEOUT, what + ": no answer from systemd within " + within.toMillis() / 1000.0 + " s");
        } catch (ExecutionException e) {
            throw (e.getCause() instanceof SystemdException why ? why : lost(e)).during(what);
        }
    }

    CompletableFuture<Message> send(String path, String interfaceName, String member, Object... arguments) {
        int serial = serials.incrementAndGet();
        CompletableFuture<Message> answer = new CompletableFuture<>();
        unanswered.put(serial, answer);
        try {
            if (unanswered.size() > MOST_UNANSWERED) {
                close();
            }
            write(Message.call(serial, path, interfaceName, member, arguments).encode());
        } catch (IOException e) {
            answer.completeExceptionally(lost(e));
        }
        return answer;
    }

    private void write(ByteBuffer bytes) throws IOException {
        synchronized (channel) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private void run() {
        SystemdException end = new SystemdException(Kind.LOST, "the connection to systemd is closed");
        try (channel) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
            logIn(in);
            owner.opened(this);
            opened.complete(this);
            while (true) {
                take(Message.read(in));
            }
        } catch (SystemdException e) {
            end = e;
        } catch (IOException e) {
            end = opened.isDone()
                    ? lost(e)
                    : new SystemdException(Kind.ABSENT, "no systemd at " + socket + ": " + e.getMessage());
        } finally {
            opened.completeExceptionally(end);
            for (CompletableFuture<Message> answer : unanswered.values()) {
                answer.completeExceptionally(end);
            }
            owner.lost(this);
        }
    }

    private void take(Message message) throws IOException {
        switch (message.type()) {
            case ANSWER, ERROR -> {
                CompletableFuture<Message> answer = unanswered.remove(message.answers());
                if (answer != null) {
                    answer.complete(message);
                }
            }
            case SIGNAL -> owner.signal(this, message);
            case CALL -> {} // nobody has anything to ask of us
        }
    }

    /// Source: D-Bus Specification, "Authentication Protocol".
    private void logIn(InputStream in) throws IOException {
        String uid = String.valueOf(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        String hex = HexFormat.of().formatHex(uid.getBytes(StandardCharsets.US_ASCII));
        write(ByteBuffer.wrap(("\0AUTH EXTERNAL " + hex + "\r\n").getBytes(StandardCharsets.US_ASCII)));
        String granted = line(in);
        if (!granted.startsWith("OK ")) {
            throw new SystemdException(Kind.REFUSED, "systemd does not let uid " + uid + " in: " + granted);
        }
        write(ByteBuffer.wrap("BEGIN\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || line.size() > LONGEST_LINE) {
                throw SystemdException.malformed("no answer to the login");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.US_ASCII).strip();
    }

    private static SystemdException lost(Throwable why) {
        return new SystemdException(Kind.LOST, "the connection to systemd is lost: " + why.getMessage());
    }
}
