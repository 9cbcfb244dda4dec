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
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Which files have changed since a time, by their ctime, which the kernel alone sets: a copy may keep an mtime. Names
/// and times only, nothing is opened; links are not followed, nor mounts.
public final class ChangedFiles {
    private static final int MOST_VISITED = 50_000;
    private static final int MOST = 1_000;
    private static final int DEEPEST = 12;
    private static final Set<String> LEFT_OUT =
            Set.of(".git", "node_modules", "venv", ".venv", "env", "site-packages", "__pycache__", "media", "static");

    private final Map<String, Change> all = new TreeMap<>();
    private final long end;
    private int visited;

    /// @param within after which it ends with what it has found
    public ChangedFiles(Duration within) {
        end = System.nanoTime() + within.toNanos();
    }

    public List<Change> all() {
        return List.copyOf(all.values());
    }

    /// @param apart a folder in it that is not looked at
    public void in(Path folder, Optional<Path> apart, Instant since, Predicate<Path> wanted) {
        walk(folder, new Walk(apart, since, wanted, false));
    }

    /// Of a folder that holds nothing else, or a file; also whether something is gone from a folder.
    public void allIn(Path root, Instant since) {
        walk(root, new Walk(Optional.empty(), since, _ -> true, true));
        if (Files.isSymbolicLink(root)) {
            try {
                walk(root.toRealPath(), new Walk(Optional.empty(), since, _ -> true, true));
            } catch (IOException e) {
                return; // it leads nowhere: its own change is what there is to tell
            }
        }
    }

    private void walk(Path root, Walk walk) {
        try {
            Files.walkFileTree(root, Set.of(), DEEPEST, walk);
        } catch (IOException e) {
            throw new IllegalStateException("each failure has been taken", e);
        }
    }

    private final class Walk extends SimpleFileVisitor<Path> {
        private final Optional<Path> apart;
        private final Instant since;
        private final Predicate<Path> wanted;
        private final boolean folders;
        /// Folders with a change in them.
        private final Set<Path> named = new HashSet<>();

        private @Nullable Object device;

        Walk(Optional<Path> apart, Instant since, Predicate<Path> wanted, boolean folders) {
            this.apart = apart;
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
                boolean left = apart.filter(folder::equals).isPresent()
                        || LEFT_OUT.contains(String.valueOf(folder.getFileName()))
                        || !on.equals(device);
                return left ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            } catch (IOException e) {
                return FileVisitResult.SKIP_SUBTREE; // gone meanwhile
            }
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            boolean isMeant = (attributes.isSymbolicLink() || attributes.isRegularFile())
                    && !isEditors(file)
                    && wanted.test(file);
            if (isMeant && note(file, false)) {
                tell(file);
            }
            return goesOn();
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException why) {
            return goesOn(); // gone meanwhile, or closed to who looks
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException why) {
            if (named.contains(folder) || (folders && note(folder, true))) {
                tell(folder);
            }
            return goesOn();
        }

        private void tell(Path inside) {
            named.add(inside.resolveSibling(""));
        }

        private FileVisitResult goesOn() {
            boolean enough = ++visited > MOST_VISITED || all.size() >= MOST || System.nanoTime() - end > 0;
            return enough ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        private boolean note(Path file, boolean folder) {
            try {
                Map<String, Object> seen = Files.readAttributes(
                        file, "unix:ctime,lastModifiedTime,nlink,owner", LinkOption.NOFOLLOW_LINKS);
                Instant changed = time(seen.get("ctime"));
                boolean onlyLinked = !folder
                        && seen.get("nlink") instanceof Integer links
                        && links > 1
                        && !time(seen.get("lastModifiedTime")).isAfter(since); // by a backup
                if (!changed.isAfter(since) || onlyLinked) {
                    return false;
                }
                String owner = seen.get("owner") instanceof UserPrincipal user ? user.getName() : "?";
                String name = Names.show(file.toString().getBytes(StandardCharsets.UTF_8));
                all.putIfAbsent(name, new Change(name, changed, owner, folder));
                return true;
            } catch (IOException e) {
                return false; // gone meanwhile
            }
        }

        private static Instant time(@Nullable Object at) {
            return at instanceof FileTime time ? time.toInstant() : Instant.EPOCH;
        }

        private static boolean isEditors(Path file) {
            String name = String.valueOf(file.getFileName());
            return name.endsWith("~") || name.endsWith(".swp") || name.startsWith(".#");
        }
    }
}
