package io.lectio.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A SQLite database: as its file shows it, which costs little and leaves nothing, and as SQLite itself says in a short
/// process of the application's user, by the Python that runs the application. Whoever opens one as root may leave
/// root's files beside it. Sources: sqlite.org/fileformat2.html, sqlite.org/walformat.html, SQLite's os_unix.c.
public final class SqliteFile {
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 100;
    private static final int VERSION = 18;
    private static final byte WAL = 2;
    /// The bytes that are locked: PENDING, RESERVED and the 510 of SHARED.
    private static final long LOCKS = 0x40000000;

    private static final long LOCKS_LENGTH = 512;
    /// In the `-shm` of a database in WAL mode, who writes locks this byte.
    private static final long WAL_WRITER = 120;

    private static final int WRITE = 2;
    private static final int MOST_BYTES = 4_096;
    private static final String SCRIPT = """
            import sqlite3, sys, urllib.parse
            try:
                uri = "file:" + urllib.parse.quote(sys.argv[1]) + "?mode=ro"
                db = sqlite3.connect(uri, uri=True, timeout=1)
                said = db.execute("PRAGMA " + sys.argv[2]).fetchone()[0]
                print("ok" if sys.argv[2] == "schema_version" else said)
            except sqlite3.DatabaseError as e:
                said = str(e)
                print(said if "malformed" in said or "not a database" in said else "? " + said)
            """;

    private SqliteFile() {}

    /// What the file shows.
    ///
    /// @param inode another one is another database
    /// @param whole whether its header is one, and its length agrees with it
    /// @param wal whether it is in WAL mode, in which readers keep nobody from writing
    public record Shape(long inode, long bytes, boolean whole, boolean wal) {}

    /// @param file without a link in its path
    /// @return empty where there is none
    public static Optional<Shape> shape(Path file) throws IOException {
        Optional<RegularFile> held = RegularFile.hold(file);
        if (held.isEmpty()) {
            return Optional.empty();
        }
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        try (RegularFile database = held.get();
                FileChannel channel = database.read()) {
            int read = 0;
            while (header.hasRemaining() && read >= 0) {
                read = channel.read(header);
            }
            boolean wal = !header.hasRemaining() && header.get(VERSION) == WAL;
            return Optional.of(
                    new Shape(database.stat().inode(), channel.size(), isWhole(header, channel.size()), wal));
        }
    }

    private static byte[] name(Path path) {
        return path.toString().substring(1).getBytes(StandardCharsets.UTF_8);
    }

    /// A database in WAL mode may be shorter than its header says, until its log is written back.
    private static boolean isWhole(ByteBuffer header, long length) {
        byte[] magic = new byte[MAGIC.length];
        header.get(0, magic);
        if (header.hasRemaining() || !Arrays.equals(magic, MAGIC)) {
            return false;
        }
        int size = Short.toUnsignedInt(header.getShort(16));
        long page = size == 1 ? 65_536 : size;
        boolean wal = header.get(VERSION) == WAL;
        boolean counted = header.getInt(24) == header.getInt(92); // else the number of pages is an old version's
        long pages = Integer.toUnsignedLong(header.getInt(28));
        return Long.bitCount(page) == 1 && page >= 512 && (wal || !counted || length >= pages * page);
    }

    /// What this user may not use of the file and its folder, in which SQLite makes others; empty where nothing is so.
    ///
    /// @return that, with its owner and mode
    public static Optional<String> closedTo(WebUser user, Path file) throws IOException {
        try (Kernel kernel = new Kernel()) {
            int root = kernel.openRoot();
            try {
                return closedTo(user, file, kernel, root);
            } finally {
                kernel.close(root);
            }
        }
    }

    private static Optional<String> closedTo(WebUser user, Path file, Kernel kernel, int root) throws IOException {
        Path folder = file.getParent();
        for (Path each : folder == null ? List.of(file) : List.of(file, folder)) {
            Stat stat = kernel.stat(root, name(each));
            byte[] acl = AccessRule.asksAcl(stat, user) ? kernel.acl(root, name(each)) : new byte[0];
            int besides = stat.isFolder() ? WebUser.SEARCH : WebUser.READ;
            if (!AccessRule.allows(stat, acl, user, WRITE) || !AccessRule.allows(stat, acl, user, besides)) {
                return Optional.of(each + " " + Accounts.read().owner(stat) + " %04o".formatted(stat.mode()));
            }
        }
        return Optional.empty();
    }

    /// Whether a commit was cut off, which the next writer takes back.
    public static boolean hasJournal(Path file) throws IOException {
        Path journal = Path.of(file + "-journal");
        return Files.exists(journal, LinkOption.NOFOLLOW_LINKS) && Files.size(journal) > 0;
    }

    /// Who has locked it so that others cannot write to it, or not even read.
    ///
    /// @return empty where nobody has; 0 for who cannot be told
    public static OptionalInt writer(Path file) throws IOException {
        try (Kernel kernel = new Kernel()) {
            int holder = kernel.writer(file.toString().getBytes(StandardCharsets.UTF_8), LOCKS, LOCKS_LENGTH);
            if (holder < 0) {
                holder = kernel.writer((file + "-shm").getBytes(StandardCharsets.UTF_8), WAL_WRITER, 1);
            }
            return holder < 0 ? OptionalInt.empty() : OptionalInt.of(holder);
        }
    }

    /// SQLite's own word, in a process of the application's user, who owns what it may leave beside the file.
    ///
    /// @param whole whether every page of it is read
    /// @return `ok`, or what is wrong with it
    /// @throws IOException where that cannot be told: no Python, no `setpriv`, no answer in time, a lock
    public static String ask(Path file, WebUser user, boolean whole, Duration within)
            throws IOException, InterruptedException {
        String question = whole ? "integrity_check(1)" : "schema_version";
        List<String> command = List.of("python3", "-I", "-c", SCRIPT, file.toString(), question);
        Child.Result said = Child.run(Child.as(user, command, within), within, MOST_BYTES);
        if (said.exit().orElse(1) != 0 || said.text().startsWith("?")) {
            throw new IOException("SQLite could not be asked about " + file
                    + (said.timedOut()
                            ? ": no answer within " + within.toSeconds() + " s"
                            : ": " + said.text().strip()));
        }
        return said.text().strip();
    }
}
