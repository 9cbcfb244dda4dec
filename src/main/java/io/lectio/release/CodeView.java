package io.lectio.release;

import io.lectio.host.Child;
import io.lectio.host.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// Runs programs as the application's user where they find a release's code in the live folder, at its real path, and
/// a copy of the database in the database's place. Each runs in a transient unit of its own, in whose mount namespace
/// overlays lie over the folders: what is written there is kept for the view's next program, and is nobody's after it.
/// All else is read-only. What root does there, `view.py` does by descriptors, and before the program has begun.
final class CodeView implements AutoCloseable {
    private static final Path RUN = Path.of("/run/lectio-examine");
    /// The descriptor at which a program that listens finds its socket, as in `view.py`.
    static final int SOCKET = 3;

    private static final Path LOGS = Path.of("/var/log");
    private static final Duration TO_TELL = Duration.ofSeconds(8);
    private static final Duration TO_START = Duration.ofSeconds(8);
    private static final Duration TO_END = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int MOST_BYTES = 64 << 10;
    private static final int LINES = 4_096;
    /// What mounts, and then becomes the application's user.
    private static final String CAPABILITIES = "CAP_SYS_ADMIN CAP_SETUID CAP_SETGID CAP_DAC_OVERRIDE"
            + " CAP_DAC_READ_SEARCH CAP_CHOWN CAP_FOWNER CAP_FSETID CAP_MKNOD";

    private final AppUnit app;
    private final Path scratch;
    private final Path run;
    private final String units;
    private final List<String> plan = new ArrayList<>();
    private final List<Path> writable = new ArrayList<>();
    private int covers;

    private CodeView(AppUnit app, Path scratch) {
        this.app = app;
        this.scratch = scratch;
        String number = "%08x".formatted(scratch.toString().hashCode());
        units = "lectio-code-" + number + "-";
        run = RUN.resolve("code-" + number);
        writable.addAll(List.of(scratch, run));
    }

    /// No program can be run so, which says nothing of the release.
    static final class NotStarted extends Exception {
        private static final long serialVersionUID = 1;

        NotStarted(String why) {
            super(why);
        }
    }

    /// What lies over the live folder.
    ///
    /// @param stage the new and the changed files; none for the live code alone
    /// @param removed files of the live folder, by their relative paths
    record Layers(Path live, Optional<Path> stage, Collection<Path> removed) {
        Layers {
            removed = List.copyOf(removed);
        }
    }

    /// @param scratch a name for a folder, in one of root's that is closed to all others; what an earlier view has left
    ///     there is deleted
    static CodeView open(AppUnit app, Layers layers, Optional<DatabaseCopy> database, Path scratch)
            throws NotStarted, IOException, InterruptedException {
        CodeView view = new CodeView(app, scratch);
        view.end();
        try {
            for (Path folder : new Path[] {RUN, view.run, scratch}) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Files.writeString(scratch.resolve("view.py"), Script.VIEW.text());
            view.lay(layers, database);
            return view;
        } catch (NotStarted | IOException | RuntimeException e) {
            view.end();
            throw e;
        }
    }

    private void lay(Layers layers, Optional<DatabaseCopy> database) throws NotStarted, IOException {
        Path live = layers.live();
        Optional<DatabaseCopy> beside = Optional.empty();
        if (database.isPresent()) {
            tell(plan, "copies", database.get().folder());
            writable.add(database.get().folder());
            beside = isIn(live, database.get().original()) ? beside : database;
        }
        boolean around = beside.filter(copy -> live.startsWith(copy.above())).isPresent();
        if (around) { // first, so that the live folder's own lies above it
            link(beside.get());
        }
        layCode(layers, beside.isPresent() ? Optional.empty() : database);
        if (beside.isPresent() && !around) {
            link(beside.get());
        }
        if (Files.isDirectory(LOGS, LinkOption.NOFOLLOW_LINKS)
                && database.filter(copy -> copy.original().startsWith(LOGS)).isEmpty()) {
            Path _ = cover(LOGS, Optional.empty());
        }
    }

    private void layCode(Layers layers, Optional<DatabaseCopy> database) throws NotStarted, IOException {
        Path upper = cover(layers.live(), layers.stage());
        for (Path each : layers.removed()) {
            remove(layers, upper, each);
        }
        if (database.isPresent()) {
            Path relative = layers.live().relativize(database.get().original());
            folders(layers, upper, relative);
            Files.createSymbolicLink(upper.resolve(relative), database.get().inViews());
        }
    }

    /// Whether it is on the live folder's own file system, too: an overlay lies over no other.
    private static boolean isIn(Path live, Path database) throws IOException {
        return database.startsWith(live)
                && Files.getAttribute(live, "unix:dev").equals(Files.getAttribute(Folders.above(database), "unix:dev"));
    }

    private void link(DatabaseCopy database) throws NotStarted, IOException {
        Path upper = cover(database.above(), Optional.empty());
        Files.createSymbolicLink(upper.resolve(database.original().getFileName()), database.inViews());
    }

    /// @return the upper layer
    private Path cover(Path folder, Optional<Path> stage) throws NotStarted, IOException {
        Path own = scratch.resolve("cover-" + covers++);
        Path upper = own.resolve("upper");
        if (folder.getNameCount() == 0 || scratch.startsWith(folder)) {
            throw new NotStarted("nothing can lie over " + folder + ", which holds more than the site's");
        }
        if ((folder + "\n" + stage.map(Path::toString).orElse("")).lines().count() > 2) {
            throw new NotStarted(folder + " has a name of two lines");
        }
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotStarted(folder + " is a link, or no folder");
        }
        Files.createDirectories(own.resolve("work"));
        like(folder, upper);
        tell(plan, "cover", folder + "\n" + own + stage.map(path -> "\n" + path).orElse(""));
        return upper;
    }

    private void remove(Layers layers, Path upper, Path relative) throws IOException {
        Optional<Path> staged = layers.stage().map(stage -> stage.resolve(relative));
        if (staged.filter(path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isPresent()) {
            return;
        }
        try {
            folders(layers, upper, relative);
            tell(plan, "whiteout", upper.resolve(relative));
        } catch (NotDirectoryException | NoSuchFileException e) {
            return; // what it is in has gone, too
        }
    }

    /// Makes the folders that a path of the upper layer is in, each as the one that it will lie over.
    private static void folders(Layers layers, Path upper, Path relative) throws IOException {
        for (int names = 1; names < relative.getNameCount(); names++) {
            Path folder = relative.subpath(0, names);
            Path staged = layers.stage().orElse(layers.live()).resolve(folder);
            Path below = Files.exists(staged, LinkOption.NOFOLLOW_LINKS)
                    ? staged
                    : layers.live().resolve(folder);
            if (!Files.exists(upper.resolve(folder), LinkOption.NOFOLLOW_LINKS)) {
                like(below, upper.resolve(folder));
            }
        }
    }

    private static void like(Path other, Path folder) throws IOException {
        Map<String, Object> as = Files.readAttributes(other, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
        if (!Files.isDirectory(other, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotDirectoryException(other.toString());
        }
        Files.createDirectory(folder);
        Files.setAttribute(folder, "unix:gid", as.get("gid"));
        Files.setAttribute(folder, "unix:uid", as.get("uid"));
        Files.setAttribute(folder, "unix:mode", ((Integer) Objects.requireNonNull(as.get("mode"))) & 07777);
    }

    private static void tell(List<String> plan, String key, Object word) {
        plan.add(key);
        plan.add(String.valueOf(word));
    }

    /// Runs a program to its end.
    ///
    /// @param step a name of letters, for its unit
    Child.Result run(String step, List<String> command, Map<String, String> environment, Duration within)
            throws NotStarted, IOException, InterruptedException {
        try (Program program = start(step, command, environment, false, within)) {
            return program.await(within).orElse(new Child.Result(OptionalInt.empty(), program.stop()));
        }
    }

    /// Starts a program that goes on until it is stopped, or for this time.
    ///
    /// @param listens whether a socket is made for it that it gets as its third descriptor
    Program start(String step, List<String> command, Map<String, String> environment, boolean listens, Duration within)
            throws NotStarted, IOException, InterruptedException {
        Path started = scratch.resolve("started-" + step);
        Path words = scratch.resolve("plan-" + step);
        Files.write(words, plan(command, environment, started, listens ? Optional.of(socket(step)) : Optional.empty()));
        List<String> unit = new ArrayList<>(
                List.of("systemd-run", "--unit=" + units + step, "--collect", "--quiet", "--pipe", "--wait"));
        for (String property : properties(within)) {
            unit.addAll(List.of("-p", property));
        }
        unit.addAll(List.of("/usr/bin/python3", "-I", scratch.resolve("view.py").toString(), words.toString()));
        Program program = new Program(unit, units + step, socket(step), within.plus(TO_START));
        try {
            program.awaitStart(started);
            return program;
        } catch (NotStarted | IOException | InterruptedException e) {
            program.close();
            throw e;
        }
    }

    private Path socket(String step) {
        return run.resolve(step);
    }

    private List<String> properties(Duration within) {
        return List.of(
                "ProtectSystem=strict",
                "PrivateTmp=yes",
                "ReadWritePaths=" + writable.stream().map(CodeView::quoted).collect(Collectors.joining(" ")),
                "NoNewPrivileges=yes",
                "RestrictNamespaces=yes",
                "CapabilityBoundingSet=" + CAPABILITIES,
                "IPAddressDeny=any",
                "IPAddressAllow=localhost",
                "MemoryMax=1G",
                "TasksMax=256",
                "OOMScoreAdjust=1000",
                "KillSignal=SIGKILL",
                "RuntimeMaxSec=" + within.plus(TO_START).plus(TO_END).toSeconds());
    }

    /// Source: systemd.syntax(7), "Quoting".
    private static String quoted(Path path) {
        return "\"" + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private byte[] plan(List<String> command, Map<String, String> environment, Path started, Optional<Path> socket) {
        List<String> words = new ArrayList<>(plan);
        tell(words, "started", started);
        tell(words, "uid", app.user().uid());
        tell(words, "gid", app.user().gid());
        tell(words, "umask", app.definition().umask());
        tell(words, "folder", app.workingDirectory());
        app.user().groups().forEach(group -> tell(words, "group", group));
        socket.ifPresent(path -> tell(words, "socket", path));
        command.forEach(word -> tell(words, "word", word));
        Map<String, String> all = new HashMap<>(app.privateEnvironment());
        all.putAll(environment);
        all.forEach((name, value) -> tell(words, "environment", name + "=" + value));
        return (String.join("\0", words) + "\0").getBytes(StandardCharsets.UTF_8);
    }

    /// One that runs in the view.
    static final class Program implements AutoCloseable {
        private final String unit;
        private final Path socket;
        private final CompletableFuture<Child.Result> end = new CompletableFuture<>();
        private final Thread thread;

        private Program(List<String> command, String unit, Path socket, Duration within) {
            this.unit = unit;
            this.socket = socket;
            thread = Thread.ofVirtual().name("view").start(() -> {
                try {
                    end.complete(Child.run(command, within, MOST_BYTES));
                } catch (IOException | InterruptedException | RuntimeException e) {
                    end.completeExceptionally(e);
                }
            });
        }

        Path socket() {
            return socket;
        }

        boolean hasEnded() {
            return end.isDone();
        }

        private void awaitStart(Path started) throws NotStarted, IOException, InterruptedException {
            long until = System.nanoTime() + TO_START.toNanos();
            while (!Files.exists(started)) {
                boolean ended = end.isDone(); // before the file is looked for once more
                if ((ended || System.nanoTime() > until) && !Files.exists(started)) {
                    throw new NotStarted(ended ? result().text().strip() : "it did not start in time");
                }
                Thread.sleep(PAUSE);
            }
        }

        /// @return empty where it has not ended by then
        Optional<Child.Result> await(Duration within) throws IOException, InterruptedException {
            try {
                return Optional.of(end.get(within.toNanos(), TimeUnit.NANOSECONDS));
            } catch (TimeoutException e) {
                return Optional.empty();
            } catch (ExecutionException e) {
                throw new IOException("systemd-run: " + e.getMessage(), e);
            }
        }

        private Child.Result result() throws IOException, InterruptedException {
            return await(TO_END).orElseThrow(() -> new IOException(unit + " does not end"));
        }

        /// Ends it, with all that it has started.
        ///
        /// @return the end of what it said
        String stop() throws IOException, InterruptedException {
            if (!end.isDone()) {
                Child.Result _ = Child.run(List.of("systemctl", "stop", unit), TO_TELL, LINES);
            }
            return result().text();
        }

        @Override
        public void close() throws IOException {
            if (end.isDone()) {
                return;
            }
            try {
                Child.Result _ = Child.run(List.of("systemctl", "stop", unit), TO_TELL, LINES);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // systemd ends it, at its deadline
            }
            thread.interrupt();
        }
    }

    private void end() throws IOException {
        try {
            Child.Result _ = Child.run(List.of("systemctl", "stop", units + "*"), TO_TELL, LINES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Places.delete(scratch);
        Places.delete(run);
    }

    @Override
    public void close() throws IOException {
        end();
    }
}
