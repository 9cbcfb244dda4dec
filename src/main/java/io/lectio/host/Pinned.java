package io.lectio.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A regular file with one name, reached without following any link, and held: what is done by [#path] is done to it,
/// whoever may rename things there meanwhile.
public final class Pinned implements AutoCloseable {
    private final Kernel kernel;
    private final int descriptor;

    private Pinned(Kernel kernel, int descriptor) {
        this.kernel = kernel;
        this.descriptor = descriptor;
    }

    public static Pinned of(Path file) throws IOException {
        Kernel kernel = new Kernel();
        int folder = kernel.openRoot();
        for (int at = 0; at < file.getNameCount() - 1; at++) {
            int inner = kernel.openFolder(folder, bytes(file.getName(at)), 0);
            kernel.close(folder);
            folder = inner;
        }
        int descriptor = kernel.pin(folder, bytes(file.getFileName()), 0);
        kernel.close(folder);
        Stat stat = kernel.stat(descriptor);
        if (!stat.isFile() || stat.links() > 1) {
            throw new IOException(file + " is not a file with one name");
        }
        return new Pinned(kernel, descriptor);
    }

    private static byte[] bytes(Path name) {
        return name.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// The way to it within this process.
    public Path path() {
        return Path.of("/proc/self/fd/" + descriptor);
    }

    @Override
    public void close() throws IOException {
        try (kernel) {
            kernel.close(descriptor);
        }
    }
}
