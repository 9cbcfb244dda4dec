package io.lectio.release;

import io.lectio.host.Folders;
import io.lectio.host.Folders.Mark;
import io.lectio.host.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The files of an application's releases: stores what is live, lays out what another release has otherwise, and
/// exchanges just that, each file by one rename. What no release has is never touched.
final class CodeStaging {
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final int MOST_TOLD = 5;
    private static final int KEPT = 10;

    private final Places places;
    private final CodeFiles code;

    CodeStaging(Places places, CodeFiles code) {
        this.places = places;
        this.code = code;
    }

    /// What makes a release of what is live.
    ///
    /// @param files that are to be laid, the highest first of what is new
    /// @param gone that no release has any more
    record Plan(List<String> files, List<String> gone) {
        String inWords() {
            return files.size() + " files or new folders to be laid"
                    + (gone.isEmpty() ? "" : ", " + gone.size() + " to go");
        }
    }

    /// Stores the code that lies in the live folder.
    ///
    /// What lies there may be anybody's: nothing that such a release has is taken away by one that has it not.
    Manifest adopt(String release) throws IOException {
        try {
            return adoptAll(release);
        } catch (IOException e) {
            Places.delete(places.release(release));
            throw e;
        }
    }

    private Manifest adoptAll(String release) throws IOException {
        places.prepare();
        Places.delete(places.release(release));
        Set<String> all = new LinkedHashSet<>();
        boolean folder = Tree.walk(places.live(), new Tree.Visitor() {
            @Override
            public void file(String path, Tree.Entry entry) {
                all.add(path);
            }

            @Override
            public void other(String path, String what, Instant changed) {}
        });
        Set<String> own = new LinkedHashSet<>(code.among(all));
        if (!folder || !own.contains(CodeFiles.MANAGE)) {
            throw new IOException(places.live() + " has no " + CodeFiles.MANAGE + ", so it is no Django project");
        }
        if (own.size() > Manifest.MOST) {
            throw new IOException(places.live() + " has more than " + Manifest.MOST + " files that may be code");
        }
        Path files = places.files(release);
        Files.createDirectories(files);
        Files.createFile(found(release)); // known before it is a release: without it others would take its files away
        List<Manifest.Entry> entries = new ArrayList<>();
        Room room = new Room(Files.getFileStore(places.store())::getUsableSpace);
        Tree.walk(places.live(), new Tree.Visitor() {
            @Override
            public void file(String path, Tree.Entry entry) throws IOException {
                if (own.contains(path)) {
                    room.take(entry.size(), places.store());
                    Path to = files.resolve(path);
                    Files.createDirectories(Folders.above(to));
                    entries.add(Staging.copy(path, entry, to));
                }
            }

            @Override
            public void other(String path, String what, Instant changed) {}
        });
        return write(release, entries);
    }

    private Path found(String release) {
        return places.release(release).resolve("found");
    }

    /// Whether it was found in the live folder, and not handed in.
    boolean isFound(String release) {
        return Files.exists(found(release));
    }

    private interface Free {
        long bytes() throws IOException;
    }

    /// What is left of the disk while files are copied.
    private static final class Room {
        private static final long LEFT = 64L << 20;
        private long left;

        private Room(Free free) throws IOException {
            left = free.bytes() - LEFT;
        }

        private void take(long bytes, Path store) throws IOException {
            left -= bytes;
            if (left < 0) {
                throw new IOException("there is no room for it on " + store);
            }
        }
    }

    private Manifest write(String release, List<Manifest.Entry> entries) throws IOException {
        Path id = places.files(release).resolve(Places.ID_FILE);
        Files.writeString(id, release + "\n");
        entries.removeIf(entry -> entry.path().equals(Places.ID_FILE));
        entries.add(new Manifest.Entry(Places.ID_FILE, Files.size(id), Manifest.sha256(id), 0));
        Manifest manifest = new Manifest(entries);
        manifest.write(places.manifest(release));
        Folders.sync(places.store());
        return manifest;
    }

    /// Takes what was handed in into the releases.
    Manifest keep(String release) throws IOException {
        places.prepare();
        if (Files.exists(places.incoming(release))) {
            Places.delete(places.release(release));
            Files.move(places.incoming(release), places.release(release));
        }
        if (!Files.exists(places.manifest(release))) {
            throw new IOException("what was handed in is gone: deploy it again");
        }
        return write(
                release, new ArrayList<>(Manifest.read(places.manifest(release)).entries()));
    }

    boolean isStored(String release) {
        return Files.exists(places.manifest(release));
    }

    Manifest manifest(String release) throws IOException {
        return Manifest.read(places.manifest(release));
    }

    /// What a release is not like any more in the live folder; a few of them.
    List<String> changed(String release) throws IOException {
        return Drifting.of(places, manifest(release), Instant.MIN).all().stream()
                .limit(MOST_TOLD)
                .toList();
    }

    /// What is of neither of two releases any more; a few of them.
    List<String> changed(String release, String other) throws IOException {
        Set<String> changed = new LinkedHashSet<>(
                Drifting.of(places, manifest(release), Instant.MIN).all());
        changed.retainAll(Drifting.of(places, manifest(other), Instant.MIN).all());
        return changed.stream().limit(MOST_TOLD).toList();
    }

    /// Files in the live folder that no release has, and that this one would replace; a few of them.
    List<String> inTheWay(String release, Optional<String> before) throws IOException {
        Set<String> known = before.isPresent() ? manifest(before.get()).byPath().keySet() : Set.of();
        List<String> all = new ArrayList<>();
        for (String path : Drifting.of(places, manifest(release), Instant.MIN).all()) {
            if (!known.contains(path)
                    && Folders.mark(places.live().resolve(path)).isPresent()) {
                all.add(path);
            }
        }
        return all.stream().limit(MOST_TOLD).toList();
    }

    /// Lays out all that is to be another.
    ///
    /// @param before what is live
    Plan stage(String release, Optional<String> before) throws IOException {
        places.prepare();
        putAway(release);
        new LiveFolder(places).requireOneMount();
        Files.createDirectories(laid(release));
        Manifest manifest = manifest(release);
        Map<String, Manifest.Entry> own = manifest.byPath();
        Set<String> differing =
                new LinkedHashSet<>(Drifting.of(places, manifest, Instant.MIN).all());
        differing.add(Places.ID_FILE);
        Set<String> tops = new LinkedHashSet<>();
        for (String path : differing) {
            if (Folders.mark(places.live().resolve(path)).filter(Mark::folder).isPresent()) {
                throw new IOException(places.live().resolve(path) + " is a folder, and a file of the release");
            }
            lay(release, Objects.requireNonNull(own.get(path), path));
            tops.add(highestNew(path));
        }
        List<String> gone = new ArrayList<>();
        if (before.filter(this::isStored).filter(id -> !isFound(id)).isPresent()) {
            for (String old : manifest(before.get()).byPath().keySet()) {
                boolean replaced = tops.contains(old);
                if (!own.containsKey(old)
                        && !replaced
                        && Folders.mark(places.live().resolve(old)).isPresent()) {
                    gone.add(old);
                }
            }
        }
        Plan plan = new Plan(List.copyOf(tops), gone);
        note(release, plan);
        Folders.sync(places.store());
        return plan;
    }

    /// Where what is new is laid, and what was in its place lies afterwards.
    Path laid(String release) {
        return places.stage(release).resolve("files");
    }

    private Path noted(String release) {
        return places.stage(release).resolve("plan");
    }

    /// The highest folder on the way to a file that is not there yet, or the file.
    private String highestNew(String path) throws IOException {
        String way = "";
        for (String name : path.split("/")) {
            way = way.isEmpty() ? name : way + "/" + name;
            Optional<Mark> mark = Folders.mark(places.live().resolve(way));
            if (mark.isPresent() && !way.equals(path) && !mark.get().folder()) {
                throw new IOException(places.live().resolve(way) + " is no folder, and the release has one there");
            }
            if (mark.filter(Mark::folder).isEmpty()) {
                return way;
            }
        }
        return path;
    }

    private void lay(String release, Manifest.Entry entry) throws IOException {
        String path = entry.path();
        Path from = places.files(release).resolve(path);
        Path to = laid(release).resolve(path);
        makeFolder(release, above(path));
        Files.copy(from, to, LinkOption.NOFOLLOW_LINKS, StandardCopyOption.REPLACE_EXISTING);
        if (!Manifest.sha256(to).equals(entry.sha256())) {
            throw new IOException("the stored release " + release + " is damaged: " + path);
        }
        Path live = places.live().resolve(path);
        boolean replaces = Files.isRegularFile(live, LinkOption.NOFOLLOW_LINKS);
        own(to, replaces ? live : nearest(path));
        Files.setPosixFilePermissions(
                to, replaces ? Files.getPosixFilePermissions(live, LinkOption.NOFOLLOW_LINKS) : FILE);
        // what Python has compiled of the old one must not count for this one
        Files.setLastModifiedTime(to, FileTime.from(Instant.now()));
    }

    private void makeFolder(String release, String path) throws IOException {
        Path folder = laid(release).resolve(path);
        if (path.isEmpty() || Files.exists(folder)) {
            return;
        }
        makeFolder(release, above(path));
        Files.createDirectory(folder);
        own(folder, nearest(path));
        Files.setPosixFilePermissions(folder, FOLDER);
    }

    private static String above(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    /// The folder of the live ones that a new file comes into.
    private Path nearest(String path) {
        Path folder = places.live().resolve(path);
        while (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            folder = Folders.above(folder);
        }
        return folder;
    }

    private static void own(Path made, Path as) throws IOException {
        for (String each : new String[] {"unix:uid", "unix:gid"}) {
            Object owner = Files.getAttribute(as, each, LinkOption.NOFOLLOW_LINKS);
            if (!Files.getAttribute(made, each).equals(owner)) {
                Files.setAttribute(made, each, owner);
            }
        }
    }

    /// A line for each file: the inode that it will have in the live folder, or `-` and the one that goes.
    private void note(String release, Plan plan) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String path : plan.files()) {
            lines.add("+ " + inode(laid(release).resolve(path)) + " " + path);
        }
        for (String path : plan.gone()) {
            makeFolder(release, above(path));
            lines.add("- " + inode(places.live().resolve(path)) + " " + path);
        }
        Files.write(noted(release), lines);
    }

    private static long inode(Path path) throws IOException {
        return Folders.mark(path)
                .orElseThrow(() -> new NoSuchFileException(path.toString()))
                .inode();
    }

    private static boolean is(Path path, long inode) throws IOException {
        return Folders.mark(path).filter(mark -> mark.inode() == inode).isPresent();
    }

    /// One file of a plan.
    record Move(boolean comes, long inode, String path) {
        static Move read(String line) throws IOException {
            String[] parts = line.split(" ", 3);
            try {
                return new Move(parts[0].equals("+"), Long.parseLong(parts[1]), parts[2]);
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new IOException("the plan of a release is damaged: " + line, e);
            }
        }
    }

    List<Move> moves(String release) throws IOException {
        List<Move> moves = new ArrayList<>();
        for (String line : Files.readAllLines(noted(release))) {
            moves.add(Move.read(line));
        }
        return moves;
    }

    Plan plan(String release) throws IOException {
        List<Move> all = moves(release);
        return new Plan(
                all.stream().filter(Move::comes).map(Move::path).toList(),
                all.stream().filter(move -> !move.comes()).map(Move::path).toList());
    }

    Set<String> paths(String release) throws IOException {
        return manifest(release).byPath().keySet();
    }

    /// Makes the staged release live, as far as it is not.
    void take(String release) throws IOException {
        if (Thread.interrupted()) {
            throw new IOException("its time was over");
        }
        for (Move move : moves(release)) {
            make(release, move);
        }
        Folders.sync(places.live());
    }

    void make(String release, Move move) throws IOException {
        Path live = places.live().resolve(move.path());
        Path laid = laid(release).resolve(move.path());
        if (move.comes() && is(laid, move.inode())) {
            change(laid, live);
        } else if (!move.comes() && is(live, move.inode())) {
            Folders.move(live, laid);
        }
    }

    /// Makes live what was so before, as far as it is not.
    ///
    /// @return false where nothing was staged
    boolean giveBack(String release) throws IOException {
        if (!Files.exists(noted(release))) {
            return false;
        }
        for (Move move : moves(release).reversed()) {
            Path live = places.live().resolve(move.path());
            Path laid = laid(release).resolve(move.path());
            if (move.comes() && is(live, move.inode())) {
                change(laid, live);
            } else if (!move.comes() && is(laid, move.inode())) {
                Folders.move(laid, live);
            }
        }
        Folders.sync(places.live());
        return true;
    }

    /// What was in the one place is in the other.
    private static void change(Path laid, Path live) throws IOException {
        boolean there = Folders.mark(live).isPresent();
        boolean here = Folders.mark(laid).isPresent();
        if (there && here) {
            Folders.exchange(laid, live);
        } else if (here) {
            Folders.move(laid, live);
        } else {
            Folders.move(live, laid);
        }
    }

    /// What an exchange has taken out of the live folder is not deleted with its stage: it may be somebody's, and
    /// nowhere else. The last few stay.
    private void putAway(String stage) throws IOException {
        if (Folders.mark(places.stage(stage)).isEmpty()) {
            return;
        }
        Files.createDirectories(places.kept());
        List<Path> kept = new ArrayList<>();
        try (Stream<Path> all = Files.list(places.kept())) {
            all.sorted().forEach(kept::add);
        }
        for (Path each : kept.subList(0, Math.max(0, kept.size() - KEPT))) {
            Places.delete(each);
        }
        String name = "%013d-%s".formatted(System.currentTimeMillis(), stage);
        Files.move(places.stage(stage), places.kept().resolve(name));
    }

    /// See [Staging#forget].
    String forget(Set<String> known, String coming) {
        try (Stream<Path> stages = Files.list(Folders.above(places.stage(coming)))) {
            for (Path each : (Iterable<Path>) stages::iterator) {
                putAway(String.valueOf(each.getFileName()));
            }
        } catch (NoSuchFileException e) {
            return ""; // nothing has ever been staged
        } catch (IOException e) {
            return "; an old stage could not be put away: " + e.getMessage();
        }
        return Staging.forget(places, known, coming, _ -> true);
    }
}
