package io.lectio.release;

import io.lectio.host.Folders;
import io.lectio.host.SqliteFile;
import io.lectio.host.WebUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/// A copy of a SQLite database, in a folder of the application's user. In a view a link to it lies in the database's
/// place. SQLite follows that before it names its journals, so that those of the real one, which come and go beside
/// it meanwhile, are never taken for the copy's.
///
/// @param original without a link in its path
record DatabaseCopy(Path original, Path folder) {
    /// Where the folder lies in a view, as in `view.py`.
    private static final Path IN_VIEWS = Path.of("/tmp/lectio-database");

    /// Makes a verified copy, as the application's user reads the original, or with no link followed: that user may put
    /// one in its place at any time.
    @FunctionalInterface
    public interface Copier {
        /// @param target does not exist, and lies in a folder of root's
        void copy(Path database, Path target) throws IOException, InterruptedException;
    }

    static DatabaseCopy make(Path database, Path folder, WebUser user, Copier copier)
            throws IOException, InterruptedException {
        Path original = database.toRealPath();
        Optional<String> closed = SqliteFile.closedTo(user, original);
        if (closed.isPresent()) { // it may be a link of that user's to what is another's
            throw new IOException("the database is not its user's to write: " + closed.get());
        }
        DatabaseCopy copy = new DatabaseCopy(original, folder);
        Files.createDirectory(folder);
        copier.copy(original, folder.resolve(copy.name()));
        for (Path each : new Path[] {folder.resolve(copy.name()), folder}) {
            Files.setAttribute(each, "unix:mode", each.equals(folder) ? 0700 : 0600, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(each, "unix:gid", user.gid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(each, "unix:uid", user.uid(), LinkOption.NOFOLLOW_LINKS);
        }
        return copy;
    }

    /// The folder that the original is in.
    Path above() {
        return Folders.above(original);
    }

    private String name() {
        return String.valueOf(original.getFileName());
    }

    Path inViews() {
        return IN_VIEWS.resolve(name());
    }
}
