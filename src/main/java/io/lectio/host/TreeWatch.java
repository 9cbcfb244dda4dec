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
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// inotify on every folder of the web root and on its parents up to `/`. What has changed is not told, only that
/// something has: whoever is told looks again. A folder that comes, goes or is swapped is watched anew before that, by
/// itself and with what lies below it, so that a change costs what it changes. Where inotify says no (its limits, a
/// folder that is gone), rounds are the second line.
public final class TreeWatch implements AutoCloseable {
    private static final int MOST_FOLDERS = 10_000;
    /// Whoever may write in the web root chooses how long the paths are.
    private static final long MOST_LETTERS = 2_000_000;
    /// Events gather meanwhile, so that a flood of them costs little.
    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    /// A pause is so many times as long as the work before it: a flood gets a tenth of one processor.
    private static final int PAUSE_TO_WORK = 9;

    private static final Duration ANOTHER_TRY = Duration.ofMinutes(1);

    private static final WatchEvent.Kind<?>[] KINDS = {
        StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE, StandardWatchEventKinds.ENTRY_MODIFY
    };

    /// A watched folder, and those below it by their names.
    private static final class Folder {
        private final Path path;
        private final WatchKey key;
        private final Optional<Folder> parent;
        private final Map<Path, Folder> children = new HashMap<>();

        private Folder(Path path, WatchKey key, Optional<Folder> parent) {
            this.path = path;
            this.key = key;
            this.parent = parent;
        }

        private Path name() {
            return path.getName(path.getNameCount() - 1);
        }
    }

    private final Site site;
    private final Consumer<Optional<String>> shortfallChanged;
    private final @Nullable WatchService watches;
    private final Map<Path, Folder> folders = new HashMap<>();
    private long letters;
    private final AtomicLong registrations = new AtomicLong();
    private Optional<String> shortfall = Optional.empty();
    private Optional<String> toldShortfall = Optional.empty();

    /// @param shortfallChanged hears why not every folder is watched, and empty once all are again
    public TreeWatch(Site site, Consumer<Optional<String>> shortfallChanged) {
        this.site = site;
        this.shortfallChanged = shortfallChanged;
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
        } else {
            tellShortfall();
        }
    }

    private void watch(WatchService service, Runnable changed) {
        try {
            watchAll(service);
            changed.run(); // whatever changed before the watches stood
            while (true) {
                WatchKey key = next(service);
                long start = System.nanoTime();
                boolean relevant = false;
                while (key != null) {
                    relevant |= take(service, key);
                    key = service.poll();
                }
                tellShortfall();
                if (relevant) {
                    changed.run();
                }
                Duration pause = Duration.ofNanos(System.nanoTime() - start).multipliedBy(PAUSE_TO_WORK);
                Thread.sleep(Collections.min(List.of(LONGEST_PAUSE, Collections.max(List.of(PAUSE, pause)))));
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            return; // closed: nobody listens any more
        }
    }

    /// The next key with events. While a folder is not watched, all are tried again now and then.
    private WatchKey next(WatchService service) throws InterruptedException {
        while (shortfall.isPresent()) {
            WatchKey key = service.poll(ANOTHER_TRY.toSeconds(), TimeUnit.SECONDS);
            if (key != null) {
                return key;
            }
            watchAll(service);
        }
        return service.take();
    }

    private void watchAll(WatchService service) {
        shortfall = Optional.empty();
        List.copyOf(folders.values()).forEach(this::forget);
        add(service, Path.of("/"), Optional.empty());
        tellShortfall();
    }

    private void tellShortfall() {
        if (!shortfall.equals(toldShortfall)) {
            toldShortfall = shortfall;
            shortfallChanged.accept(shortfall);
        }
    }

    /// @return whether something in it concerns the web root
    private boolean take(WatchService service, WatchKey key) {
        Folder folder = folders.get((Path) key.watchable());
        List<WatchEvent<?>> events = key.pollEvents();
        boolean goesOn = key.reset();
        if (folder == null || !folder.key.equals(key)) {
            return false; // forgotten already
        }
        boolean relevant = false;
        for (WatchEvent<?> event : events) {
            if (concerns(folder.path, event)) {
                relevant = true;
                follow(service, folder, event);
            }
        }
        if (!goesOn) {
            forget(folder);
        }
        return relevant || !goesOn;
    }

    /// Above the web root only the next folder on the way matters; below it everything does.
    private boolean concerns(Path folder, WatchEvent<?> event) {
        return folder.startsWith(site.webRoot())
                || !(event.context() instanceof Path name)
                || site.webRoot().startsWith(folder.resolve(name));
    }

    /// Watches what is there now in place of what was. A file that comes or goes changes nothing.
    private void follow(WatchService service, Folder folder, WatchEvent<?> event) {
        if (event.kind().equals(StandardWatchEventKinds.ENTRY_MODIFY)) {
            return;
        }
        if (event.context() instanceof Path name) {
            Path path = folder.path.resolve(name);
            if (isFolder(path)) {
                add(service, path, Optional.of(folder));
            } else {
                forget(folder.children.get(name));
            }
        } else { // more events than are kept
            for (Folder child : List.copyOf(folder.children.values())) {
                if (!isFolder(child.path)) {
                    forget(child);
                }
            }
            addChildren(service, folder);
        }
    }

    private static boolean isFolder(Path path) {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    /// Watches a folder and what matters below it; what is watched already is left as it is.
    private void add(WatchService service, Path path, Optional<Folder> parent) {
        Folder before = folders.get(path);
        if (!isFolder(path) || isLeftOut(path) || (before == null && isFull(path))) {
            return;
        }
        WatchKey key = register(service, path);
        if (key == null) {
            forget(before);
            return;
        }
        if (before != null && before.key.equals(key)) {
            return; // watched since before it was read: all that came later has its own event
        }
        forget(before);
        Folder folder = new Folder(path, key, parent);
        folders.put(path, folder);
        letters += path.toString().length();
        parent.ifPresent(above -> above.children.put(folder.name(), folder));
        addChildren(service, folder);
    }

    private boolean isLeftOut(Path path) {
        int depth = path.getNameCount() - site.webRoot().getNameCount();
        return depth > AccessWalk.DEEPEST || (depth > 0 && site.privates().covers(String.valueOf(path.getFileName())));
    }

    private boolean isFull(Path path) {
        boolean full =
                folders.size() >= MOST_FOLDERS || letters + path.toString().length() > MOST_LETTERS;
        if (full && shortfall.isEmpty()) {
            shortfall = Optional.of("only the first " + folders.size() + " folders are watched");
        }
        return full;
    }

    private void addChildren(WatchService service, Folder folder) {
        Path path = folder.path;
        if (!path.startsWith(site.webRoot())) {
            add(service, path.resolve(site.webRoot().getName(path.getNameCount())), Optional.of(folder));
            return;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(path, TreeWatch::isFolder)) {
            for (Path child : children) {
                add(service, child, Optional.of(folder));
            }
        } catch (IOException | DirectoryIteratorException e) {
            return; // it went while it was read: its parent's event comes
        }
    }

    private @Nullable WatchKey register(WatchService service, Path folder) {
        registrations.incrementAndGet();
        try {
            WatchKey key = folder.register(service, KINDS);
            if (!folder.equals(key.watchable())) {
                key.cancel(); // the folder was renamed: its key would tell the old path for ever
                key = folder.register(service, KINDS);
            }
            return key;
        } catch (IOException e) {
            if (isFolder(folder) && shortfall.isEmpty()) {
                shortfall = Optional.of("no file events for " + folder + ": " + e.getMessage());
            }
            return null; // gone, or inotify's limit: rounds see it
        }
    }

    /// No longer watches a folder and what is below it.
    private void forget(@Nullable Folder folder) {
        if (folder == null || !folders.remove(folder.path, folder)) {
            return;
        }
        folder.key.cancel();
        letters -= folder.path.toString().length();
        folder.parent.ifPresent(above -> above.children.remove(folder.name(), folder));
        List.copyOf(folder.children.values()).forEach(this::forget);
    }

    /// How many times a folder was registered, for a test of what a change costs.
    long registrations() {
        return registrations.get();
    }

    @Override
    public void close() throws IOException {
        if (watches != null) {
            watches.close();
        }
    }
}
