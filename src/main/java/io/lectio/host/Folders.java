package io.lectio.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/// Renames by the descriptors of the two folders, which are reached by no link: who may write in one of them cannot
/// lead a rename elsewhere.
public final class Folders {
    /// The group's bit shows what an ACL grants at most, too.
    private static final int OTHERS_WRITE = 0022;

    private Folders() {}

    /// Each gets the other's place, in one step: at no instant is either name gone.
    ///
    /// @throws IOException also where they lie on two mounts
    public static void exchange(Path one, Path other) throws IOException {
        rename(one, other, Kernel.EXCHANGE);
    }

    /// @throws IOException also where something is there already
    public static void move(Path from, Path to) throws IOException {
        rename(from, to, Kernel.NO_REPLACE);
    }

    private static void rename(Path from, Path to, int how) throws IOException {
        try (Kernel kernel = new Kernel()) {
            int root = kernel.openRoot();
            int source = -1;
            int target = -1;
            try {
                source = open(kernel, root, above(from));
                target = open(kernel, root, above(to));
                kernel.rename(source, name(from), target, name(to), how);
            } finally {
                for (int each : new int[] {target, source, root}) {
                    if (each >= 0) {
                        kernel.close(each);
                    }
                }
            }
        }
    }

    private static int open(Kernel kernel, int root, Path folder) throws KernelException {
        byte[] name = folder.toString().substring(1).getBytes(StandardCharsets.UTF_8);
        return name.length == 0 ? kernel.openRoot() : kernel.openFolder(root, name, 0);
    }

    /// The folder that it is in.
    public static Path above(Path path) {
        return Objects.requireNonNull(path.getParent(), "the root is in no folder");
    }

    private static byte[] name(Path path) {
        return String.valueOf(path.getFileName()).getBytes(StandardCharsets.UTF_8);
    }

    /// Writes all that waits of a folder's file system to its disk, so that a power cut loses none of it.
    public static void sync(Path folder) throws IOException {
        try (Kernel kernel = new Kernel()) {
            int root = kernel.openRoot();
            try {
                int held = open(kernel, root, folder);
                try {
                    kernel.sync(held);
                } finally {
                    kernel.close(held);
                }
            } finally {
                kernel.close(root);
            }
        }
    }

    /// Where a link leads, if in one step to a folder below the same root, and if nobody but root and this user can
    /// lead it elsewhere: they alone write in all folders above it and above where it leads. Otherwise the
    /// path itself.
    ///
    /// @param root its real path
    public static Path behindLink(Path path, Path root) throws IOException {
        if (!Files.isSymbolicLink(path) || !Files.isDirectory(path)) {
            return path;
        }
        Path target = path.resolveSibling(Files.readSymbolicLink(path)).normalize();
        boolean inOneStep = target.equals(path.toRealPath())
                && above(path).equals(above(path).toRealPath())
                && target.startsWith(root)
                && !path.startsWith(target);
        return inOneStep && areOurs(above(path), root) && areOurs(above(target), root) ? target : path;
    }

    private static boolean areOurs(Path folder, Path root) throws IOException {
        Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        for (Path each = folder; each.startsWith(root); each = above(each)) {
            Object owner = Files.getAttribute(each, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            int mode = (Integer) Files.getAttribute(each, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if (!(owner.equals(0) || owner.equals(self)) || (mode & OTHERS_WRITE) != 0) {
                return false;
            }
        }
        return true;
    }

    /// @param inode of a folder, a file, or a link itself
    public record Mark(long mount, long inode, boolean folder, boolean link) {}

    /// @return empty where there is nothing
    public static Optional<Mark> mark(Path path) throws IOException {
        try (Kernel kernel = new Kernel()) {
            int root = kernel.openRoot();
            try {
                Stat stat = kernel.stat(root, path.toString().substring(1).getBytes(StandardCharsets.UTF_8));
                return Optional.of(new Mark(stat.mount(), stat.inode(), stat.isFolder(), stat.isLink()));
            } catch (KernelException e) {
                if (e.errno() == KernelException.ENOENT) {
                    return Optional.empty();
                }
                throw e;
            } finally {
                kernel.close(root);
            }
        }
    }
}
