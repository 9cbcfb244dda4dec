package io.lectio.control;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import jdk.net.ExtendedSocketOptions;

/// One who has connected. Neither what it does not say nor what it does not read is waited for longer than two
/// seconds.
final class Caller implements Closeable {
    static final int LONGEST_REQUEST = 4_096;
    private static final long PATIENCE = Duration.ofSeconds(2).toNanos();
    private static final long BODY_PATIENCE = Duration.ofSeconds(60).toNanos();
    private static final long PAUSE = Duration.ofMillis(2).toNanos();

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}");

    private final SocketChannel channel;
    private final UserPrincipal user;

    /// @throws IOException also when it is gone already
    Caller(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        user = channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
    }

    /// The user's name, or number where it has none, as the kernel knows it.
    String name() {
        return user.getName();
    }

    /// Who it acts for: root may say by whom it was called, in a name that can be one.
    String name(Optional<String> by) {
        return by.filter(NAME.asMatchPredicate()).orElseGet(this::name);
    }

    /// Whether it is root, or the guard's own user.
    boolean mayChange() throws IOException {
        Path self = Path.of("/proc/self");
        return user.equals(Files.getOwner(self))
                || user.equals(
                        self.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("0"));
    }

    /// What it sends after its request, to the end of that.
    InputStream body() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int from, int most) throws IOException {
                ByteBuffer bytes = ByteBuffer.wrap(into, from, most);
                long end = System.nanoTime() + BODY_PATIENCE;
                int read = channel.read(bytes);
                while (read == 0 && most > 0) {
                    if (System.nanoTime() - end > 0) {
                        throw new IOException("nothing has come for "
                                + Duration.ofNanos(BODY_PATIENCE).toSeconds() + " s");
                    }
                    LockSupport.parkNanos(PAUSE);
                    read = channel.read(bytes);
                }
                return read;
            }
        };
    }

    /// Reads what it still sends, for a while, so that it gets an answer: what is left unread would take that with it.
    void drain() throws IOException {
        byte[] part = new byte[LONGEST_REQUEST];
        InputStream rest = body();
        long end = System.nanoTime() + PATIENCE;
        while (System.nanoTime() - end < 0 && rest.read(part) >= 0) {}
    }

    /// Its line; empty where none has come in time, or one that is too long.
    Optional<String> request() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(LONGEST_REQUEST);
        long end = System.nanoTime() + PATIENCE;
        while (System.nanoTime() - end < 0 && bytes.hasRemaining()) {
            int read = channel.read(bytes);
            String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
            int line = text.indexOf('\n');
            if (line >= 0) {
                return Optional.of(text.substring(0, line));
            }
            if (read < 0) {
                return Optional.empty();
            }
            LockSupport.parkNanos(PAUSE);
        }
        channel.read(bytes.clear()); // what is left unread would take the answer with it
        return Optional.empty();
    }

    /// @throws IOException when it does not read, or is gone
    void tell(String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        long end = System.nanoTime() + PATIENCE;
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                if (System.nanoTime() - end > 0) {
                    throw new IOException("the caller does not read");
                }
                LockSupport.parkNanos(PAUSE);
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
