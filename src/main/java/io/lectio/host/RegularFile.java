package io.lectio.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A regular file that is held before it is opened: neither a link nor a pipe nor a device in its place is touched,
/// whoever may put one there meanwhile.
final class RegularFile implements AutoCloseable {
    private final Kernel kernel;
    private final int descriptor;
    private final Stat stat;

    private RegularFile(Kernel kernel, int descriptor, Stat stat) {
        this.kernel = kernel;
        this.descriptor = descriptor;
        this.stat = stat;
    }

    /// @return empty where there is none
    /// @throws IOException also where something else is there
    static Optional<RegularFile> hold(Path file) throws IOException {
        Kernel kernel = new Kernel();
        int held = -1;
        try {
            int root = kernel.openRoot();
            try {
                held = kernel.pin(root, file.toString().substring(1).getBytes(StandardCharsets.UTF_8), 0);
            } finally {
                kernel.close(root);
            }
            Stat stat = kernel.stat(held);
            if (!stat.isFile()) {
                throw new IOException(file + " is not a file");
            }
            return Optional.of(new RegularFile(kernel, held, stat));
        } catch (IOException e) {
            try (kernel) {
                if (held >= 0) {
                    kernel.close(held);
                }
            }
            if (e instanceof KernelException refused && refused.errno() == KernelException.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    Stat stat() {
        return stat;
    }

    Instant written() throws IOException {
        return Files.getLastModifiedTime(path()).toInstant();
    }

    FileChannel read() throws IOException {
        return FileChannel.open(path(), StandardOpenOption.READ);
    }

    /// @param bytes how many of its last ones at most
    List<String> lastLines(int bytes) throws IOException {
        try (FileChannel channel = read()) {
            ByteBuffer end = ByteBuffer.allocate(bytes);
            channel.read(end, Math.max(0, channel.size() - bytes));
            return new String(end.array(), 0, end.position(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    private Path path() {
        return Path.of("/proc/self/fd/" + descriptor);
    }

    @Override
    public void close() throws IOException {
        try (kernel) {
            kernel.close(descriptor);
        }
    }
}
