package io.lectio.host;

import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Obstacle;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.policy.Site;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One walk over all that a web server must reach: the folders from `/` down to the web root, and everything below
/// it. It goes by descriptors, follows no link, crosses no mount below the web root, and opens nothing but folders,
/// so that nobody who may write there can lead it elsewhere or make it wait.
///
/// The probe and the repair walk alike; they differ in their [Visitor].
public final class AccessWalk {
    /// Deeper than this no built page goes; what lies there is not looked at.
    static final int DEEPEST = 64;

    private static final byte[] ITSELF = {};
    private static final byte[] NO_ACL = {};

    /// What a walk comes upon, from the top down, a folder before its content.
    public interface Visitor {
        /// An entry that the web user cannot reach.
        void denied(Denial denial, Held held) throws IOException;

        /// An entry that the web user may reach by its own rights, inside a folder that was closed.
        void insideClosed(Held held) throws IOException;

        /// An entry below the web root, whether it is closed or not.
        default void entry(Path path, boolean folder, int mode, long bytes) {}
    }

    /// A folder of the web root that the walk is in.
    ///
    /// @param closed whether the web user was kept out here or further up
    private record Inside(int descriptor, Path path, long mount, boolean closed, int depth) {}

    /// An entry and what decides about it.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(int folder, byte[] name, Stat stat, byte[] acl) {}

    private final Kernel kernel;
    private final Site site;
    private final WebUser user;
    private final Visitor visitor;
    private final Accounts accounts;
    private final boolean asRoot;
    private int entries;

    private AccessWalk(Kernel kernel, Site site, WebUser user, Visitor visitor) throws IOException {
        this.kernel = kernel;
        this.site = site;
        this.user = user;
        this.visitor = visitor;
        accounts = Accounts.read();
        asRoot = Accounts.isRoot();
    }

    /// @return how many files and folders were looked at
    /// @throws IOException when the walk itself is impossible: what it would say then is nothing
    public static int run(Site site, WebUser user, Visitor visitor) throws IOException {
        try (Kernel kernel = new Kernel()) {
            AccessWalk walk = new AccessWalk(kernel, site, user, visitor);
            walk.fromTheTop();
            return walk.entries;
        }
    }

    private void fromTheTop() throws IOException {
        int folder = kernel.openRoot();
        try {
            Path path = Path.of("/");
            judgeOnTheWay(folder, ITSELF, kernel.stat(folder), path);
            for (Path name : site.webRoot()) {
                path = path.resolve(name);
                byte[] bytes = name.toString().getBytes(StandardCharsets.UTF_8);
                Stat stat = statOrMissing(folder, bytes, path);
                if (stat == null) {
                    return;
                }
                if (!stat.isFolder()) {
                    Obstacle obstacle = stat.isLink() ? Obstacle.SYMBOLIC_LINK : Obstacle.NOT_A_FILE;
                    deny(new Entry(folder, bytes, stat, NO_ACL), path, obstacle);
                    return;
                }
                boolean closed = judgeOnTheWay(folder, bytes, stat, path);
                int inner;
                try {
                    inner = kernel.openFolder(folder, bytes, 0);
                } catch (KernelException e) {
                    if (keptOut(e, closed)) {
                        return;
                    }
                    throw e;
                }
                kernel.close(folder);
                folder = inner;
                if (path.equals(site.webRoot())) {
                    below(new Inside(folder, path, kernel.stat(folder).mount(), closed, 0));
                }
            }
        } finally {
            kernel.close(folder);
        }
    }

    private boolean judgeOnTheWay(int folder, byte[] name, Stat stat, Path path) throws IOException {
        entries++;
        Entry entry = new Entry(folder, name, stat, acl(folder, name, stat));
        boolean keptOut = !allowed(entry);
        if (keptOut) {
            deny(entry, path, obstacle(entry, place(path)));
        }
        return keptOut;
    }

    private void below(Inside here) throws IOException {
        for (List<byte[]> names = kernel.nextNames(here.descriptor());
                !names.isEmpty();
                names = kernel.nextNames(here.descriptor())) {
            for (byte[] name : names) {
                child(here, name);
            }
        }
    }

    private void child(Inside here, byte[] name) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("stopped while looking at " + here.path());
        }
        String shown = Names.show(name);
        if (!site.privates().covers(shown)) {
            Entry entry = lookAt(here, name);
            if (entry != null) {
                inside(here, entry, shown);
            }
        }
    }

    private void inside(Inside here, Entry entry, String shown) throws IOException {
        boolean elsewhere = entry.stat().mount() != here.mount();
        boolean keptOut = !allowed(entry);
        entries++;
        visitor.entry(
                Names.resolve(here.path(), shown),
                entry.stat().isFolder(),
                entry.stat().mode(),
                entry.stat().size());
        if (keptOut) {
            Obstacle obstacle = elsewhere ? Obstacle.OTHER_MOUNT : obstacle(entry, Place.INSIDE);
            deny(entry, Names.resolve(here.path(), shown), obstacle);
        } else if (here.closed() && !elsewhere) {
            visitor.insideClosed(held(entry, Names.resolve(here.path(), shown)));
        }
        if (entry.stat().isFolder() && !elsewhere && here.depth() < DEEPEST) {
            descend(here, entry, shown, here.closed() || keptOut);
        }
    }

    private void descend(Inside here, Entry entry, String shown, boolean closed) throws IOException {
        int inner;
        try {
            inner = kernel.openFolder(here.descriptor(), entry.name(), Kernel.NO_XDEV);
        } catch (KernelException e) {
            boolean swapped = e.errno() == KernelException.EXDEV
                    || e.errno() == KernelException.ELOOP
                    || e.errno() == KernelException.ENOTDIR;
            if (swapped || isGone(e) || keptOut(e, closed)) {
                return;
            }
            throw e;
        }
        try {
            if (kernel.stat(inner).sameInode(entry.stat())) {
                Path path = Names.resolve(here.path(), shown);
                below(new Inside(inner, path, here.mount(), closed, here.depth() + 1));
            }
        } finally {
            kernel.close(inner);
        }
    }

    /// @return null for what is gone by now, and for what is neither a file nor a folder
    private @Nullable Entry lookAt(Inside here, byte[] name) throws IOException {
        int folder = here.descriptor();
        try {
            Stat stat = kernel.stat(folder, name);
            return stat.isFile() || stat.isFolder() ? new Entry(folder, name, stat, acl(folder, name, stat)) : null;
        } catch (KernelException e) {
            // what keeps even root out is another user's FUSE mount
            if (isGone(e) || keptOut(e, asRoot || here.closed())) {
                return null;
            }
            throw e;
        }
    }

    /// Who is not root is kept out of what is closed to the web user too: that it is closed has been said already.
    private static boolean keptOut(KernelException e, boolean closed) {
        return closed && e.errno() == KernelException.EACCES;
    }

    private static boolean isGone(KernelException e) {
        return e.errno() == KernelException.ENOENT
                || e.errno() == KernelException.ESTALE
                || e.errno() == KernelException.ENOTCONN;
    }

    private byte[] acl(int folder, byte[] name, Stat stat) throws KernelException {
        return AccessRule.asksAcl(stat, user) ? kernel.acl(folder, name) : NO_ACL;
    }

    private boolean allowed(Entry entry) {
        int wanted = entry.stat().isFolder() ? WebUser.SEARCH : WebUser.READ;
        return AccessRule.allows(entry.stat(), entry.acl(), user, wanted);
    }

    private static @Nullable Obstacle obstacle(Entry entry, Place place) {
        Stat stat = entry.stat();
        return switch (place) {
            case HIGHER -> Obstacle.OUTSIDE_SITE;
            case ABOVE -> entry.acl().length > 0 ? Obstacle.ACCESS_LIST : immutable(stat);
            case INSIDE -> {
                if (stat.isFile() && stat.links() > 1) {
                    yield Obstacle.HARD_LINKS;
                }
                yield stat.isFile() && (stat.mode() & Stat.SET_ID) != 0 ? Obstacle.SET_ID : immutable(stat);
            }
        };
    }

    private static @Nullable Obstacle immutable(Stat stat) {
        return stat.immutable() ? Obstacle.IMMUTABLE : null;
    }

    private void deny(Entry entry, Path path, @Nullable Obstacle obstacle) throws IOException {
        Stat stat = entry.stat();
        Denial denial = new Denial(
                path,
                stat.isFolder(),
                stat.mode(),
                accounts.owner(stat),
                stat.changed(),
                stat.arrived(),
                place(path),
                Optional.ofNullable(obstacle),
                AccessRule.closing(stat, entry.acl(), user));
        visitor.denied(denial, held(entry, path));
    }

    private @Nullable Stat statOrMissing(int folder, byte[] name, Path path) throws IOException {
        try {
            return kernel.stat(folder, name);
        } catch (KernelException e) {
            if (e.errno() != KernelException.ENOENT) {
                throw e;
            }
            Stat none = new Stat(0, 0, 0, 0, 0, 0, 0, 0, Instant.EPOCH, Instant.EPOCH, false, 0);
            Denial missing = new Denial(
                    path,
                    true,
                    0,
                    "",
                    Instant.EPOCH,
                    Instant.EPOCH,
                    place(path),
                    Optional.of(Obstacle.MISSING),
                    Optional.empty());
            visitor.denied(missing, held(new Entry(folder, name, none, NO_ACL), path));
            return null;
        }
    }

    private Place place(Path path) {
        if (path.startsWith(site.webRoot())) {
            return Place.INSIDE;
        }
        return path.startsWith(site.siteRoot()) ? Place.ABOVE : Place.HIGHER;
    }

    private Held held(Entry entry, Path path) {
        boolean onTheWay = site.webRoot().startsWith(path);
        return new Held(kernel, user, accounts, entry.folder(), entry.name(), entry.stat(), path, onTheWay);
    }
}
