package io.lectio.host;

import io.lectio.host.Changes.Change;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// Which files have changed in a time, by their ctime, which the kernel alone sets: a copy may keep an mtime. Names and
/// times only, nothing is opened; links are not followed, nor mounts, but a link tells of the file that it leads to.
public final class ChangedFiles {
    private static final int MOST_VISITED = 50_000;
    private static final int NAMED = 3;
    private static final int DEEPEST = 12;
    private static final Set<String> NOT_CODE = Set.of(
            ".git",
            "node_modules",
            "venv",
            ".venv",
            "env",
            "site-packages",
            "__pycache__",
            "media",
            "uploads",
            "static",
            "staticfiles");

    /// What has changed, and is shown when it is among the newest.
    private record Found(Path file, Instant at, boolean folder) {}

    private final Instant until;
    private final long end;
    private final List<Found> newest = new ArrayList<>();
    private final Set<Path> walked = new HashSet<>();
    private int changed;
    private int visited;

    /// @param until what has changed later is not of interest
    /// @param within after which it ends with what it has found
    public ChangedFiles(Instant until, Duration within) {
        this.until = until;
        end = System.nanoTime() + within.toNanos();
    }

    /// The newest three.
    public List<Change> newest() {
        return newest.stream()
                .map(each -> new Change(
                        Names.show(each.file().toString().getBytes(StandardCharsets.UTF_8)),
                        each.at(),
                        owner(each.file()),
                        each.folder()))
                .toList();
    }

    /// How many more there are.
    public int more() {
        return changed - newest.size();
    }

    /// In a folder of code, without libraries and what visitors upload, and what has been looked at before.
    public void in(Path folder, Instant since, BiPredicate<Path, BasicFileAttributes> wanted) {
        walk(folder, new Walk(since, wanted, false));
    }

    /// In a folder that holds nothing else, or of a file; also whether something is gone from a folder.
    public void allIn(Path root, Instant since) {
        walk(root, new Walk(since, (_, _) -> true, true));
        if (Files.isSymbolicLink(root)) {
            try {
                walk(root.toRealPath(), new Walk(since, (_, _) -> true, true));
            } catch (IOException e) {
                return; // it leads nowhere: its own change is what there is to tell
            }
        }
    }

    private void walk(Path root, Walk walk) {
        if (walked.add(root)) {
            try {
                Files.walkFileTree(root, Set.of(), DEEPEST, walk);
            } catch (IOException e) {
                throw new IllegalStateException("each failure has been taken", e);
            }
        }
    }

    private static String owner(Path file) {
        try {
            return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName();
        } catch (IOException e) {
            return "?"; // gone meanwhile
        }
    }

    private final class Walk extends SimpleFileVisitor<Path> {
        private final Instant since;
        private final BiPredicate<Path, BasicFileAttributes> wanted;
        private final boolean folders;
        /// Folders with a change in them.
        private final Set<Path> told = new HashSet<>();

        private @Nullable Object device;

        Walk(Instant since, BiPredicate<Path, BasicFileAttributes> wanted, boolean folders) {
            this.since = since;
            this.wanted = wanted;
            this.folders = folders;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            try {
                Object on = Files.getAttribute(folder, "unix:dev", LinkOption.NOFOLLOW_LINKS);
                if (device == null) {
                    device = on; // of the root, which is looked at whatever its name is
                    return FileVisitResult.CONTINUE;
                }
                boolean left = walked.contains(folder)
                        || (!folders && NOT_CODE.contains(String.valueOf(folder.getFileName())))
                        || !on.equals(device);
                return left ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            } catch (IOException e) {
                return FileVisitResult.SKIP_SUBTREE; // gone meanwhile
            }
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            boolean link = attributes.isSymbolicLink();
            if ((link || attributes.isRegularFile()) && !isEditors(file) && wanted.test(file, attributes)) {
                if (note(file, false) || (link && noteTarget(file))) {
                    told.add(file.resolveSibling(""));
                }
            }
            return goesOn();
        }

        private boolean noteTarget(Path link) {
            try {
                Path target = link.toRealPath();
                BasicFileAttributes attributes = Files.readAttributes(target, BasicFileAttributes.class);
                return attributes.isRegularFile() && wanted.test(target, attributes) && note(target, false);
            } catch (IOException e) {
                return false; // it leads nowhere
            }
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException why) {
            return goesOn(); // gone meanwhile, or closed to who looks
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException why) {
            if (told.contains(folder) || (folders && note(folder, true))) {
                told.add(folder.resolveSibling(""));
            }
            return goesOn();
        }

        private FileVisitResult goesOn() {
            boolean enough = ++visited > MOST_VISITED || System.nanoTime() - end > 0;
            return enough ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        private boolean note(Path file, boolean folder) {
            try {
                Object ctime = Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
                Instant at = ctime instanceof FileTime time ? time.toInstant() : Instant.EPOCH;
                if (!at.isAfter(since) || at.isAfter(until)) {
                    return false;
                }
                Found found = new Found(file, at, folder);
                if (newest.contains(found)) {
                    return true; // by another way: a link leads there
                }
                changed++;
                newest.add(found);
                newest.sort(Comparator.comparing(Found::at).reversed());
                if (newest.size() > NAMED) {
                    newest.removeLast();
                }
                return true;
            } catch (IOException e) {
                return false; // gone meanwhile
            }
        }

        private static boolean isEditors(Path file) {
            String name = String.valueOf(file.getFileName());
            return name.endsWith("~") || name.endsWith(".swp") || name.startsWith(".#");
        }
    }
}
