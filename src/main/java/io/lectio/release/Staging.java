package io.lectio.release;

import io.lectio.core.policy.PrivatePatterns;
import io.lectio.host.Folders;
import io.lectio.host.Tree;
import io.lectio.host.WebUser;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Lays releases out: keeps what was handed in, and makes of it the folder that will be served.
final class Staging {
    /// A name that tells its content, so that another content has another name: `main.3f2a9b1c.js`,
    /// `index-B3xQ9a_z.js`.
    private static final Pattern HASHED = Pattern.compile(
            ".+/.*[.-](?=[a-z_-]*[0-9A-Z])[A-Za-z0-9_-]{4,32}(\\.chunk)?\\.(m?js|css|woff2?|ttf|otf|png|jpe?g|gif|svg|webp|avif|wasm)");
    /// For how many releases what old pages name is kept.
    private static final int CARRIED = 2;
    private static final Duration TICK = Duration.ofMillis(100);
    private static final int BUFFER = 65_536;
    /// What was handed in, and has not been taken up for so long, nobody waits for.
    private static final Duration CUT_OFF = Duration.ofHours(1);

    private static final long ROOM_LEFT = 64L << 20;
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-r--r--");

    private final Places places;
    private final LiveFolder live;
    private final PrivatePatterns privates;

    Staging(Places places, LiveFolder live, PrivatePatterns privates) {
        this.places = places;
        this.privates = privates;
        this.live = live;
    }

    /// Stores what is live.
    ///
    /// @throws IOException also where it changes meanwhile, or holds what no release can
    Manifest adopt(String release) throws IOException {
        try {
            return adoptAll(release);
        } catch (IOException e) {
            Places.delete(places.release(release));
            throw e;
        }
    }

    /// What stays the owner's own: private names, and the file that tells of another release.
    private boolean isLeftOut(String path) {
        return path.equals(Places.ID_FILE) || Stream.of(path.split("/")).anyMatch(privates::covers);
    }

    private Manifest adoptAll(String release) throws IOException {
        places.prepare();
        Path files = places.files(release);
        Places.delete(places.release(release));
        Files.createDirectories(files);
        Instant begun = Instant.now();
        List<Manifest.Entry> entries = new ArrayList<>();
        long free = Files.getFileStore(places.store()).getUsableSpace();
        boolean there = Tree.walk(places.live(), new Tree.Visitor() {
            private long bytes;

            @Override
            public void file(String path, Tree.Entry entry) throws IOException {
                unchanged(path, entry.changed());
                if (isLeftOut(path)) {
                    return;
                }
                if (entries.size() == Manifest.MOST) {
                    throw new IOException(
                            places.live() + " has more than " + Manifest.MOST + " files, which is no build");
                }
                bytes += entry.size();
                requireRoom(bytes, free);
                entries.add(copy(path, entry, files.resolve(path)));
            }

            @Override
            public void folder(String path, Instant changed) throws IOException {
                unchanged(path, changed);
                if (isLeftOut(path)) {
                    return;
                }
                Files.createDirectories(files.resolve(path));
            }

            @Override
            public void other(String path, String what, Instant changed) throws IOException {
                if (!isLeftOut(path)) {
                    throw new IOException(places.live().resolve(path) + ": " + what + ", which no release can hold");
                }
            }

            private void unchanged(String path, Instant changed) throws IOException {
                if (!changed.isBefore(begun)) {
                    throw new IOException(places.live().resolve(path) + " is just being changed");
                }
            }
        });
        if (!there) {
            throw new IOException(places.live() + " is not there");
        }
        Manifest manifest = new Manifest(entries);
        Drifting.Result now = Drifting.of(places, manifest, begun.minus(TICK));
        if (now.unknown().stream().anyMatch(path -> !isLeftOut(path))
                || !now.all().isEmpty()) {
            throw new IOException(places.live() + " is just being changed");
        }
        Path id = files.resolve(Places.ID_FILE);
        Files.writeString(id, release + "\n");
        entries.add(new Manifest.Entry(Places.ID_FILE, Files.size(id), Manifest.sha256(id), 0));
        manifest = new Manifest(entries);
        manifest.write(places.manifest(release));
        Folders.sync(places.store());
        return manifest;
    }

    static Manifest.Entry copy(String path, Tree.Entry entry, Path to) throws IOException {
        MessageDigest digest = Manifest.sha256();
        long left = entry.size();
        try (InputStream in = entry.opener().open();
                OutputStream out = Files.newOutputStream(to, StandardOpenOption.CREATE_NEW)) {
            byte[] part = new byte[BUFFER];
            for (int length = in.read(part); length >= 0 && left >= 0; length = in.read(part)) {
                out.write(part, 0, length);
                digest.update(part, 0, length);
                left -= length;
            }
        }
        if (left != 0) {
            throw new IOException(path + " is just being changed");
        }
        return new Manifest.Entry(path, entry.size(), HexFormat.of().formatHex(digest.digest()), 0);
    }

    /// Takes what was handed in into the releases, with the chunks that pages of the ones before still ask for.
    ///
    /// @param before whose chunks those are
    Manifest keep(String release, Optional<String> before) throws IOException {
        places.prepare();
        live.requireOneMount();
        if (Files.exists(places.incoming(release))) {
            Places.delete(places.release(release));
            Files.move(places.incoming(release), places.release(release));
        }
        if (!Files.exists(places.manifest(release))) {
            throw new IOException("what was handed in is gone: deploy it again");
        }
        Path files = places.files(release);
        Files.writeString(files.resolve(Places.ID_FILE), release + "\n");
        List<Manifest.Entry> entries =
                new ArrayList<>(Manifest.read(places.manifest(release)).entries());
        entries.removeIf(entry -> entry.age() > 0 || entry.path().equals(Places.ID_FILE)); // where it was cut off
        requireRoom(
                new Manifest(entries).bytes() * 2,
                Files.getFileStore(places.store()).getUsableSpace());
        if (before.filter(this::isStored).isPresent()) {
            entries.addAll(
                    carry(before.get(), files, new Manifest(entries).byPath().keySet()));
        }
        Path id = files.resolve(Places.ID_FILE);
        entries.add(new Manifest.Entry(Places.ID_FILE, Files.size(id), Manifest.sha256(id), 0));
        Manifest manifest = new Manifest(entries);
        manifest.write(places.manifest(release));
        return manifest;
    }

    boolean isStored(String release) {
        return Files.exists(places.manifest(release));
    }

    private void requireRoom(long bytes, long free) throws IOException {
        if (free < bytes + ROOM_LEFT) {
            throw new IOException("there is no room for it: " + (free >> 20) + " MiB free on " + places.store()
                    + ", it needs " + ((bytes + ROOM_LEFT) >> 20));
        }
    }

    private List<Manifest.Entry> carry(String before, Path files, Set<String> own) throws IOException {
        List<Manifest.Entry> carried = new ArrayList<>();
        for (Manifest.Entry old : Manifest.read(places.manifest(before)).entries()) {
            Path to = files.resolve(old.path());
            Path from = places.files(before).resolve(old.path());
            if (old.age() < CARRIED
                    && HASHED.matcher(old.path()).matches()
                    && !own.contains(old.path())
                    && !Files.isDirectory(to)
                    && isOfNoFile(Folders.above(to), files)
                    && isStill(old, from)) {
                Files.createDirectories(Folders.above(to));
                Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
                carried.add(new Manifest.Entry(old.path(), old.size(), old.sha256(), old.age() + 1));
            }
        }
        return carried;
    }

    /// A stored release that is damaged must not keep the next one from being deployed.
    private static boolean isStill(Manifest.Entry old, Path file) throws IOException {
        return Files.isRegularFile(file) && Manifest.sha256(file).equals(old.sha256());
    }

    /// Whether no file of the new release stands where a folder would be needed.
    private static boolean isOfNoFile(Path folder, Path top) {
        for (Path each = folder; !each.equals(top); each = Folders.above(each)) {
            if (Files.exists(each) && !Files.isDirectory(each)) {
                return false;
            }
        }
        return true;
    }

    /// Makes the folder that will be served, all of it the web user's.
    ///
    /// @throws IOException also where a file is no longer what was stored
    void stage(String release, WebUser user) throws IOException {
        Path stage = places.stage(release);
        Places.delete(stage);
        Path whole = stage.resolveSibling(release + ".part");
        Places.delete(whole);
        places.requireOurs();
        Manifest manifest = Manifest.read(places.manifest(release));
        lay(release, "", whole, user, manifest);
        for (Manifest.Entry entry : manifest.entries()) {
            if (!Manifest.sha256(whole.resolve(entry.path())).equals(entry.sha256())) {
                throw new IOException("the stored release " + release + " is damaged: " + entry.path());
            }
        }
        Files.move(whole, stage);
        live.stagedIn(release);
        Folders.sync(places.store());
    }

    /// Copies a file or a folder of a release: what its manifest names, and nothing else.
    ///
    /// @param path below the web root; empty for all of it
    void lay(String release, String path, Path to, WebUser user, Manifest manifest) throws IOException {
        Path from = places.files(release);
        FileTime now = FileTime.from(Instant.now());
        for (Manifest.Entry entry : manifest.entries()) {
            boolean itself = entry.path().equals(path);
            if (itself || path.isEmpty() || entry.path().startsWith(path + "/")) {
                Path made = itself ? to : to.resolve(entry.path().substring(path.isEmpty() ? 0 : path.length() + 1));
                folder(Folders.above(made), Folders.above(to), user);
                Files.copy(from.resolve(entry.path()), made, LinkOption.NOFOLLOW_LINKS);
                give(made, FILE, user);
                Files.setLastModifiedTime(made, now); // another content of the same length needs another ETag
            }
        }
    }

    /// Makes a folder, and those above it up to one that is there.
    private static void folder(Path folder, Path top, WebUser user) throws IOException {
        if (!folder.equals(top) && !Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            folder(Folders.above(folder), top, user);
            give(Files.createDirectory(folder), FOLDER, user);
        }
    }

    private static void give(Path made, Set<PosixFilePermission> mode, WebUser user) throws IOException {
        if (!Files.getAttribute(made, "unix:uid").equals(user.uid())) {
            Files.setAttribute(made, "unix:uid", user.uid());
        }
        if (!Files.getAttribute(made, "unix:gid").equals(user.gid())) {
            Files.setAttribute(made, "unix:gid", user.gid());
        }
        Files.setPosixFilePermissions(made, mode);
    }

    /// Deletes what is not needed any more. What cannot be deleted stays until the next time: it is no reason against
    /// a release.
    ///
    /// @param known the ids of the releases that are to stay
    /// @param coming what is about to be staged
    /// @return what could not be deleted, in words; empty where all could
    String forget(Set<String> known, String coming) {
        return forget(places, known, coming, folder -> live.is(name(folder)));
    }

    /// @param stages which stages are to stay
    static String forget(Places places, Set<String> known, String coming, Kept stages) {
        try {
            Instant old = Instant.now().minus(CUT_OFF);
            keepOnly(
                    places.releases(),
                    folder -> known.contains(name(folder)) || name(folder).equals(coming));
            keepOnly(places.store().resolve("stage"), stages);
            keepOnly(
                    places.store().resolve("incoming"),
                    folder -> name(folder).equals(coming)
                            || Files.getLastModifiedTime(folder).toInstant().isAfter(old));
            return "";
        } catch (IOException e) {
            return "; an old release could not be deleted: " + e.getMessage();
        }
    }

    private static String name(Path folder) {
        return String.valueOf(folder.getFileName());
    }

    interface Kept {
        boolean is(Path folder) throws IOException;
    }

    private static void keepOnly(Path folder, Kept kept) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path each : all) {
                if (!kept.is(each)) {
                    Places.delete(each);
                }
            }
        }
    }
}
