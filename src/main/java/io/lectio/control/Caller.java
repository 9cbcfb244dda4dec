package io.lectio.control;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;

/// One who has connected. Neither what it does not say nor what it does not read is waited for longer than two
/// seconds.
final class Caller implements Closeable {
    static final int LONGEST_REQUEST = 4_096;
    private static final long PATIENCE = Duration.ofSeconds(2).toNanos();
    private static final long PAUSE = Duration.ofMillis(2).toNanos();

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

    /// Whether it is root, or the guard's own user.
    boolean mayChange() throws IOException {
        Path self = Path.of("/proc/self");
        return user.equals(Files.getOwner(self))
                || user.equals(
                        self.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("0"));
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
