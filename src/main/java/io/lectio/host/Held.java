package io.lectio.host;

import java.nio.file.Path;
import java.util.Optional;

/// An entry that a walk has come upon, held by its folder's descriptor and its name, for as long as the visitor is
/// called.
public final class Held {
    private static final int FOLDER_MODE = 0755;
    private static final int FILE_MODE = 0644;

    private final Kernel kernel;
    private final WebUser user;
    private final Accounts accounts;
    private final int folder;
    private final byte[] name;
    private final Stat judged;
    private final Path path;
    private final boolean mayBeMount;

    /// @param mayBeMount whether the entry may be where a mount begins: only on the way to the web root
    Held(
            Kernel kernel,
            WebUser user,
            Accounts accounts,
            int folder,
            byte[] name,
            Stat judged,
            Path path,
            boolean mayBeMount) {
        this.kernel = kernel;
        this.user = user;
        this.accounts = accounts;
        this.folder = folder;
        this.name = name;
        this.judged = judged;
        this.path = path;
        this.mayBeMount = mayBeMount;
    }

    /// What an entry was and is to become.
    ///
    /// @param before `owner:group mode`
    public record Change(Path path, boolean isFolder, String before, String after, Stat judged, Stat wanted) {}

    /// What the plan wants of an entry of the web root: the web user's, 755 or 644. Empty where it is so already, and
    /// where it may not be touched: what is immutable, a file with several names or set-id bits.
    public Optional<Change> toPlan() {
        int kept = judged.isFolder() ? judged.mode() & 07000 : 0;
        int mode = judged.isFolder() ? kept | FOLDER_MODE : FILE_MODE;
        return untouchable(judged) ? Optional.empty() : change(user.uid(), user.gid(), mode);
    }

    /// The missing search bit of a folder, in the class that decides for the web user.
    public Optional<Change> toSearchable() {
        int bit = AccessRule.decidingBit(judged, user, WebUser.SEARCH);
        return change(judged.uid(), judged.gid(), judged.mode() | bit);
    }

    private Optional<Change> change(int uid, int gid, int mode) {
        if (judged.uid() == uid && judged.gid() == gid && judged.mode() == mode) {
            return Optional.empty();
        }
        Stat wanted = new Stat(
                judged.type(),
                mode,
                uid,
                gid,
                judged.links(),
                judged.inode(),
                judged.device(),
                judged.size(),
                judged.changed(),
                judged.arrived(),
                judged.immutable(),
                judged.mount());
        return Optional.of(new Change(path, judged.isFolder(), show(judged), show(wanted), judged, wanted));
    }

    /// Applies a change to the very inode that was judged.
    ///
    /// @return false when the entry is another one by now, or has gained a name or set-id bits: then nothing was
    ///     touched
    public boolean apply(Change change) throws KernelException {
        int pinned;
        try {
            pinned = kernel.pin(folder, name, mayBeMount ? 0 : Kernel.NO_XDEV);
        } catch (KernelException e) {
            if (e.errno() == KernelException.ENOENT || e.errno() == KernelException.EXDEV) {
                return false;
            }
            throw e;
        }
        try {
            Stat now = kernel.stat(pinned);
            if (!now.sameInode(change.judged()) || untouchable(now)) {
                return false;
            }
            if (now.uid() != change.wanted().uid()
                    || now.gid() != change.wanted().gid()) {
                kernel.chown(pinned, change.wanted().uid(), change.wanted().gid());
            }
            if (now.mode() != change.wanted().mode()) {
                kernel.chmod(pinned, change.wanted().mode());
            }
            return true;
        } finally {
            kernel.close(pinned);
        }
    }

    private static boolean untouchable(Stat stat) {
        return stat.immutable() || (stat.isFile() && (stat.links() > 1 || (stat.mode() & Stat.SET_ID) != 0));
    }

    private String show(Stat stat) {
        String octal = Integer.toOctalString(stat.mode()); // not formatted(): a repair may show 100,000 of these
        return accounts.owner(stat) + " " + "0".repeat(Math.max(0, 4 - octal.length())) + octal;
    }
}
