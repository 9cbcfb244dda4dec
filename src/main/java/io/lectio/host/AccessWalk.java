package io.lectio.host;

import io.lectio.core.health.Finding.Denial;
import io.lectio.core.health.Finding.Obstacle;
import io.lectio.core.health.Finding.Place;
import io.lectio.core.policy.Site;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// One walk over all that a web server must reach: the folders from `/` down to the web root, and everything below it.
/// It goes by
/// descriptors, follows no link, crosses no mount below the web root, and opens nothing but folders, so that nobody who
/// may write
/// there can lead it elsewhere or make it wait.
///
/// The probe and the repair walk alike; they differ in their [Visitor].
public final class AccessWalk {
    /// Deeper than this no built page goes; what lies there is not looked at.
    static final int DEEPEST = 64;

    /// What a walk comes upon, from the top down, a folder before its content.
    public interface Visitor {
        /// An entry that the web user cannot reach.
        void denied(Denial denial, Held held) throws IOException;

        /// An entry that the web user may reach by its own rights, inside a folder that was closed.
        void insideClosed(Held held) throws IOException;
    }

    private final Kernel kernel;
    private final Site site;
    private final WebUser user;
    private final Visitor visitor;
    private final Accounts accounts;
    private int entries;

    private AccessWalk(Kernel kernel, Site site, WebUser user, Visitor visitor, Accounts accounts) {
        this.kernel = kernel;
        this.site = site;
        this.user = user;
        this.visitor = visitor;
        this.accounts = accounts;
    }

    /// @return how many files and folders were looked at
    /// @throws IOException when the walk itself is impossible: what it would say then is nothing
    public static int run(Site site, WebUser user, Visitor visitor) throws IOException {
        try (Kernel kernel = new Kernel()) {
            AccessWalk walk = new AccessWalk(kernel, site, user, visitor, Accounts.read());
            walk.fromTheTop();
            return walk.entries;
        }
    }

    private void fromTheTop() throws IOException {
        int folder = kernel.openRoot();
        try {
            Path path = Path.of("/");
            judge(folder, new byte[0], kernel.stat(folder), path, false);
            for (Path name : site.webRoot()) {
                path = path.resolve(name);
                byte[] bytes = name.toString().getBytes(StandardCharsets.UTF_8);
                Stat stat = statOrMissing(folder, bytes, path);
                if (stat == null) {
                    return;
                }
                if (!stat.isFolder()) {
                    denied(folder, bytes, stat, path, stat.isLink() ? Obstacle.SYMBOLIC_LINK : Obstacle.NOT_A_FILE);
                    return;
                }
                boolean closed = judge(folder, bytes, stat, path, false);
                int inner = kernel.openFolder(folder, bytes, 0);
                kernel.close(folder);
                folder = inner;
                if (path.equals(site.webRoot())) {
                    below(folder, path, closed, 0);
                }
            }
        } finally {
            kernel.close(folder);
        }
    }

    private void below(int folder, Path path, boolean closed, int depth) throws IOException {
        for (byte[] name : kernel.names(folder)) {
            String shown = Names.show(name);
            if (site.privates().covers(shown)) {
                continue;
            }
            Stat stat;
            try {
                stat = kernel.stat(folder, name);
            } catch (KernelException e) {
                if (e.errno() == KernelException.ENOENT) {
                    continue;
                }
                throw e;
            }
            if (!stat.isFile() && !stat.isFolder()) {
                continue;
            }
            Path child = path.resolve(shown);
            boolean closedHere = judge(folder, name, stat, child, closed);
            if (stat.isFolder() && depth < DEEPEST) {
                descend(folder, name, child, closed || closedHere, depth + 1);
            }
        }
    }

    private void descend(int folder, byte[] name, Path path, boolean closed, int depth) throws IOException {
        int inner;
        try {
            inner = kernel.openFolder(folder, name, Kernel.NO_XDEV);
        } catch (KernelException e) {
            boolean goneOrElsewhere = e.errno() == KernelException.ENOENT
                    || e.errno() == KernelException.EXDEV
                    || e.errno() == KernelException.ELOOP
                    || e.errno() == KernelException.ENOTDIR;
            if (goneOrElsewhere) {
                return;
            }
            throw e;
        }
        try {
            below(inner, path, closed, depth);
        } finally {
            kernel.close(inner);
        }
    }

    /// @return whether the web user is kept out
    private boolean judge(int folder, byte[] name, Stat stat, Path path, boolean closed) throws IOException {
        entries++;
        int wanted = stat.isFolder() ? WebUser.SEARCH : WebUser.READ;
        byte[] acl = AccessRule.asksAcl(stat, user) ? kernel.acl(folder, name) : new byte[0];
        if (AccessRule.allows(stat, acl, user, wanted)) {
            if (closed) {
                visitor.insideClosed(held(folder, name, stat, path));
            }
            return false;
        }
        denied(folder, name, stat, path, obstacle(stat, place(path), acl));
        return true;
    }

    private static @org.jspecify.annotations.Nullable Obstacle obstacle(Stat stat, Place place, byte[] acl) {
        return switch (place) {
            case HIGHER -> Obstacle.OUTSIDE_SITE;
            case ABOVE -> acl.length > 0 ? Obstacle.ACCESS_LIST : null;
            case INSIDE -> {
                if (stat.isFile() && stat.links() > 1) {
                    yield Obstacle.HARD_LINKS;
                }
                yield stat.isFile() && (stat.mode() & Stat.SET_ID) != 0 ? Obstacle.SET_ID : null;
            }
        };
    }

    private void denied(
            int folder, byte[] name, Stat stat, Path path, @org.jspecify.annotations.Nullable Obstacle obstacle)
            throws IOException {
        Denial denial = new Denial(
                path,
                stat.isFolder(),
                stat.mode(),
                accounts.owner(stat),
                stat.changed(),
                place(path),
                Optional.ofNullable(obstacle));
        visitor.denied(denial, held(folder, name, stat, path));
    }

    private @org.jspecify.annotations.Nullable Stat statOrMissing(int folder, byte[] name, Path path)
            throws IOException {
        try {
            return kernel.stat(folder, name);
        } catch (KernelException e) {
            if (e.errno() != KernelException.ENOENT) {
                throw e;
            }
            Stat none = new Stat(0, 0, 0, 0, 0, 0, 0, Instant.EPOCH);
            Denial missing = new Denial(path, true, 0, "", Instant.EPOCH, place(path), Optional.of(Obstacle.MISSING));
            visitor.denied(missing, held(folder, name, none, path));
            return null;
        }
    }

    private Place place(Path path) {
        if (path.startsWith(site.webRoot())) {
            return Place.INSIDE;
        }
        return path.startsWith(site.siteRoot()) ? Place.ABOVE : Place.HIGHER;
    }

    private Held held(int folder, byte[] name, Stat stat, Path path) {
        return new Held(kernel, user, accounts, folder, name, stat, path);
    }
}
