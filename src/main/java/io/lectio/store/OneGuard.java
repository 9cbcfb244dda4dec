package io.lectio.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// The kernel lock that makes one guard the only one on a home. It goes with its process, however that ends.
public final class OneGuard implements AutoCloseable {
    private final FileChannel channel;

    private OneGuard(FileChannel channel) {
        this.channel = channel;
    }

    /// Empty when another guard holds it.
    public static Optional<OneGuard> take(Path stateFolder) throws IOException {
        FileChannel channel =
                FileChannel.open(stateFolder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(new OneGuard(channel));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
