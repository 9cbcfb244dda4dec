package io.lectio.release;

import io.lectio.core.incident.RepairResult;
import io.lectio.host.Folders;
import io.lectio.host.Folders.Mark;
import io.lectio.host.WebUser;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Puts back the files of a release that differ: each is made beside, and takes its place in one step. What was there
/// is kept, of the last few times.
final class Restoring {
    /// Of what was in the place of files that were put back, so many times are kept.
    private static final int KEPT = 5;

    private final Places places;
    private final Staging staging;
    private final String release;
    private final Instant since;
    private final WebUser user;
    private final Manifest manifest;

    /// @param since what differs since before is left as it is
    Restoring(Places places, Staging staging, String release, Instant since, WebUser user) throws IOException {
        this.since = since;
        manifest = Manifest.read(places.manifest(release));
        this.places = places;
        this.staging = staging;
        this.release = release;
        this.user = user;
    }

    RepairResult run(String name) throws IOException {
        places.requireOurs();
        Drifting.Result found = Drifting.of(places, manifest, Instant.MIN);
        List<String> all = found.since(since);
        Path kept = free(name);
        if (!all.isEmpty()) {
            forgetOldest();
            Files.createDirectories(kept);
        }
        if (!found.there()) {
            staging.stage(release, user);
            new LiveFolder(places).take(release);
        } else {
            for (String path : tops(all)) {
                putBack(path, kept);
            }
        }
        return new RepairResult.Restored(
                release,
                all.size(),
                all.stream().limit(RepairResult.Changed.SAMPLE).toList(),
                kept);
    }

    /// A folder of this time's own: what an earlier one has kept may be a link by now.
    private Path free(String name) {
        Path free = places.restored().resolve(name);
        for (int more = 2; Files.exists(free, LinkOption.NOFOLLOW_LINKS); more++) {
            free = places.restored().resolve(name + "-" + more);
        }
        return free;
    }

    private void forgetOldest() throws IOException {
        List<Path> before;
        try (Stream<Path> all = Files.list(places.restored())) {
            before = all.sorted(Comparator.comparingLong(
                            (Path each) -> each.toFile().lastModified()))
                    .toList();
        }
        for (Path each : before.subList(0, Math.max(0, before.size() - KEPT))) {
            Places.delete(each);
        }
    }

    /// The paths, or the highest folders that are to be there for them and are not.
    private List<String> tops(List<String> paths) throws IOException {
        List<String> tops = new ArrayList<>();
        for (String path : paths) {
            String top = path;
            for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
                Optional<Mark> folder = Folders.mark(places.live().resolve(path.substring(0, slash)));
                if (folder.filter(Mark::folder).isEmpty()) {
                    top = path.substring(0, slash);
                    break;
                }
            }
            tops.add(top);
        }
        return apart(tops);
    }

    /// Without what lies in another of them: what is moved away is still in the hands of who could write in it, so
    /// that nothing may be put into it.
    private static List<String> apart(List<String> tops) {
        Set<String> all = new TreeSet<>(tops);
        return all.stream()
                .filter(top -> all.stream().noneMatch(other -> top.startsWith(other + "/")))
                .toList();
    }

    /// What is made lies where what is found will be kept before they are exchanged, so that nothing is lost where
    /// this is cut off.
    private void putBack(String path, Path kept) throws IOException {
        Path made = places.restored().resolve("new");
        Places.delete(made);
        staging.lay(release, path, made, user, manifest);
        sync(made);
        Path there = places.live().resolve(path);
        if (Folders.mark(there).isEmpty()) {
            Folders.move(made, there);
        } else {
            Path old = kept.resolve(path);
            Files.createDirectories(Folders.above(old));
            Folders.move(made, old);
            Folders.exchange(old, there);
        }
    }

    /// A power cut would leave a name without its content.
    private void sync(Path made) throws IOException {
        if (Files.isDirectory(made)) {
            Folders.sync(places.store());
        } else {
            try (FileChannel file = FileChannel.open(made, StandardOpenOption.WRITE)) {
                file.force(true);
            }
        }
    }
}
