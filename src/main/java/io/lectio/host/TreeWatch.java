package io.lectio.host;

import io.lectio.core.policy.Site;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// inotify on every folder of the web root and on its parents up to `/`. What has changed is not told, only that
/// something has: whoever is told looks again. Folders that come, go or are swapped are watched anew before that.
/// Where inotify says no (its limits, a folder that is gone), rounds are the second line.
public final class TreeWatch implements AutoCloseable {
    private static final int MOST_FOLDERS = 10_000;
    /// Events gather meanwhile, so that a flood of them costs little.
    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final WatchEvent.Kind<?>[] KINDS = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE, StandardWatchEventKinds.ENTRY_MODIFY
    };

    private final Site site;
    private final @Nullable WatchService watches;
    private Map<Path, WatchKey> keys = new HashMap<>();
    private volatile Optional<String> shortfall = Optional.empty();

    public TreeWatch(Site site) {
        this.site = site;
        watches = open();
    }

    private @Nullable WatchService open() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException e) {
            shortfall = Optional.of("file events are not available: " + e.getMessage());
            return null;
        }
    }

    /// Calls `changed` from a thread of its own: at once when something changed, and again while it goes on.
    public void start(Runnable changed) {
        if (watches != null) {
            WatchService service = watches;
            Thread.ofPlatform().name("tree-watch").daemon().start(() -> watch(service, changed));
        }
    }

    /// Why not every folder is watched, if so.
    public Optional<String> shortfall() {
        return shortfall;
    }

    private void watch(WatchService service, Runnable changed) {
        try {
            register(service);
            changed.run(); // whatever changed before the watches stood
            while (true) {
                WatchKey key = service.take();
                boolean relevant = false;
                boolean moved = false;
                while (key != null) {
                    Path folder = (Path) key.watchable();
                    for (WatchEvent<?> event : key.pollEvents()) {
                        if (concerns(folder, event)) {
                            relevant = true;
                            moved |= movesFolders(folder, event);
                        }
                    }
                    moved |= !key.reset();
                    key = service.poll();
                }
                if (moved) {
                    register(service);
                }
                if (relevant || moved) {
                    changed.run();
                }
                Thread.sleep(PAUSE);
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            return; // closed: nobody listens any more
        }
    }

    /// Above the web root only the next folder on the way matters; below it everything does.
    private boolean concerns(Path folder, WatchEvent<?> event) {
        return folder.startsWith(site.webRoot())
                || !(event.context() instanceof Path name)
                || site.webRoot().startsWith(folder.resolve(name));
    }

    /// Whether the folders may be others than before. A file that comes or goes changes none.
    private boolean movesFolders(Path folder, WatchEvent<?> event) {
        if (event.kind().equals(StandardWatchEventKinds.ENTRY_MODIFY)) {
            return false;
        }
        return !(event.context() instanceof Path name)
                || keys.containsKey(folder.resolve(name))
                || Files.isDirectory(folder.resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    private void register(WatchService service) {
        shortfall = Optional.empty();
        Map<Path, WatchKey> now = new HashMap<>();
        Path folder = site.webRoot();
        for (Path parent = folder.getParent(); parent != null; parent = parent.getParent()) {
            add(service, parent, now);
        }
        addTree(service, folder, now, 0);
        Set<WatchKey> kept = new HashSet<>(now.values());
        for (WatchKey old : keys.values()) {
            if (!kept.contains(old)) {
                old.cancel();
            }
        }
        keys = now;
    }

    private void addTree(WatchService service, Path folder, Map<Path, WatchKey> now, int depth) {
        if (now.size() >= MOST_FOLDERS) {
            shortfall = Optional.of("only the first " + MOST_FOLDERS + " folders are watched");
            return;
        }
        if (depth > AccessWalk.DEEPEST || !add(service, folder, now)) {
            return;
        }
        try (DirectoryStream<Path> children =
                Files.newDirectoryStream(folder, child -> Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS))) {
            for (Path child : children) {
                if (!site.privates().covers(String.valueOf(child.getFileName()))) {
                    addTree(service, child, now, depth + 1);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return; // it went while it was read: its parent's event comes
        }
    }

    private boolean add(WatchService service, Path folder, Map<Path, WatchKey> now) {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try {
            WatchKey key = folder.register(service, KINDS);
            if (!folder.equals(key.watchable())) {
                key.cancel(); // the folder was renamed: its key would tell the old path for ever
                key = folder.register(service, KINDS);
            }
            now.put(folder, key);
            return true;
        } catch (IOException e) {
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                shortfall = Optional.of("no file events for " + folder + ": " + e.getMessage());
            }
            return false; // gone, or inotify's limit: rounds see it
        }
    }

    @Override
    public void close() throws IOException {
        if (watches != null) {
            watches.close();
        }
    }
}
