package io.lectio.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// An empty folder of our own, held while it is filled: every path is taken from its descriptor, follows no link, and
/// stays inside. Serves one thread.
public final class NewFolder implements AutoCloseable {
    private static final int OTHERS_WRITE = 022;

    private final Kernel kernel;
    private final int descriptor;

    private NewFolder(Kernel kernel, int descriptor) {
        this.kernel = kernel;
        this.descriptor = descriptor;
    }

    /// @param folder absolute, without a link on the way
    /// @throws IOException also where it holds anything, is another user's, or others may write in it
    public static NewFolder of(Path folder) throws IOException {
        Kernel kernel = new Kernel();
        int held = -1;
        try {
            int root = kernel.openRoot();
            try {
                held = kernel.openFolder(root, bytes(folder.toString().substring(1)), 0);
            } finally {
                kernel.close(root);
            }
            Stat stat = kernel.stat(held);
            // an access list can give no more than the group's bits
            if (stat.uid() != ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).intValue()
                    || (stat.mode() & OTHERS_WRITE) != 0) {
                throw new IOException(folder + " belongs to another user, or others may write in it");
            }
            if (!kernel.nextNames(held).isEmpty()) {
                throw new IOException(folder + " is not empty");
            }
            return new NewFolder(kernel, held);
        } catch (IOException e) {
            try (kernel) {
                if (held >= 0) {
                    kernel.close(held);
                }
            }
            throw e;
        }
    }

    /// A new folder inside, mode 0700. Its parent is there already.
    public void makeFolder(String path) throws IOException {
        int slash = path.lastIndexOf('/');
        if (slash < 0) {
            kernel.makeFolder(descriptor, bytes(path));
            return;
        }
        int parent = kernel.openFolder(descriptor, bytes(path.substring(0, slash)), Kernel.NO_XDEV);
        try {
            kernel.makeFolder(parent, bytes(path.substring(slash + 1)));
        } finally {
            kernel.close(parent);
        }
    }

    /// A new file inside, mode 0600, to be read and written. Its folder is there already.
    public FileChannel create(String path) throws IOException {
        int made = kernel.create(descriptor, bytes(path));
        try {
            return FileChannel.open(link(made), StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            kernel.close(made);
        }
    }

    /// A file of the folder's disk without a name, gone once it is closed, whatever becomes of this process.
    public FileChannel createNameless() throws IOException {
        String name = ".nameless";
        FileChannel channel = create(name);
        Files.delete(link(descriptor).resolve(name));
        return channel;
    }

    private static Path link(int descriptor) {
        return Path.of("/proc/self/fd/" + descriptor);
    }

    private static byte[] bytes(String path) {
        return path.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        try (kernel) {
            kernel.close(descriptor);
        }
    }
}
