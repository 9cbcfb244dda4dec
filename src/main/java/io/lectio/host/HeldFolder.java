package io.lectio.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// A folder, reached without following any link, and held: what is done below [#path] is done in it, whoever may
/// rename it meanwhile, or put another one in its place. One thread opens and closes it.
public final class HeldFolder implements AutoCloseable {
    private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rwxr-x---");
    private static final int WRITABLE_BY_OTHERS = 022;

    private final Kernel kernel;
    private final int descriptor;

    private HeldFolder(Kernel kernel, int descriptor) {
        this.kernel = kernel;
        this.descriptor = descriptor;
    }

    public static HeldFolder of(Path folder) throws IOException {
        Kernel kernel = new Kernel();
        int held = -1;
        try {
            held = kernel.openRoot();
            for (Path name : folder) {
                int inner = kernel.openFolder(held, name.toString().getBytes(StandardCharsets.UTF_8), 0);
                kernel.close(held);
                held = inner;
            }
            return new HeldFolder(kernel, held);
        } catch (IOException e) {
            try (kernel) {
                if (held >= 0) {
                    kernel.close(held);
                }
            }
            throw e;
        }
    }

    /// One in which nobody but this process's own user can change anything.
    ///
    /// @throws NotOwn where others can
    public static HeldFolder own(Path folder) throws IOException {
        HeldFolder held = of(folder);
        try {
            Stat stat = held.kernel.stat(held.descriptor);
            if (stat.uid() != self("uid") || (stat.mode() & WRITABLE_BY_OTHERS) != 0) {
                throw new NotOwn(folder + " is of " + Accounts.read().owner(stat) + " with mode "
                        + Integer.toOctalString(stat.mode())
                        + ", so others may change what lies there: sudo chown root "
                        + folder + "; sudo chmod go-w " + folder);
            }
            return held;
        } catch (IOException e) {
            held.close();
            throw e;
        }
    }

    /// What others can write to: whoever it is may put anything there, and take anything away.
    public static final class NotOwn extends IOException {
        private static final long serialVersionUID = 1;

        public NotOwn(String why) {
            super(why);
        }
    }

    /// Makes it where there is none, for this process's own user and its group. One of a lesser user's becomes this
    /// one's, unless something is mounted there.
    ///
    /// @return whether it was another's
    public static boolean make(Path folder, int lesser) throws IOException {
        byte[] name = String.valueOf(folder.getFileName()).getBytes(StandardCharsets.UTF_8);
        try (HeldFolder above = of(Folders.above(folder))) {
            if (!Files.exists(above.path().resolve(folder.getFileName()), LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(
                        above.path().resolve(folder.getFileName()), PosixFilePermissions.asFileAttribute(OWN));
            }
            int held = above.kernel.openFolder(above.descriptor, name, 0);
            try {
                Stat stat = above.kernel.stat(held);
                boolean takes = stat.uid() == lesser
                        && lesser != self("uid")
                        && stat.mount() == above.kernel.stat(above.descriptor).mount();
                if (takes) {
                    above.kernel.chown(held, self("uid"), self("gid"));
                    Files.setPosixFilePermissions(Path.of("/proc/self/fd/" + held), OWN);
                }
                return takes;
            } finally {
                above.kernel.close(held);
            }
        }
    }

    private static int self(String what) throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:" + what);
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
