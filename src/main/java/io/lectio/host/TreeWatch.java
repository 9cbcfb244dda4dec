package io.lectio.host;

import io.lectio.core.policy.Site;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Map;

/// inotify on every folder of the web root and on its parents up to `/`. What has changed is not told, only that
/// something has:
/// whoever is told looks again. Folders that come, go or are swapped are watched anew before that. Where inotify says
/// no (its
/// limit, a folder that is gone), rounds are the second line.
public final class TreeWatch implements AutoCloseable {
    private static final int MOST_FOLDERS = 10_000;
    private static final WatchEvent.Kind<?>[] KINDS = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE, StandardWatchEventKinds.ENTRY_MODIFY
    };

    private final Site site;
    private final WatchService watches;
    private Map<Path, WatchKey> keys = new HashMap<>();

    public TreeWatch(Site site) throws IOException {
        this.site = site;
        watches = FileSystems.getDefault().newWatchService();
    }

    /// Calls `changed` from a thread of its own: at once when something changed, and again while it goes on.
    public void start(Runnable changed) {
        Thread.ofPlatform().name("tree-watch").daemon().start(() -> watch(changed));
    }

    private void watch(Runnable changed) {
        try {
            register();
            changed.run(); // whatever changed before the watches stood
            while (true) {
                WatchKey key = watches.take();
                boolean relevant = false;
                boolean moved = false;
                while (key != null) {
                    Path folder = (Path) key.watchable();
                    for (WatchEvent<?> event : key.pollEvents()) {
                        if (concerns(folder, event)) {
                            relevant = true;
                            moved |= !event.kind().equals(StandardWatchEventKinds.ENTRY_MODIFY);
                        }
                    }
                    moved |= !key.reset();
                    key = watches.poll();
                }
                if (moved) {
                    register();
                }
                if (relevant || moved) {
                    changed.run();
                }
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

    private void register() {
        Map<Path, WatchKey> now = new HashMap<>();
        Path folder = site.webRoot();
        for (Path parent = folder.getParent(); parent != null; parent = parent.getParent()) {
            add(parent, now);
        }
        addTree(folder, now, 0);
        for (Map.Entry<Path, WatchKey> old : keys.entrySet()) {
            if (!now.containsValue(old.getValue())) {
                old.getValue().cancel();
            }
        }
        keys = now;
    }

    private void addTree(Path folder, Map<Path, WatchKey> now, int depth) {
        if (now.size() >= MOST_FOLDERS || depth > AccessWalk.DEEPEST || !add(folder, now)) {
            return;
        }
        try (DirectoryStream<Path> children =
                Files.newDirectoryStream(folder, child -> Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS))) {
            for (Path child : children) {
                if (!site.privates().covers(String.valueOf(child.getFileName()))) {
                    addTree(child, now, depth + 1);
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return; // it went while it was read: its parent's event comes
        }
    }

    private boolean add(Path folder, Map<Path, WatchKey> now) {
        try {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            now.put(folder, folder.register(watches, KINDS));
            return true;
        } catch (IOException e) {
            return false; // gone, or inotify's limit: rounds see it
        }
    }

    @Override
    public void close() throws IOException {
        watches.close();
    }
}
