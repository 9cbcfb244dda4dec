package io.lectio.probe;

import io.lectio.core.health.Finding.Fault;
import io.lectio.core.health.Finding.Fault.Kind;
import io.lectio.core.policy.Site;
import io.lectio.host.Names;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/// The file of the web root that an address is served from, and what is wrong with it.
final class WebRootFile {
    private WebRootFile() {}

    /// What is wrong with the file of a built page, whatever its address: `try_files` leads them all to it.
    static Optional<Fault> ofPage(Site site) {
        return fault(site.webRoot(), "index.html", Kind.REMOVED);
    }

    /// What is wrong with a file that the page names.
    static Optional<Fault> ofAsset(Site site, URI url) {
        String path = String.valueOf(url.getPath()).replaceFirst("^/+", "");
        return path.isEmpty() || path.endsWith("/")
                ? Optional.empty()
                : fault(site.webRoot(), path, Kind.CHUNK_MISSING);
    }

    /// @param missing what it is when the file is not there
    /// @return empty where the file is in order, or cannot be looked at
    private static Optional<Fault> fault(Path root, String file, Kind missing) {
        Path at = root;
        try {
            Path wanted = at.resolve(file).normalize();
            if (!wanted.startsWith(at) || !Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            for (Path name : at.relativize(wanted)) {
                at = at.resolve(name);
                BasicFileAttributes found =
                        Files.readAttributes(at, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (found.isSymbolicLink() && !Files.exists(at)) {
                    return fault(Kind.DANGLING, at + " → " + Files.readSymbolicLink(at));
                }
                if (found.isRegularFile() && found.size() == 0 && missing == Kind.REMOVED) {
                    return fault(Kind.EMPTIED, at.toString());
                }
            }
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return fault(missing, at.toString());
        } catch (IOException | InvalidPathException e) {
            return Optional.empty(); // the answer's own fault is told
        }
    }

    private static Optional<Fault> fault(Kind kind, String file) {
        String shown = Names.show(file.getBytes(StandardCharsets.UTF_8));
        String words = switch (kind) {
            case REMOVED -> "page removed: ";
            case EMPTIED -> "page emptied: ";
            case DANGLING -> "dangling symlink: ";
            default -> "chunk missing: ";
        };
        return Optional.of(new Fault(kind, words + shown, Optional.of(shown)));
    }
}
