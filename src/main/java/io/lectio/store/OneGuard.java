package io.lectio.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The kernel lock that makes one guard the only one on a home. It goes with its process, however that ends.
public final class OneGuard implements AutoCloseable {
    /// The kernel's lock is the process's: within it, this keeps a second taker from the file, whose closing would drop
    /// the first one's lock.
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private OneGuard(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// Empty when another guard holds it.
    public static Optional<OneGuard> take(Path stateFolder) throws IOException {
        Path file = stateFolder.toRealPath().resolve("lock");
        if (!HELD.add(file)) {
            return Optional.empty();
        }
        Optional<FileChannel> locked = Optional.empty();
        try {
            locked = lock(file);
        } finally {
            if (locked.isEmpty()) {
                HELD.remove(file);
            }
        }
        return locked.map(channel -> new OneGuard(file, channel));
    }

    private static Optional<FileChannel> lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            return Optional.empty();
        }
        return Optional.of(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        HELD.remove(file);
    }
}
