package io.lectio.release;

import io.lectio.host.Folders;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/// Where the releases of a site's pages are: in a folder of root's own beside the site, on the live folder's mount.
///
/// @param store closed to everybody else
/// @param live the folder that is served
public record Places(Path store, Path live) {
    private static final String OURS = ".lectio";
    private static final String CODE = ".code";
    /// Of folders that are held open at once.
    private static final int DEEPEST = 64;

    /// By this name a release tells which it is.
    public static final String ID_FILE = "lectio-release.txt";

    /// `/var/www/.lectio/teaching_panel/frontend/build` for a site in `/var/www/teaching_panel`.
    public static Places of(Path siteRoot, Path live) {
        Path above = Folders.above(siteRoot);
        return new Places(above.resolve(OURS).resolve(above.relativize(live)), live);
    }

    /// For the application's code, beside what may be stored of its pages.
    public static Places ofCode(Path siteRoot, Path folder) {
        return new Places(of(siteRoot, folder).store().resolve(CODE), folder);
    }

    /// What was handed in, until it is staged.
    Path incoming(String release) {
        return store.resolve("incoming").resolve(release);
    }

    Path releases() {
        return store.resolve("releases");
    }

    Path release(String release) {
        return releases().resolve(release);
    }

    /// The files of a release, as they were handed in.
    Path files(String release) {
        return release(release).resolve("files");
    }

    Path manifest(String release) {
        return release(release).resolve("manifest");
    }

    /// The number of the folder in which it was staged last.
    Path staged(String release) {
        return release(release).resolve("staged");
    }

    /// A release as it will be served; once it is, what was live before.
    Path stage(String release) {
        return store.resolve("stage").resolve(release);
    }

    /// What a release of code is examined with, as long as it is.
    Path examined(String release) {
        return store.resolve("examined").resolve(release);
    }

    /// What code that was exchanged has left, of the last times.
    Path kept() {
        return store.resolve("kept");
    }

    /// What was put back is made here, and what was in its place is kept here until the next time.
    Path restored() {
        return store.resolve("restored");
    }

    /// How many bytes the stored releases have.
    long bytes() throws IOException {
        if (!Files.exists(releases())) {
            return 0;
        }
        long sum = 0;
        try (Stream<Path> all = Files.walk(releases())) {
            for (Path each : (Iterable<Path>) all::iterator) {
                sum += Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS) ? Files.size(each) : 0;
            }
        }
        return sum;
    }

    /// Makes what is not there.
    ///
    /// @throws IOException where somebody else could put a folder of theirs in place of ours
    void prepare() throws IOException {
        Path own = store;
        while (!own.endsWith(OURS)) {
            own = Folders.above(own);
        }
        requireOurs();
        if (!Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(
                    own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        for (Path folder : new Path[] {store.resolve("incoming"), releases(), store.resolve("stage"), restored()}) {
            Files.createDirectories(folder);
        }
        requireOurs();
    }

    /// Each folder on the way to the store is root's or this user's, and nobody else writes there.
    public void requireOurs() throws IOException {
        Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        for (Path each = store; each != null; each = each.getParent()) {
            if (!Files.exists(each, LinkOption.NOFOLLOW_LINKS)) {
                continue;
            }
            Object owner = Files.getAttribute(each, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            int mode = (Integer) Files.getAttribute(each, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            boolean sticky = (mode & 01000) != 0;
            boolean closed = each.endsWith(OURS) ? (mode & 0077) == 0 : (mode & 0022) == 0 || sticky;
            if (!Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)
                    || !(owner.equals(0) || owner.equals(self))
                    || !closed) {
                throw new IOException(
                        each + " must be root's, and nobody else may write there, so that releases are safe below it:"
                                + " sudo chown root: " + each + " && sudo chmod "
                                + (each.endsWith(OURS) ? "700 " : "go-w ") + each);
            }
        }
    }

    /// Deletes a folder, or a file, with all below it, if it is there. It lies in a folder of ours, but may have been
    /// live, and held open by who would lead us elsewhere: each folder becomes ours alone before it is read.
    static void delete(Path path) throws IOException {
        try (DirectoryStream<Path> above = Files.newDirectoryStream(Folders.above(path))) {
            if (!(above instanceof SecureDirectoryStream<Path> top)) {
                throw new IOException("this system reads no folders by descriptors");
            }
            Deque<Path> left = new ArrayDeque<>(List.of(Path.of(String.valueOf(path.getFileName()))));
            while (!left.isEmpty()) {
                delete(top, left.removeLast(), 0, top, left);
            }
        } catch (NoSuchFileException e) {
            return; // as it is to be
        }
    }

    /// @param left gets what is too deep, and was moved to the top for that
    private static void delete(
            SecureDirectoryStream<Path> in, Path name, int depth, SecureDirectoryStream<Path> top, Deque<Path> left)
            throws IOException {
        if (!in.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .isDirectory()) {
            in.deleteFile(name);
        } else if (depth == DEEPEST) {
            Path moved = Path.of("deep-" + System.nanoTime());
            in.move(name, top, moved);
            left.add(moved);
        } else {
            try (SecureDirectoryStream<Path> folder = in.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                PosixFileAttributeView view = folder.getFileAttributeView(PosixFileAttributeView.class);
                view.setOwner(Files.getOwner(Path.of("/proc/self")));
                view.setPermissions(PosixFilePermissions.fromString("rwx------"));
                List<Path> names = new ArrayList<>();
                folder.forEach(each -> names.add(each.getFileName()));
                for (Path each : names) {
                    delete(folder, each, depth + 1, top, left);
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            in.deleteDirectory(name);
        }
    }
}
