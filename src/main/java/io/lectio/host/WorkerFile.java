package io.lectio.host;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// The file without a name by which a worker of gunicorn tells its parent that it is alive: first when it has loaded
/// the application. Up to version 20 it gives the file the mode 0 or 1 for that, and since then a time of last
/// modification that is counted from the machine's start. Source: gunicorn, workers/workertmp.py.
public final class WorkerFile {
    private static final String NAME = "wgunicorn-";
    private static final Instant NO_CLOCK = Instant.parse("2000-01-01T00:00:00Z");
    private static final int PERMISSIONS = 0777;
    private static final int AS_MADE = 0600;

    private WorkerFile() {}

    /// Whether a process is such a worker.
    public static boolean isThere(int pid) {
        return find(pid).isPresent();
    }

    /// Whether a worker has told that it is ready; not where the process has no such file, or has ended.
    public static boolean isReady(int pid) {
        try {
            Optional<Path> file = find(pid);
            if (file.isEmpty()) {
                return false;
            }
            Object mode = Files.getAttribute(file.get(), "unix:mode");
            return ((int) mode & PERMISSIONS) != AS_MADE
                    || Files.getLastModifiedTime(file.get()).toInstant().isBefore(NO_CLOCK);
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<Path> find(int pid) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path each : open) {
                if (Processes.target(each)
                        .filter(link -> link.toString().contains(NAME))
                        .isPresent()) {
                    return Optional.of(each);
                }
            }
            return Optional.empty();
        } catch (IOException | DirectoryIteratorException e) {
            return Optional.empty(); // it has ended
        }
    }
}
