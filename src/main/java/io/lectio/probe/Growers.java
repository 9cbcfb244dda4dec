package io.lectio.probe;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.About;
import io.lectio.core.health.Ailment.Fact;
import io.lectio.host.Processes;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// What takes the room on a file system: the largest of the files that were written to within the last hour, or else
/// of all; what is deleted and still held open; the folders with most entries. A large file system is walked for a few
/// seconds only.
///
/// @param large files, by size
/// @param crowded folders, by their entries
record Growers(Instant at, List<Fact> large, List<Fact> crowded) {
    private static final Duration LONGEST_WALK = Duration.ofSeconds(3);
    private static final Duration VALID = Duration.ofMinutes(10);
    private static final Duration LATELY = Duration.ofHours(1);
    private static final int NAMED = 2;
    private static final String DELETED = " (deleted)";
    private static final long WORTH_NAMING = 1L << 20;

    boolean isOld(Instant now) {
        return now.isBefore(at) || at.plus(VALID).isBefore(now);
    }

    private record Sized(String name, long size) {}

    static Growers find(Path mount, Instant now) {
        Walk walk = new Walk(mount, now);
        try {
            Files.walkFileTree(mount, walk);
        } catch (IOException e) {
            // what has been seen until then is told
        }
        List<Fact> large = new ArrayList<>();
        Largest files = walk.lately.isEmpty() ? walk.all : walk.lately;
        files.named().forEach(file -> large.add(new Ailment.Bytes(About.GROWS, file.name(), file.size())));
        deletedButOpen(walk.device)
                .named()
                .forEach(file -> large.add(new Ailment.Bytes(About.OPEN, file.name(), file.size())));
        Largest folders = new Largest(0);
        walk.entries.forEach((folder, count) -> folders.add(folder.toString(), count));
        List<Fact> crowded = folders.named().stream()
                .<Fact>map(each -> new Ailment.Name(About.GROWS, each.name() + " (" + each.size() + ")"))
                .toList();
        return new Growers(now, large, crowded);
    }

    private static final class Largest {
        private final PriorityQueue<Sized> smallestFirst = new PriorityQueue<>(Comparator.comparingLong(Sized::size));
        private final long least;

        Largest(long least) {
            this.least = least;
        }

        void add(String name, long size) {
            if (size >= least) {
                smallestFirst.add(new Sized(name, size));
                if (smallestFirst.size() > NAMED) {
                    smallestFirst.remove();
                }
            }
        }

        boolean isEmpty() {
            return smallestFirst.isEmpty();
        }

        List<Sized> named() {
            return smallestFirst.stream()
                    .sorted(Comparator.comparingLong(Sized::size).reversed())
                    .toList();
        }
    }

    private static Object device(Path path, LinkOption... options) throws IOException {
        return Files.getAttribute(path, "unix:dev", options);
    }

    /// Stays on the file system where it begins, and follows no link.
    private static final class Walk extends SimpleFileVisitor<Path> {
        private final long end = System.nanoTime() + LONGEST_WALK.toNanos();
        private final Instant since;
        private final Largest lately = new Largest(WORTH_NAMING);
        private final Largest all = new Largest(WORTH_NAMING);
        private final Map<Path, Long> entries = new HashMap<>();
        private Object device = "";

        Walk(Path mount, Instant now) {
            since = now.minus(LATELY);
            try {
                device = device(mount);
            } catch (IOException e) {
                device = ""; // no folder is on it: nothing is walked
            }
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            return device(folder, LinkOption.NOFOLLOW_LINKS).equals(device)
                    ? FileVisitResult.CONTINUE
                    : FileVisitResult.SKIP_SUBTREE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
                all.add(file.toString(), attributes.size());
                if (attributes.lastModifiedTime().toInstant().isAfter(since)) {
                    lately.add(file.toString(), attributes.size());
                }
            }
            entries.merge(file.resolveSibling(""), 1L, Long::sum);
            return System.nanoTime() - end < 0 ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // gone by now, or not for this user
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) {
            return FileVisitResult.CONTINUE;
        }
    }

    /// The room of a deleted file is free only when the last process has closed it: `du` does not see it.
    private static Largest deletedButOpen(Object device) {
        Largest open = new Largest(WORTH_NAMING);
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                addDeleted(process, device, open);
            }
        } catch (IOException | DirectoryIteratorException e) {
            return open; // what has been seen until then is told
        }
        return open;
    }

    private static void addDeleted(Path process, Object device, Largest open) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                String name = Files.readSymbolicLink(descriptor).toString();
                if (name.startsWith("/")
                        && name.endsWith(DELETED)
                        && device(descriptor).equals(device)) {
                    int pid = Integer.parseInt(String.valueOf(process.getFileName()));
                    open.add(
                            name.substring(0, name.length() - DELETED.length()) + " by " + Processes.named(pid),
                            Files.size(descriptor));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return; // it has ended, or is not for this user
        }
    }
}
