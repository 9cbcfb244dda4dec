package io.lectio.release;

import io.lectio.host.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Holds what is served against a release's manifest. A file whose size is right and whose inode has not changed since
/// all was last found right is not read again.
final class Drifting implements Tree.Visitor {
    private static final int MOST_UNKNOWN = 5;

    private final TreeMap<String, Manifest.Entry> missing;
    private final Instant since;
    private final TreeMap<String, Instant> changes = new TreeMap<>();
    private final List<String> unknown = new ArrayList<>();
    private final Set<String> parents;
    private final TreeMap<String, Instant> folders = new TreeMap<>();

    /// @param since when all was as it is to be, after which only what has changed is read
    private Drifting(Manifest manifest, Instant since) {
        missing = manifest.byPath();
        missing.remove(Places.ID_FILE); // what is live when it is adopted has none, or another
        parents = missing.keySet().stream().map(Drifting::above).collect(Collectors.toSet());
        this.since = since;
    }

    private static String above(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /// @param changes what is another file, no file, or not there, and when it became so
    /// @param unknown some of the files that the release has not
    /// @param there whether there is a folder at all
    record Result(TreeMap<String, Instant> changes, List<String> unknown, boolean there) {
        List<String> all() {
            return List.copyOf(changes.keySet());
        }

        /// When the last of the changes was.
        Instant changed() {
            return changes.values().stream().max(Instant::compareTo).orElse(Instant.EPOCH);
        }

        List<String> since(Instant then) {
            return changes.entrySet().stream()
                    .filter(each -> each.getValue().isAfter(then))
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    static Result of(Places places, Manifest manifest, Instant since) throws IOException {
        Drifting drifting = new Drifting(manifest, since);
        boolean there = Tree.walk(places.live(), drifting);
        Instant now = Instant.now();
        drifting.missing.keySet().forEach(path -> drifting.changes.put(path, there ? drifting.goneAt(path) : now));
        return new Result(drifting.changes, drifting.unknown, there);
    }

    /// The nearest folder that is left has changed when a file in it went.
    private Instant goneAt(String path) {
        String folder = path;
        @Nullable Instant at = null;
        while (at == null && !folder.isEmpty()) {
            folder = above(folder);
            at = folders.get(folder);
        }
        return at == null ? Instant.EPOCH : at;
    }

    @Override
    public void folder(String path, Instant at) {
        if (path.isEmpty()
                || parents.stream().anyMatch(parent -> parent.equals(path) || parent.startsWith(path + "/"))) {
            folders.put(path, at);
        }
    }

    private void unknown(String path) {
        if (unknown.size() < MOST_UNKNOWN && !path.equals(Places.ID_FILE)) {
            unknown.add(path);
        }
    }

    @Override
    public void file(String path, Tree.Entry entry) throws IOException {
        Manifest.Entry wanted = missing.remove(path);
        if (wanted == null) {
            unknown(path);
            return;
        }
        boolean same = entry.size() == wanted.size();
        if (same && !entry.changed().isBefore(since)) {
            try (InputStream in = entry.opener().open()) {
                same = Manifest.sha256(in, wanted.size()).equals(wanted.sha256());
            }
        }
        if (!same) {
            changes.put(path, entry.changed());
        }
    }

    @Override
    public void other(String path, String what, Instant changed) {
        if (missing.remove(path) == null) {
            unknown(path);
        } else {
            changes.put(path, changed);
        }
    }
}
