package io.lectio.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
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
