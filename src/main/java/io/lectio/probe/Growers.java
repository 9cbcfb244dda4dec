package io.lectio.probe;

import io.lectio.core.health.Ailment;
import io.lectio.core.health.Ailment.About;
import io.lectio.core.health.Ailment.Fact;
import io.lectio.host.FileSystems;
import io.lectio.host.Names;
import io.lectio.host.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/// What takes the room on a file system: the largest of the files that were written to within the last hour, or else
/// of all; what is deleted and still held open; the folders with most entries. Of a large file system only a
/// part is walked: a full disk must be known before an application that ends for it is judged.
///
/// @param large files, by size
/// @param crowded folders, by their entries
record Growers(Instant at, List<Fact> large, List<Fact> crowded) {
    private static final Duration LONGEST_WALK = Duration.ofMillis(700);
    private static final Duration VALID = Duration.ofMinutes(10);
    private static final Duration LATELY = Duration.ofHours(1);
    private static final int MOST_FOLDERS = 10_000;
    private static final int NAMED = 2;
    private static final String DELETED = " (deleted)";
    private static final long WORTH_NAMING = 1L << 20;

    boolean isOld(Instant now) {
        return now.isBefore(at) || at.plus(VALID).isBefore(now);
    }

    private record Sized(String name, long size) {}

    static Growers find(Path mount, Instant now) {
        Walk walk = new Walk(mount, now);
        walk.run();
        List<Fact> large = new ArrayList<>();
        Largest files = walk.lately.isEmpty() ? walk.all : walk.lately;
        files.named().forEach(file -> large.add(new Ailment.Bytes(About.GROWS, file.name(), file.size())));
        deletedButOpen(mount)
                .named()
                .forEach(file -> large.add(new Ailment.Bytes(About.OPEN, file.name(), file.size())));
        List<Fact> crowded = walk.folders.named().stream()
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

    private static String shown(Path path) {
        return Names.show(path.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// Stays on the file system where it begins: what is mounted below it is not even asked what it is, since another
    /// machine's may not answer. Follows no link.
    private static final class Walk {
        private final long end = System.nanoTime() + LONGEST_WALK.toNanos();
        private final Instant since;
        private final Set<Path> mounts = FileSystems.mounts();
        private final Deque<Path> left = new ArrayDeque<>();
        private final Largest lately = new Largest(WORTH_NAMING);
        private final Largest all = new Largest(WORTH_NAMING);
        private final Largest folders = new Largest(0);

        Walk(Path mount, Instant now) {
            since = now.minus(LATELY);
            left.push(mount);
        }

        void run() {
            while (!left.isEmpty() && !isOver()) {
                Path folder = left.pop();
                int entries = 0;
                try (DirectoryStream<Path> in = Files.newDirectoryStream(folder)) {
                    for (Path each : in) {
                        entries++;
                        if (isOver()) {
                            break;
                        }
                        if (!mounts.contains(each)) {
                            see(each);
                        }
                    }
                } catch (IOException | DirectoryIteratorException e) {
                    continue; // gone by now, or not for this user
                }
                folders.add(shown(folder), entries);
            }
        }

        private boolean isOver() {
            return System.nanoTime() - end > 0 || left.size() > MOST_FOLDERS;
        }

        private void see(Path each) throws IOException {
            BasicFileAttributes attributes;
            try {
                attributes = Files.readAttributes(each, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            } catch (NoSuchFileException e) {
                return;
            }
            if (attributes.isDirectory()) {
                left.push(each);
            } else if (attributes.isRegularFile()) {
                all.add(shown(each), attributes.size());
                if (attributes.lastModifiedTime().toInstant().isAfter(since)) {
                    lately.add(shown(each), attributes.size());
                }
            }
        }
    }

    /// The room of a deleted file is free only when the last process has closed it: `du` does not see it.
    private static Largest deletedButOpen(Path mount) {
        Largest open = new Largest(WORTH_NAMING);
        Object device;
        try {
            device = Files.getAttribute(mount, "unix:dev");
        } catch (IOException e) {
            return open;
        }
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
                        && Files.getAttribute(descriptor, "unix:dev").equals(device)) {
                    int pid = Integer.parseInt(String.valueOf(process.getFileName()));
                    open.add(
                            shown(Path.of(name.substring(0, name.length() - DELETED.length()))) + " by "
                                    + Processes.named(pid),
                            Files.size(descriptor));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return; // it has ended, or is not for this user
        }
    }
}
