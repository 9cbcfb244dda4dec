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
        int held = -1;
        try {
            held = kernel.openRoot();
            for (int at = 0; at < file.getNameCount(); at++) {
                boolean last = at == file.getNameCount() - 1;
                byte[] name = bytes(file.getName(at));
                int inner = last ? kernel.pin(held, name, 0) : kernel.openFolder(held, name, 0);
                kernel.close(held);
                held = inner;
            }
            Stat stat = kernel.stat(held);
            if (!stat.isFile() || stat.links() > 1) {
                throw new IOException(file + " is not a file with one name");
            }
            return new Pinned(kernel, held);
        } catch (IOException e) {
            try (kernel) {
                if (held >= 0) {
                    kernel.close(held);
                }
            }
            throw e;
        }
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
