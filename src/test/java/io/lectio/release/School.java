package io.lectio.release;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A database of a user that is not root, in a folder of that user's, as real Python makes and writes it. Each commit
/// adds
/// a lesson and counts it, so that a torn copy counts wrong.
final class School {
    private static final String NOBODY = "65534";

    private final Path folder;
    private final Path file;

    /// A writer at work, of so many commits a second.
    record Writer(Process process) implements AutoCloseable {
        void end() throws IOException {
            process.getOutputStream().close();
        }

        /// What each commit took, in milliseconds: the 99th percentile. Waits for its end.
        double p99() throws IOException {
            try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
                double[] took = said.lines()
                        .filter(line -> !line.isEmpty())
                        .mapToDouble(Double::parseDouble)
                        .sorted()
                        .toArray();
                return took[(int) (took.length * 0.99)];
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    School(Path folder, boolean wal, int kilobytes) throws IOException, InterruptedException {
        this.folder = folder;
        file = folder.resolve("db.sqlite3");
        if (isRoot()) {
            for (String id : List.of("uid", "gid")) {
                Files.setAttribute(folder, "unix:" + id, Integer.valueOf(NOBODY));
            }
        }
        String _ = python(file, """
                db.execute("PRAGMA journal_mode=%s")
                db.execute("CREATE TABLE ballast(a)")
                db.execute("CREATE TABLE lesson(a)")
                db.execute("CREATE TABLE counted(a)")
                db.execute("INSERT INTO counted VALUES(0)")
                db.executemany("INSERT INTO ballast VALUES(?)", [("x" * 1000,)] * %d)
                db.commit()
                """.formatted(wal ? "WAL" : "DELETE", kilobytes));
    }

    /// Where its copies are made, from and to.
    Copies.Place place(Path backups, Path state, boolean usual) {
        return new Copies.Place(backups, usual, file, Copy.identity(file), state, Optional::empty);
    }

    static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    Path folder() {
        return folder;
    }

    Path file() {
        return file;
    }

    /// As its owner.
    static ProcessBuilder builder(Path database, String script) throws IOException {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
        }
        String whole = "import sqlite3, sys, time, threading\ndb = sqlite3.connect(sys.argv[1], timeout=20)\n" + script;
        command.addAll(List.of("/usr/bin/python3", "-I", "-c", whole, database.toString()));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    static String python(Path database, String script) throws IOException, InterruptedException {
        Process process = builder(database, script).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException("exit " + process.exitValue());
        }
        return said;
    }

    void addLesson() throws IOException, InterruptedException {
        String _ = python(file, """
                db.execute("INSERT INTO lesson VALUES('another')")
                db.execute("UPDATE counted SET a = a + 1")
                db.commit()
                """);
    }

    int lessons() throws IOException, InterruptedException {
        return lessons(file);
    }

    /// How many it has, all counted and every page sound; -1 for a database that is not so.
    static int lessons(Path database) throws IOException, InterruptedException {
        return Integer.parseInt(python(database, """
                sound = db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                lessons = db.execute("SELECT count(*) FROM lesson").fetchone()[0]
                counted = db.execute("SELECT a FROM counted").fetchone()[0]
                print(lessons if sound and lessons == counted else -1)
                """));
    }

    /// @param most after so many it ends by itself
    Writer write(int commitsPerSecond, int most) throws IOException {
        Process process = builder(file, """
                took = []
                end = threading.Event()
                threading.Thread(target=lambda: (sys.stdin.read(), end.set()), daemon=True).start()
                next = time.monotonic()
                print(0, flush=True)
                while not end.is_set() and len(took) < %d:
                    began = time.monotonic()
                    db.execute("INSERT INTO lesson VALUES(?)", ("y" * 200,))
                    db.execute("UPDATE counted SET a = a + 1")
                    db.commit()
                    took.append(1000 * (time.monotonic() - began))
                    next += 1 / %d
                    time.sleep(max(0, next - time.monotonic()))
                print(*took, sep="\\n")
                """.formatted(most, commitsPerSecond)).start();
        if (process.getInputStream().read() < 0) {
            throw new IOException("the writer does not begin");
        }
        return new Writer(process);
    }
}
