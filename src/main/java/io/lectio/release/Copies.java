package io.lectio.release;

import io.lectio.core.health.Ailment;
import io.lectio.host.FileSystems;
import io.lectio.host.Folders;
import io.lectio.host.HeldFolder;
import io.lectio.host.SqliteCopy;
import io.lectio.host.SqliteCopy.Opener;
import io.lectio.host.SqliteCopy.Verdict;
import io.lectio.host.SqliteCopy.Verdict.Kind;
import io.lectio.host.WebUser;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// The copies of one database, in a folder of root's alone. A file there has a copy's name only when it was unpacked
/// into a scratch place and proved, and an older one goes only after that. One process at a time makes and removes;
/// whoever only looks changes nothing.
public final class Copies {
    /// The newest one, unpacked, where the owner's plan has it.
    public static final String LATEST = "db_latest.sqlite3";

    /// A clock that went wrong leaves copies of the future behind, which say nothing of today and crowd out nothing.
    private static final Duration FUTURE = Duration.ofMinutes(10);

    /// Left free besides, for whatever else needs room.
    private static final long RESERVE = 64L << 20;
    /// How what is packed by gzip begins.
    private static final byte[] PACKED = {0x1f, (byte) 0x8b};
    /// Where a database says that it has a log; both bytes are 1 where it has none.
    private static final int VERSIONS = 18;

    /// Packed, from which on four bytes may not tell its size.
    private static final long MUCH = 1L << 29;

    private static final int HASH_BYTES = 16;
    private static final int PART = 1 << 16;
    private static final int BAD_ONES = 2;
    private static final String UNFINISHED = ".new";
    private static final String BAD = ".bad";
    private static final String UNSOUND = ".unsound";
    private static final Path SCRATCH = Path.of("/var/tmp");

    private final Place place;
    private final Retention retention;
    private final ZoneId zone;
    private final InstantSource clock;
    private final Disk disk;

    /// Paths of which none has a link in it.
    ///
    /// @param identity of the database: [Copy#identity]
    /// @param usual whether the folder is the plan's own, which may be the application's at first
    /// @param state root's own folder, for which folder the copies were in
    /// @param application as whom the application runs, where that is known
    public record Place(
            Path folder,
            boolean usual,
            Path database,
            String identity,
            Path state,
            Supplier<Optional<WebUser>> application) {
        public Opener opener() throws IOException {
            return SqliteCopy.opener(database, application.get());
        }

        private Path noted() {
            return state.resolve("folder");
        }
    }

    public Copies(Place place, Retention retention, ZoneId zone, InstantSource clock, Disk disk) {
        this.place = place;
        this.retention = retention;
        this.zone = zone;
        this.clock = clock;
        this.disk = disk;
    }

    /// The newest first; those of the future, too.
    ///
    /// @throws HeldFolder.NotOwn where others may write to it, or where it is another folder than before
    public List<Copy> all() throws IOException {
        requireSame();
        if (!Files.exists(place.folder(), LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (HeldFolder held = HeldFolder.own(place.folder())) {
            return all(held);
        }
    }

    /// Others may have put files there, before the folder was root's.
    private List<Copy> all(HeldFolder held) throws IOException {
        List<Copy> all = new ArrayList<>();
        Object own = Files.getAttribute(held.path(), "unix:uid");
        for (Path file : list(held)) {
            of(file, own).ifPresent(all::add);
        }
        all.sort(Comparator.comparing(Copy::taken).reversed());
        return all;
    }

    private Optional<Copy> of(Path file, Object own) throws IOException {
        try {
            boolean isOurs = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && Files.getAttribute(file, "unix:uid").equals(own);
            return isOurs
                    ? Copy.of(file, Files.size(file)).filter(copy -> copy.of().equals(place.identity()))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty(); // it has just been rotated
        }
    }

    private static List<Path> list(HeldFolder held) throws IOException {
        try (Stream<Path> files = Files.list(held.path())) {
            return files.toList();
        }
    }

    /// The newest that is not of the future.
    public Optional<Copy> newest() throws IOException {
        return all().stream().filter(copy -> !isOfTheFuture(copy)).findFirst();
    }

    private boolean isOfTheFuture(Copy copy) {
        return copy.taken().isAfter(clock.instant().plus(FUTURE));
    }

    /// Whose parent is another's can be renamed by that one, and another folder be put in its place.
    private void requireSame() throws IOException {
        Optional<String> noted = noted();
        Optional<String> now = inode();
        if (noted.isPresent() && !noted.equals(now)) {
            throw new HeldFolder.NotOwn(place.folder() + (now.isPresent() ? " is another folder than" : " is gone,")
                    + " the one in which the copies were: look where they are now (inode " + noted.get()
                    + "); sudo lectio backup begins anew here");
        }
    }

    private Optional<String> inode() throws IOException {
        return Folders.mark(place.folder()).map(mark -> String.valueOf(mark.inode()));
    }

    private Optional<String> noted() throws IOException {
        try {
            List<String> lines = Files.readAllLines(place.noted());
            boolean same =
                    lines.size() == 2 && lines.getFirst().equals(place.folder().toString());
            return same ? Optional.of(lines.getLast()) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /// Makes a copy and proves it; only then older ones go.
    ///
    /// @param anew also in another folder than before: a person has asked for it
    /// @param tell what is being done
    /// @throws IOException with the reason why there is no new copy; those from before are as they were
    public Copy make(boolean anew, Told tell) throws IOException, InterruptedException {
        Opener opener = requireThere();
        boolean first = noted().isEmpty();
        if (!anew) {
            requireSame();
        }
        if (HeldFolder.make(
                place.folder(), place.usual() && first ? opener.user().uid() : 0)) {
            tell.step(place.folder() + " was " + opener.user().name() + "'s and is root's now");
        }
        try (HeldFolder held = HeldFolder.own(place.folder())) {
            disk.write(place.noted(), List.of(place.folder().toString(), inode().orElseThrow()));
            return make(held, opener, tell);
        }
    }

    private Opener requireThere() throws IOException {
        Opener opener = place.opener();
        if (!opener.exists()) {
            throw new IOException("there is no database at " + place.database());
        }
        return opener;
    }

    private Copy make(HeldFolder held, Opener opener, Told tell) throws IOException, InterruptedException {
        Path plain = cleared(held, LATEST + UNFINISHED);
        Path packed = cleared(held, "copy" + UNFINISHED);
        long bytes = bytes(place.database());
        requireRoom(Map.of(place.folder(), 2 * bytes, SCRATCH, bytes));
        Instant taken = free(held);
        tell.step("copying " + place.database());
        String hash = copy(opener.user(), plain, bytes);
        tell.step("packing " + Ailment.size(Files.size(plain)));
        pack(plain, packed);
        tell.step("unpacking it and examining every page");
        Verdict verdict = prove(packed, hash, opener.user(), Files.size(plain));
        Copy made = new Copy(place.identity(), taken, hash, Files.size(packed));
        if (!verdict.isGood()) {
            throw keptAsUnsound(held, made, packed, verdict);
        }
        disk.move(packed, held.path().resolve(made.file()));
        disk.sync(held.path());
        try {
            if (verdict.kind() == Kind.REMARK) {
                tell.warning("the copy is whole, but " + verdict.said());
            }
            showLatest(held, plain);
            rotate(held, made);
        } catch (IOException e) {
            tell.warning("the copy is made, but not all that follows: " + e.getMessage());
        }
        return made;
    }

    /// What is damaged in part is wanted more than ever. It counts for nothing.
    private IOException keptAsUnsound(HeldFolder held, Copy made, Path packed, Verdict verdict) throws IOException {
        String name = made.file() + UNSOUND;
        if (verdict.kind() == Kind.CORRUPT) {
            disk.move(packed, held.path().resolve(name));
            disk.sync(held.path());
            keepLast(held, UNSOUND);
        }
        return new IOException("the copy of " + place.database() + " is not sound, so it counts for nothing: "
                + verdict.said()
                + (verdict.kind() == Kind.CORRUPT
                        ? "; it is kept as " + place.folder().resolve(name)
                        : "")
                + "; sudo lectio restore puts the last good one back");
    }

    /// The name of a new file: others may have left something there, before the folder was root's.
    private Path cleared(HeldFolder held, String name) throws IOException {
        Path file = held.path().resolve(name);
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            disk.move(file, held.path().resolve(name + ".aside-" + clock.millis()));
        } else {
            disk.delete(file);
        }
        return file;
    }

    /// A plain file by a name that everybody knows; it needs no log, and must not meet an old one.
    private void showLatest(HeldFolder held, Path plain) throws IOException {
        try (FileChannel file = FileChannel.open(plain, StandardOpenOption.WRITE)) {
            int _ = file.write(ByteBuffer.wrap(new byte[] {1, 1}), VERSIONS);
        }
        disk.sync(plain);
        for (String end : Restore.BESIDE) {
            Path _ = cleared(held, LATEST + end);
        }
        Path latest = held.path().resolve(LATEST);
        if (Files.isDirectory(latest, LinkOption.NOFOLLOW_LINKS)) {
            Path _ = cleared(held, LATEST);
        }
        disk.move(plain, latest);
        disk.sync(held.path());
    }

    private static long bytes(Path database) throws IOException {
        Path log = Path.of(database + "-wal");
        return Files.size(database) + (Files.exists(log) ? Files.size(log) : 0);
    }

    /// Judged together where they are on one file system.
    ///
    /// @param needed bytes of each folder
    static void requireRoom(Map<Path, Long> needed) throws IOException {
        FileSystems systems = FileSystems.read();
        Map<Path, Long> byMount = new TreeMap<>();
        for (Map.Entry<Path, Long> each : needed.entrySet()) {
            for (FileSystems.Room room : systems.of(Set.of(each.getKey()))) {
                long sum = byMount.merge(room.mount(), each.getValue(), Long::sum);
                if (room.free() < sum + RESERVE) {
                    throw new IOException("there is no room: " + each.getKey() + " has " + Ailment.size(room.free())
                            + " free, and it takes " + Ailment.size(sum + RESERVE) + ": make room on "
                            + room.mount());
                }
            }
        }
    }

    private String copy(WebUser user, Path to, long bytes) throws IOException, InterruptedException {
        MessageDigest digest = digest();
        try (OutputStream out = new Bounded(new DigestOutputStream(disk.create(to), digest), 2 * bytes + RESERVE)) {
            SqliteCopy.copy(place.database(), user, out, 2 * bytes);
        }
        disk.sync(to);
        return hash(digest);
    }

    /// Lays a verified copy of the present database down as a plain file of ours; nothing else is kept of it. As
    /// [#make] it needs to be alone.
    ///
    /// @param to a new file in a folder of ours
    public void lay(Path to) throws IOException, InterruptedException {
        Opener opener = requireThere();
        long bytes = bytes(place.database());
        requireRoom(Map.of(SCRATCH, bytes, Folders.above(to), bytes));
        String _ = copy(opener.user(), to, bytes);
        requireGood(place.database(), to, opener.user());
    }

    private static void requireGood(Path named, Path file, WebUser user) throws IOException, InterruptedException {
        try (InputStream in = Files.newInputStream(file)) {
            Verdict verdict = SqliteCopy.prove(in, user, Files.size(file));
            if (!verdict.isGood()) {
                throw new IOException(named + " is no sound database: " + verdict.said());
            }
        }
    }

    private void pack(Path plain, Path packed) throws IOException {
        try (InputStream in = Files.newInputStream(plain);
                OutputStream out = new GZIPOutputStream(disk.create(packed), PART)) {
            in.transferTo(out);
        }
        disk.sync(packed);
    }

    /// @throws IOException where nothing can be said about it
    private static Verdict prove(Path packed, String hash, WebUser user, long bytes)
            throws IOException, InterruptedException {
        MessageDigest digest = digest();
        try (InputStream in = new DigestInputStream(unpack(packed), digest)) {
            Verdict said = SqliteCopy.prove(in, user, bytes);
            return hash.equals(hash(digest))
                    ? said
                    : new Verdict(Kind.CORRUPT, "its content is another than the one that was copied");
        } catch (Damaged e) {
            return new Verdict(Kind.CORRUPT, "it cannot be unpacked: " + e.getMessage());
        }
    }

    /// What is packed is no longer what was packed.
    private static final class Damaged extends IOException {
        private static final long serialVersionUID = 1;

        private Damaged(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private static InputStream unpack(Path packed) throws IOException {
        InputStream file = Files.newInputStream(packed);
        try {
            return new FilterInputStream(new GZIPInputStream(file, PART)) {
                @Override
                public int read(byte[] part, int from, int length) throws IOException {
                    try {
                        return super.read(part, from, length);
                    } catch (IOException e) {
                        throw new Damaged(e);
                    }
                }
            };
        } catch (IOException e) {
            file.close();
            throw new Damaged(e);
        }
    }

    /// What gzip says of it, of which it keeps four bytes only.
    private static long unpackedBytes(Path packed) throws IOException {
        ByteBuffer size = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel file = FileChannel.open(packed, StandardOpenOption.READ)) {
            int read = file.read(size, Math.max(0, file.size() - Integer.BYTES));
            long said = read == Integer.BYTES ? Integer.toUnsignedLong(size.getInt(0)) : 0;
            return Math.max(said, file.size() > MUCH ? file.size() * 8 : file.size());
        }
    }

    /// The present second, or the next one that no copy has.
    private Instant free(HeldFolder held) throws IOException {
        List<Instant> taken = all(held).stream().map(Copy::taken).toList();
        Instant at = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        while (taken.contains(at)) {
            at = at.plusSeconds(1);
        }
        return at;
    }

    private void rotate(HeldFolder held, Copy made) throws IOException {
        List<Copy> all = new ArrayList<>(all(held));
        all.removeIf(copy -> isOfTheFuture(copy) || copy.equals(made));
        all.addFirst(made);
        Set<Copy> kept = retention.kept(all, zone);
        for (Copy copy : all) {
            if (!copy.equals(made) && !kept.contains(copy)) {
                disk.delete(held.path().resolve(copy.file()));
            }
        }
        disk.sync(held.path());
    }

    /// Of those that count for nothing the last ones.
    private void keepLast(HeldFolder held, String ending) throws IOException {
        List<Path> those = list(held).stream()
                .filter(file -> String.valueOf(file.getFileName()).startsWith("db-" + place.identity())
                        && file.toString().endsWith(ending))
                .sorted(Comparator.reverseOrder())
                .toList();
        for (Path each : those.subList(Math.min(BAD_ONES, those.size()), those.size())) {
            disk.delete(each);
        }
    }

    /// Unpacks a copy into a scratch place and examines it there. A damaged one counts no longer, and is kept under
    /// another name, if it is not the only one.
    public Verdict verify(Copy copy) throws IOException, InterruptedException {
        WebUser user = place.opener().user();
        try (HeldFolder held = HeldFolder.own(place.folder())) {
            Path file = held.path().resolve(copy.file());
            long bytes = unpackedBytes(file);
            requireRoom(Map.of(SCRATCH, bytes));
            Verdict said = prove(file, copy.hash(), user, bytes);
            if (said.kind() == Kind.CORRUPT && all(held).size() > 1) {
                disk.move(file, held.path().resolve(copy.file() + BAD));
                disk.sync(held.path());
                keepLast(held, BAD);
            }
            return said;
        }
    }

    /// Hands over what is in a copy.
    ///
    /// @param packed as it lies there
    public <T> T read(Copy copy, boolean packed, Reader<T> reader) throws IOException, InterruptedException {
        try (HeldFolder held = HeldFolder.own(place.folder())) {
            Path file = held.path().resolve(copy.file());
            try (InputStream in = packed ? Files.newInputStream(file) : unpack(file)) {
                return reader.read(in, packed ? copy.bytes() : unpackedBytes(file));
            }
        }
    }

    /// Hands over what is in a file that somebody names, packed or not, when it is proved. What its log has is read
    /// with
    /// it, as the application's user.
    public <T> T read(Path file, Reader<T> reader) throws IOException, InterruptedException {
        WebUser user = place.opener().user();
        Path own = place.state().resolve("given"); // so that nobody can change what was proved
        try {
            if (hasLog(file)) {
                try (OutputStream out = new Bounded(disk.create(own), room())) {
                    SqliteCopy.copy(file, user, out, 2 * bytes(file));
                }
            } else {
                take(file, own);
            }
            requireRoom(Map.of(SCRATCH, Files.size(own)));
            requireGood(file, own, user);
            try (InputStream in = Files.newInputStream(own)) {
                return reader.read(in, Files.size(own));
            }
        } finally {
            Files.deleteIfExists(own);
        }
    }

    /// What was written last may be there alone.
    private static boolean hasLog(Path file) throws IOException {
        for (String end : List.of("-wal", "-journal")) {
            Path beside = Path.of(file + end);
            if (Files.exists(beside) && Files.size(beside) > 0) {
                return true;
            }
        }
        return false;
    }

    private void take(Path file, Path own) throws IOException {
        try (BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file));
                OutputStream out = new Bounded(disk.create(own), room())) {
            in.mark(PACKED.length);
            boolean isPacked = Arrays.equals(in.readNBytes(PACKED.length), PACKED);
            in.reset();
            try (InputStream content = isPacked ? new GZIPInputStream(in, PART) : in) {
                content.transferTo(out);
            }
        }
    }

    private long room() throws IOException {
        return FileSystems.read().of(Set.of(place.state())).stream()
                .mapToLong(room -> Math.max(0, room.free() - RESERVE))
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    /// A stream that takes no more than there is room for.
    private static final class Bounded extends FilterOutputStream {
        private final long most;
        private long written;

        private Bounded(OutputStream out, long most) {
            super(out);
            this.most = most;
        }

        @Override
        public void write(byte[] part, int from, int length) throws IOException {
            written += length;
            if (written > most) {
                throw new IOException("it is larger than " + Ailment.size(most) + ", for which there is room");
            }
            out.write(part, from, length);
        }
    }

    /// Reads a content of so many bytes.
    public interface Reader<T> {
        T read(InputStream content, long bytes) throws IOException, InterruptedException;
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String hash(MessageDigest digest, byte... last) {
        digest.update(last);
        return HexFormat.of().formatHex(digest.digest(), 0, HASH_BYTES);
    }
}
