package io.lectio.release;

import io.lectio.host.Folders;
import io.lectio.host.HeldFolder;
import io.lectio.host.Processes;
import io.lectio.host.SqliteCopy;
import io.lectio.host.SqliteCopy.Opener;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Puts a proved copy in the place of the database. What it is about to do is noted and synced before it is done, so
/// that whoever dies, the guard or a person with `restore --undo` brings it to an end: see ADR 23 for its phases.
///
/// The names change in such an order that the files tell how far it came: of the present database its log goes aside
/// first and the file itself last, and comes back the other way round. Nothing that ever had the database's name is
/// deleted.
public final class Restore {
    /// What SQLite keeps beside a database, and would read into another one of that name.
    static final List<String> BESIDE = List.of("-wal", "-shm", "-journal");

    private static final Duration TO_BE_LEFT = Duration.ofSeconds(5);
    private static final int PAUSE = 200;
    private static final String NOTE = "restore";

    private final Path state;
    private final Application application;
    private final Disk disk;

    /// How far it has come, at least.
    private enum Phase {
        /// Nothing but a new file beside the database.
        LAID,
        /// The application is held, the files change their names.
        SWAPPING,
        /// The files have changed their names, and the application may be at work with the new one.
        PROVING,
        /// The files get their names back.
        UNDOING
    }

    /// @param existed whether there was a database before
    /// @param stamp by which no file there is called yet
    /// @param tries how often somebody has begun to bring it to an end
    private record Note(Phase phase, Path database, boolean existed, String stamp, int tries) {
        Note at(Phase next) {
            return new Note(next, database, existed, stamp, tries);
        }

        String name() {
            return String.valueOf(database.getFileName());
        }

        /// The new one, until it has the name.
        String laid() {
            return name() + ".restored-" + stamp;
        }

        /// What was there before, from then on.
        String aside() {
            return name() + ".before-" + stamp;
        }

        /// What had the name meanwhile, once it has not.
        String undone() {
            return name() + ".undone-" + stamp;
        }

        List<String> lines() {
            return List.of(
                    phase.name(), database.toString(), String.valueOf(existed), stamp, String.valueOf(tries), "end");
        }

        static Note of(List<String> lines) throws IOException {
            try {
                return new Note(
                        Phase.valueOf(lines.getFirst()),
                        Path.of(lines.get(1)),
                        Boolean.parseBoolean(lines.get(2)),
                        lines.get(3),
                        Integer.parseInt(lines.get(4)));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new IOException("the note of a restore is damaged: " + lines, e);
            }
        }
    }

    /// Why there is no restored database, and how all is now.
    public static final class Failed extends IOException {
        private static final long serialVersionUID = 1;

        private final End end;

        /// How it ended.
        public enum End {
            UNCHANGED,
            TAKEN_BACK,
            STUCK
        }

        Failed(End end, String why, IOException cause) {
            super(why, cause);
            this.end = end;
        }

        public End end() {
            return end;
        }
    }

    /// @param state root's own folder for the note
    public Restore(Path state, Application application, Disk disk) {
        this.state = state;
        this.application = application;
        this.disk = disk;
    }

    /// @param stamp by which what was there before is named: another one each time
    /// @param content whole and proved, of so many bytes
    /// @param keep whether it stays though the application does not work with it
    /// @return where the database from before is now
    /// @throws Failed in whichever way
    public Path run(
            Path database, Opener opener, String stamp, InputStream content, long bytes, boolean keep, Told tell)
            throws IOException, InterruptedException {
        requireNone();
        Note note = new Note(Phase.LAID, database, opener.exists(), stamp, 0);
        try {
            write(note);
            tell.step("laying the copy down beside " + database);
            Copies.requireRoom(Map.of(Folders.above(database), bytes));
            SqliteCopy.place(content, database, database.resolveSibling(note.laid()), opener, bytes);
            disk.sync(Folders.above(database));
            tell.step("stopping the application");
            note = write(note.at(Phase.SWAPPING));
            application.hold();
            swap(note);
            tell.step("starting the application");
            note = write(note.at(Phase.PROVING));
            prove(keep, tell);
        } catch (IOException e) {
            throw undone(note, e, tell);
        }
        try {
            forget();
        } catch (IOException e) {
            tell.warning("the note of this restore stays until the guard removes it: " + e.getMessage());
        }
        return database.resolveSibling(note.aside());
    }

    private void requireNone() throws IOException {
        if (isUnderWay()) {
            throw new Failed(
                    Failed.End.UNCHANGED,
                    "a restore was cut off; the guard brings it to an end, or: sudo lectio restore --undo",
                    new IOException("it is noted"));
        }
    }

    private void prove(boolean keep, Told tell) throws IOException, InterruptedException {
        Application.Started started = application.release();
        started.failed().forEach(why -> tell.warning(why));
        Optional<String> ill = started.main() ? application.ails() : Optional.empty();
        if (!started.main()) {
            tell.warning("the application was not running before, so it was neither started nor asked");
        }
        if (ill.isPresent() && !keep) {
            throw new IOException("the application does not work with it: " + ill.get());
        }
        ill.ifPresent(why -> tell.warning("the application does not work with it: " + why));
    }

    private Failed undone(Note note, IOException why, Told tell) throws InterruptedException {
        tell.step("taking it back");
        try {
            undo(note).forEach(each -> tell.warning(each));
            return new Failed(
                    note.phase() == Phase.LAID ? Failed.End.UNCHANGED : Failed.End.TAKEN_BACK,
                    "not restored, and the database is the one from before: " + why.getMessage(),
                    why);
        } catch (IOException e) {
            why.addSuppressed(e);
            return new Failed(
                    Failed.End.STUCK,
                    "not restored (" + why.getMessage() + "), and taking it back failed too: " + e.getMessage()
                            + "; when that is mended: sudo lectio restore --undo",
                    why);
        }
    }

    /// Brings to an end what was cut off. Where the application may have begun with the new database it goes on with
    /// that, since what was written there is nowhere else, unless a person wants it back.
    ///
    /// @param back whether that is so
    /// @return what was done; empty where nothing had to be
    public Optional<String> recover(boolean back) throws IOException, InterruptedException {
        Optional<Note> cut = read();
        if (cut.isEmpty()) {
            return Optional.empty();
        }
        Note read = cut.get();
        Note note = new Note(read.phase(), read.database(), read.existed(), read.stamp(), read.tries() + 1);
        write(note);
        List<String> warnings = new ArrayList<>();
        String done;
        if (note.phase() == Phase.PROVING && !back) {
            warnings.addAll(application.release().failed());
            forget();
            done = "a restore was cut off when its copy was in place: the application goes on with it; what was there"
                    + " before is " + note.database().resolveSibling(note.aside())
                    + ", which sudo lectio restore with that name puts back";
        } else {
            warnings.addAll(undo(note));
            done = "a restore of " + note.database() + " is taken back";
        }
        return Optional.of(done + (warnings.isEmpty() ? "" : "; " + String.join("; ", warnings)));
    }

    public boolean isUnderWay() {
        return Files.exists(state.resolve(NOTE));
    }

    /// How often somebody has begun to bring one to an end.
    public int tries() throws IOException {
        return read().map(Note::tries).orElse(0);
    }

    /// @return what did not start again
    private List<String> undo(Note note) throws IOException, InterruptedException {
        List<String> failed = List.of();
        if (note.phase() != Phase.LAID) {
            Note undoing = write(note.at(Phase.UNDOING)); // nobody may take the old one for the new one
            if (isSwapped(undoing)) {
                application.hold();
                putBack(undoing);
            }
            failed = application.release().failed();
        }
        try (HeldFolder folder = HeldFolder.of(Folders.above(note.database()))) {
            disk.delete(folder.path().resolve(note.laid())); // which has never had the name
        }
        forget();
        return failed;
    }

    private boolean isSwapped(Note note) throws IOException {
        try (HeldFolder held = HeldFolder.of(Folders.above(note.database()))) {
            Path folder = held.path();
            boolean aside = isThere(folder, note.aside())
                    || BESIDE.stream().anyMatch(end -> isThere(folder, note.aside() + end));
            return aside || (!note.existed() && !isThere(folder, note.laid()));
        }
    }

    private void swap(Note note) throws IOException, InterruptedException {
        try (HeldFolder held = HeldFolder.of(Folders.above(note.database()));
                Closeable _ = alone(note)) {
            Path folder = held.path();
            for (String end : BESIDE) {
                moveIfThere(folder, note.name() + end, note.aside() + end);
            }
            disk.sync(folder);
            moveIfThere(folder, note.name(), note.aside());
            disk.move(folder.resolve(note.laid()), folder.resolve(note.name()));
            disk.sync(folder);
            requireUnused(folder, List.of(note.name()), Set.of());
            setAside(folder, BESIDE, note);
        }
    }

    /// While the file itself is aside, what has its name is not it, whatever it is; else it never went, or is back.
    private void putBack(Note note) throws IOException, InterruptedException {
        try (HeldFolder held = HeldFolder.of(Folders.above(note.database()));
                Closeable _ = alone(note)) {
            Path folder = held.path();
            boolean isAside = isThere(folder, note.aside());
            if (isAside || (!note.existed() && !isThere(folder, note.laid()))) {
                setAside(folder, BESIDE, note);
                setAside(folder, List.of(""), note);
                disk.sync(folder);
            }
            if (isAside) {
                disk.move(folder.resolve(note.aside()), folder.resolve(note.name()));
                disk.sync(folder);
            }
            for (String end : BESIDE) {
                if (isThere(folder, note.aside() + end)) {
                    setAside(folder, List.of(end), note);
                    disk.move(folder.resolve(note.aside() + end), folder.resolve(note.name() + end));
                }
            }
            disk.sync(folder);
        }
    }

    /// Nobody can use the database until this is closed, however quick he is.
    private static Closeable alone(Note note) throws IOException, InterruptedException {
        try (HeldFolder held = HeldFolder.of(Folders.above(note.database()))) {
            List<String> names = new ArrayList<>(List.of(note.name()));
            BESIDE.forEach(end -> names.add(note.name() + end));
            if (!isThere(held.path(), note.name())) {
                requireUnused(held.path(), names, Set.of());
                return () -> {};
            }
            Opener owner = SqliteCopy.opener(note.database(), Optional.empty());
            SqliteCopy.Lock lock = SqliteCopy.lock(note.database(), owner.user());
            try {
                requireUnused(held.path(), names, lock.processes());
                return lock;
            } catch (IOException | InterruptedException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new IOException(note.database() + " cannot be replaced: " + e.getMessage(), e);
        }
    }

    /// A process that has it open writes its journal by its name, beside the new one. Whoever only looks, as the
    /// guard itself does, is soon gone.
    private static void requireUnused(Path folder, List<String> names, Set<Long> besides)
            throws IOException, InterruptedException {
        Set<String> files = new HashSet<>();
        for (String name : names) {
            Processes.inode(folder.resolve(name), LinkOption.NOFOLLOW_LINKS).ifPresent(files::add);
        }
        long end = System.nanoTime() + TO_BE_LEFT.toNanos();
        List<String> users = new Processes().havingOpen(files, besides);
        while (!users.isEmpty() && System.nanoTime() < end) {
            Thread.sleep(PAUSE);
            users = new Processes().havingOpen(files, besides);
        }
        if (!users.isEmpty()) {
            throw new IOException("others than the application have it open: " + String.join(", ", users)
                    + ": end them, or name their units as app.beside");
        }
    }

    /// Gives these names up, to ones that nothing has.
    private void setAside(Path folder, List<String> ends, Note note) throws IOException {
        for (String end : ends) {
            String to = note.undone();
            for (int i = 2; isThere(folder, to + end); i++) {
                to = note.undone() + "-" + i;
            }
            moveIfThere(folder, note.name() + end, to + end);
        }
    }

    private void moveIfThere(Path folder, String from, String to) throws IOException {
        if (isThere(folder, from)) {
            disk.move(folder.resolve(from), folder.resolve(to));
        }
    }

    private static boolean isThere(Path folder, String name) {
        return Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    private Note write(Note note) throws IOException {
        disk.write(state.resolve(NOTE), note.lines());
        return note;
    }

    private Optional<Note> read() throws IOException {
        try {
            return Optional.of(Note.of(Files.readAllLines(state.resolve(NOTE))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private void forget() throws IOException {
        application.forget();
        disk.delete(state.resolve(NOTE));
        disk.sync(state);
    }
}
