package io.lectio.host;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Copies of a SQLite database by SQLite's online backup, each step in a child of the application's user, by the
/// Python that runs the application. The bytes go through pipes: root opens no database, and makes no file in a
/// folder of another user. A child has limits of its own, and ends with this process. Sources:
/// sqlite.org/backup.html, sqlite.org/howtocorrupt.html, sqlite.org/fileformat2.html.
public final class SqliteCopy {
    private static final Duration DEADLINE = Duration.ofMinutes(30);
    private static final Duration TO_LOCK = Duration.ofSeconds(15);
    private static final int MOST_BYTES = 4_096;
    private static final int MARGIN = 1 << 26;
    private static final long MOST_MEMORY = 1L << 30;

    /// Ends by itself, however its parent did.
    private static final String BEGIN = """
            import fcntl, os, shutil, signal, sqlite3, sys, tempfile, threading, time, urllib.parse
            signal.alarm(1800)
            def end_with_parent():
                threading.Thread(target=lambda: (os.read(0, 1), os._exit(9)), daemon=True).start()
            """;

    /// In WAL mode it reads one snapshot, so a writer neither waits nor makes it begin anew, and it never writes the
    /// log
    /// back. In rollback mode each commit makes it begin anew: after a while it takes all in one step, for which a
    /// writer waits, but not for long. Opened for writing it first takes back a commit that was cut off, as the
    /// application would. What it writes has no name from its first moment on, so nothing is left of it.
    private static final String COPY = BEGIN + """
            end_with_parent()
            class Restless(Exception):
                pass
            with open(sys.argv[1], "rb") as file:
                wal = file.read(20)[18:19] == b"\\x02"
            uri = "file:" + urllib.parse.quote(sys.argv[1]) + "?mode=" + ("ro" if wal else "rw")
            source = sqlite3.connect(uri, uri=True, timeout=10, isolation_level=None)
            if wal:
                source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            def scratch():
                folder = tempfile.mkdtemp(dir="/var/tmp")
                name = os.path.join(folder, "copy")
                target = sqlite3.connect(name, isolation_level=None)
                target.execute("PRAGMA journal_mode=OFF")
                target.execute("PRAGMA synchronous=OFF")
                content = open(name, "rb")
                os.unlink(name)
                os.rmdir(folder)
                return target, content
            end = time.monotonic() + 10
            def pace(status, left, total):
                if not wal and time.monotonic() > end:
                    raise Restless()
                time.sleep(0.002)
            def too_long():
                os.write(2, b"it is written to all the time, and its writers would wait for more than 3 s: switch it to WAL")
                os._exit(8)
            try:
                target, content = scratch()
                source.backup(target, pages=250, progress=pace, sleep=0.005)
            except Restless:
                target, content = scratch()
                limit = threading.Timer(3, too_long)
                limit.start()
                source.backup(target, pages=-1, sleep=0.005)
                limit.cancel()
            target.close()
            shutil.copyfileobj(content, sys.stdout.buffer, 1 << 20)
            sys.stdout.flush()
            """;

    /// The copy is marked as one in rollback mode first, since a file without a name has no log beside it. What only
    /// the application knows (a collation, a function) has a stand-in: then indexes are not compared with tables.
    private static final String PROVE = BEGIN + """
            CONSTRAINTS = ("NULL value in", "CHECK constraint failed", "NUMERIC value in", "TEXT value in")
            folder = tempfile.mkdtemp(dir="/var/tmp")
            name = os.path.join(folder, "copy")
            content = open(name, "xb", 0)
            db = sqlite3.connect(name)
            os.unlink(name)
            os.rmdir(folder)
            shutil.copyfileobj(sys.stdin.buffer, content, 1 << 20)
            if content.tell() > 100:
                content.seek(18)
                content.write(b"\\x01\\x01")
            unknown = []
            def stand_in(said):
                for words, make in (
                    ("no such collation sequence: ", lambda name: db.create_collation(name, lambda a, b: (a > b) - (a < b))),
                    ("no such function: ", lambda name: db.create_function(name, -1, lambda *a: None, deterministic=True)),
                    ("unknown function: ", lambda name: db.create_function(name, -1, lambda *a: None, deterministic=True)),
                ):
                    name = said.partition(words)[2].removesuffix("()")
                    if name and name not in unknown:
                        make(name)
                        unknown.append(name)
                        return True
                return False
            def verdict():
                while True:
                    try:
                        check = "quick_check(100)" if unknown else "integrity_check(100)"
                        found = [row[0] for row in db.execute("PRAGMA " + check) if row[0] != "ok"]
                        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
                    except sqlite3.DatabaseError as e:
                        if stand_in(str(e)):
                            continue
                        code = getattr(e, "sqlite_errorcode", 0) & 255
                        if code in (11, 26) or "malformed" in str(e) or "not a database" in str(e):
                            return "corrupt", str(e)
                        sys.exit(str(e))
                    broken = [line for line in found if not line.startswith(CONSTRAINTS)]
                    if broken:
                        return "corrupt", broken[0]
                    if not tables:
                        return "empty", "there is no table in it"
                    if unknown:
                        found.append("indexes were not compared, for want of the application's own " + unknown[0])
                    return ("remark", found[0]) if found else ("sound", "every page is sound")
            print(*verdict())
            """;

    /// With the group, mode and labels of the old file, as far as this user may give them.
    private static final String PLACE = BEGIN + """
            os.umask(0o077)
            old, new, gid, mode = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4], 8)
            with open(new, "xb") as content:
                shutil.copyfileobj(sys.stdin.buffer, content, 1 << 20)
                content.flush()
                try:
                    os.fchown(content.fileno(), -1, gid)
                    for label in os.listxattr(old):
                        os.setxattr(new, label, os.getxattr(old, label))
                except OSError:
                    pass
                os.fchmod(content.fileno(), mode)
                os.fsync(content.fileno())
            """;

    /// All the bytes that SQLite locks, of the file itself: nobody reads, writes or opens it then, in either mode.
    /// They are not locked by SQLite, which would have to understand the file, and would write its log back at the
    /// end.
    private static final String LOCK = BEGIN + """
            held = os.open(sys.argv[1], os.O_RDWR | os.O_NOFOLLOW)
            for i in range(50):
                try:
                    fcntl.lockf(held, fcntl.LOCK_EX | fcntl.LOCK_NB, 512, 0x40000000)
                    break
                except OSError:
                    time.sleep(0.1)
            else:
                sys.exit("somebody reads or writes it all the time")
            print(os.getpid(), flush=True)
            os.read(0, 1)
            """;

    private SqliteCopy() {}

    /// What an examination has said of a database.
    ///
    /// @param said in words, SQLite's own where something is wrong
    public record Verdict(Kind kind, String said) {
        public enum Kind {
            SOUND,
            /// Whole, though a row breaks a rule, or not all could be compared.
            REMARK,
            /// A database without any table.
            EMPTY,
            CORRUPT
        }

        public boolean isGood() {
            return kind == Kind.SOUND || kind == Kind.REMARK;
        }

        static Verdict of(String line) throws IOException {
            String[] words = line.strip().split(" ", 2);
            try {
                return new Verdict(Kind.valueOf(words[0].toUpperCase(Locale.ROOT)), words.length > 1 ? words[1] : "");
            } catch (IllegalArgumentException e) {
                throw new IOException("a copy could not be examined: " + line, e);
            }
        }
    }

    /// As whom a database is opened, and with which rights it lies there.
    ///
    /// @param isOwner whether the file, or where there is none its folder, is that user's
    /// @param exists false where it is not there
    public record Opener(WebUser user, boolean isOwner, int gid, int mode, boolean exists) {}

    /// @param database without a link in its path
    /// @param application as whom it runs; empty where that is not known: then as whom the file is
    /// @throws IOException also where that is root, as whom no database is opened
    public static Opener opener(Path database, Optional<WebUser> application) throws IOException {
        try (HeldFolder folder = HeldFolder.of(Folders.above(database))) {
            Path file = folder.path().resolve(String.valueOf(database.getFileName()));
            boolean exists = Files.exists(file, LinkOption.NOFOLLOW_LINKS);
            if (exists && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(database + " is not a file");
            }
            Path of = exists ? file : folder.path();
            int uid = (Integer) Files.getAttribute(of, "unix:uid");
            int gid = (Integer) Files.getAttribute(of, "unix:gid");
            WebUser user = application.isPresent() ? application.get() : WebUser.ofNumber(uid, gid);
            if (user.uid() == 0) {
                throw new IOException(of + " is root's, and nobody opens a database as root: give it to the user that"
                        + " the application runs as: sudo chown www-data:www-data "
                        + (exists ? database : Folders.above(database)));
            }
            int mode = exists ? (Integer) Files.getAttribute(of, "unix:mode") & 0777 : 0640;
            return new Opener(user, uid == user.uid(), exists ? gid : user.gid(), mode, exists);
        }
    }

    /// What is in it at one moment, while others go on writing.
    ///
    /// @param most bytes that it may have
    public static void copy(Path database, WebUser user, OutputStream to, long most)
            throws IOException, InterruptedException {
        List<String> command = python(user, most, COPY, database.toString());
        require("copied", user, Child.pipe(command, Optional.empty(), to, DEADLINE, MOST_BYTES));
    }

    /// @param most bytes that it may have
    /// @throws IOException where nothing can be said about it
    public static Verdict prove(InputStream content, WebUser user, long most) throws IOException, InterruptedException {
        ByteArrayOutputStream said = new ByteArrayOutputStream(); // of a child that may write no more than a file
        List<String> command = python(user, most, PROVE);
        require("examined", user, Child.pipe(command, Optional.of(content), said, DEADLINE, MOST_BYTES));
        return Verdict.of(said.toString(StandardCharsets.UTF_8));
    }

    /// Lays this content down as this user, in a new file.
    ///
    /// @param like the file whose labels it gets, where that is there
    public static void place(InputStream content, Path like, Path to, Opener opener, long most)
            throws IOException, InterruptedException {
        List<String> command = python(
                opener.user(),
                most,
                PLACE,
                like.toString(),
                to.toString(),
                String.valueOf(opener.gid()),
                Integer.toOctalString(opener.mode()));
        OutputStream nowhere = OutputStream.nullOutputStream();
        require("laid down", opener.user(), Child.pipe(command, Optional.of(content), nowhere, DEADLINE, MOST_BYTES));
    }

    /// A database that nobody else can use.
    ///
    /// @param processes those that hold it
    public record Lock(Set<Long> processes, Closeable end) implements Closeable {
        @Override
        public void close() throws IOException {
            end.close();
        }
    }

    /// @throws IOException also where somebody goes on using it
    public static Lock lock(Path database, WebUser user) throws IOException, InterruptedException {
        Child.Waiting child = Child.waiting(python(user, MARGIN, LOCK, database.toString()), TO_LOCK, MOST_BYTES);
        return new Lock(Set.of(Long.parseLong(child.said())), child);
    }

    private static List<String> python(WebUser user, long most, String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "prlimit",
                "--core=0",
                "--as=" + MOST_MEMORY,
                "--fsize=" + (most + MARGIN),
                "--cpu=" + DEADLINE.toSeconds(),
                "python3",
                "-I",
                "-S",
                "-c",
                script));
        command.addAll(List.of(arguments));
        return Child.as(user, command, DEADLINE);
    }

    private static void require(String what, WebUser user, Child.Result ended) throws IOException {
        String said = ended.text().strip();
        if (ended.exit().orElse(1) != 0) {
            throw new IOException("the database could not be " + what + " as " + user.name() + ": "
                    + (ended.timedOut()
                            ? "not done within " + DEADLINE.toMinutes() + " min"
                            : said.isEmpty()
                                    ? "exit code " + ended.exit().getAsInt()
                                    : said.substring(said.lastIndexOf('\n') + 1)));
        }
    }
}
