package io.lectio.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/// A walk over a folder that a lesser user may write to: by descriptors, following no link, staying on the mount.
public final class Tree {
    private static final int DEEPEST = AccessWalk.DEEPEST;

    private final Kernel kernel;
    private final Visitor visitor;

    /// What a walk comes upon. Paths are relative to its top, with `/`.
    public interface Visitor {
        void file(String path, Entry entry) throws IOException;

        /// @param path of the top itself it is empty
        default void folder(String path, Instant changed) throws IOException {}

        /// What is neither, has several names, or a name that is no UTF-8.
        ///
        /// @param changed when its inode last changed
        void other(String path, String what, Instant changed) throws IOException;
    }

    public interface Opener {
        InputStream open() throws IOException;
    }

    /// A regular file.
    ///
    /// @param changed when its inode last changed
    /// @param opener opens this very file, not what has taken its place
    public record Entry(long size, Instant changed, Opener opener) {}

    private Tree(Kernel kernel, Visitor visitor) {
        this.kernel = kernel;
        this.visitor = visitor;
    }

    /// @return false where there is no such folder
    public static boolean walk(Path top, Visitor visitor) throws IOException {
        try (Kernel kernel = new Kernel()) {
            int root = kernel.openRoot();
            try {
                int folder = openTop(kernel, root, top);
                if (folder < 0) {
                    return false;
                }
                try {
                    new Tree(kernel, visitor).walk(folder, "", 0);
                } finally {
                    kernel.close(folder);
                }
                return true;
            } finally {
                kernel.close(root);
            }
        }
    }

    /// @return less than 0 where there is no such folder: nothing, a file, or a link
    private static int openTop(Kernel kernel, int root, Path top) throws KernelException {
        try {
            return kernel.openFolder(root, top.toString().substring(1).getBytes(StandardCharsets.UTF_8), 0);
        } catch (KernelException e) {
            return switch (e.errno()) {
                case KernelException.ENOENT, KernelException.ENOTDIR, KernelException.ELOOP -> -1;
                default -> throw e;
            };
        }
    }

    private void walk(int folder, String path, int depth) throws IOException {
        visitor.folder(path, kernel.stat(folder).changed());
        for (var names = kernel.nextNames(folder); !names.isEmpty(); names = kernel.nextNames(folder)) {
            for (byte[] name : names) {
                visit(folder, name, path.isEmpty() ? Names.show(name) : path + "/" + Names.show(name), depth);
            }
        }
    }

    private void visit(int folder, byte[] name, String path, int depth) throws IOException {
        try {
            Stat stat = kernel.stat(folder, name);
            if (!isText(name)) {
                visitor.other(path, "a name that is no UTF-8", stat.changed());
            } else if (stat.isFolder()) {
                if (depth == DEEPEST) {
                    visitor.other(path, "deeper than " + DEEPEST + " folders", stat.changed());
                    return;
                }
                int inner = kernel.openFolder(folder, name, Kernel.NO_XDEV);
                try {
                    walk(inner, path, depth + 1);
                } finally {
                    kernel.close(inner);
                }
            } else if (!stat.isFile()) {
                visitor.other(path, stat.isLink() ? "a symbolic link" : "neither file nor folder", stat.changed());
            } else if (stat.links() > 1) {
                visitor.other(path, "several hard links", stat.changed());
            } else {
                visitor.file(path, new Entry(stat.size(), stat.changed(), () -> open(folder, name, stat)));
            }
        } catch (KernelException e) {
            if (e.errno() != KernelException.ENOENT) { // it has gone meanwhile
                throw e;
            }
        }
    }

    private InputStream open(int folder, byte[] name, Stat judged) throws IOException {
        int pinned = kernel.pin(folder, name, Kernel.NO_XDEV);
        try {
            Stat now = kernel.stat(pinned);
            if (!now.sameInode(judged) || now.links() > 1) {
                throw new IOException(Names.show(name) + " has just become another file");
            }
            return Files.newInputStream(Path.of("/proc/self/fd/" + pinned));
        } finally {
            kernel.close(pinned);
        }
    }

    private static boolean isText(byte[] name) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(name))
                    .toString();
            return text.chars().noneMatch(Character::isISOControl) && text.equals(Names.show(name));
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
