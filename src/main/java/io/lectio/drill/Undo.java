package io.lectio.drill;

import io.lectio.core.health.UnitState.Active;
import io.lectio.host.Child;
import io.lectio.host.Pinned;
import io.lectio.host.Signals;
import io.lectio.host.Subordinate;
import io.lectio.host.systemd.Systemd;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/// What puts a break back: written and synced before it, carried out by the drill at its end; by a process of its
/// own, which no terminal reaches, when the drill ends without; and by the next drill, when the machine was cut
/// off.
public final class Undo {
    static final String BROKEN = "broken";
    private static final Duration TO_START = Duration.ofSeconds(20);

    private final Path folder;
    private final Properties notes = new Properties();

    /// @param folder the drills' own
    Undo(Path folder) {
        this.folder = folder;
    }

    /// A file's owner, mode and content as they are now.
    void keep(Path file, boolean content) throws IOException {
        try (Pinned pinned = Pinned.of(file)) {
            notes.setProperty("file", file.toString());
            for (String attribute : new String[] {"ino", "mode", "uid", "gid"}) {
                notes.setProperty(attribute, String.valueOf(Files.getAttribute(pinned.path(), "unix:" + attribute)));
            }
            if (content) {
                write(folder.resolve("content"), Files.readAllBytes(pinned.path()));
                notes.setProperty("content", "kept");
            }
        }
    }

    /// Processes that are going to be stopped.
    void keep(int pid) {
        notes.setProperty("stopped." + pid, started(pid));
    }

    /// A unit of systemd that is to be active.
    void keep(String unit) {
        notes.setProperty("unit", unit);
    }

    private static String started(int pid) {
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().startInstant())
                .orElse(Instant.EPOCH)
                .toString();
    }

    /// Must return before anything is broken.
    void save() throws IOException {
        Path beside = folder.resolve("undo.new");
        try (FileChannel channel = FileChannel.open(
                        beside,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING);
                OutputStream out = Channels.newOutputStream(channel)) {
            notes.store(out, null);
            channel.force(true);
        }
        Files.move(beside, folder.resolve("undo"), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel synced = FileChannel.open(folder, StandardOpenOption.READ)) {
            synced.force(true);
        }
    }

    private static void write(Path file, byte[] content) throws IOException {
        Files.write(
                file,
                content,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.SYNC);
    }

    /// Puts back what is noted, if anything is.
    public static void carryOut(Path folder) throws IOException, InterruptedException {
        Undo undo = new Undo(folder);
        try (InputStream in = Files.newInputStream(folder.resolve("undo"))) {
            undo.notes.load(in);
        } catch (NoSuchFileException e) {
            return;
        }
        undo.carryOut();
        Files.deleteIfExists(folder.resolve("undo"));
        Files.deleteIfExists(folder.resolve("content"));
    }

    private void carryOut() throws IOException, InterruptedException {
        for (String key : notes.stringPropertyNames()) {
            if (key.startsWith("stopped.")) {
                int pid = Integer.parseInt(key.substring("stopped.".length()));
                if (started(pid).equals(notes.getProperty(key))) {
                    boolean _ = Signals.send(pid, Signals.CONT);
                }
            }
        }
        if (notes.containsKey("file")) {
            putBack(Path.of(notes.getProperty("file")));
        }
        if (notes.containsKey("unit")) {
            try (Systemd systemd = new Systemd()) {
                Active active = systemd.unit(notes.getProperty("unit")).active();
                if (active == Active.FAILED || active == Active.INACTIVE) {
                    systemd.restart(notes.getProperty("unit"), TO_START);
                }
            }
        }
    }

    /// Unless it is another file by now, or has another content than the drill's.
    private void putBack(Path file) throws IOException {
        try (Pinned pinned = Pinned.of(file)) {
            Path path = pinned.path();
            if (!notes.getProperty("ino").equals(String.valueOf(Files.getAttribute(path, "unix:ino")))) {
                return;
            }
            for (String attribute : new String[] {"uid", "gid", "mode"}) {
                Object was = Integer.valueOf(notes.getProperty(attribute));
                if (!was.equals(Files.getAttribute(path, "unix:" + attribute))) {
                    Files.setAttribute(path, "unix:" + attribute, was);
                }
            }
            boolean ours = notes.containsKey("content") && Files.size(path) <= BROKEN.length();
            if (ours && BROKEN.startsWith(Files.readString(path))) {
                write(path, Files.readAllBytes(folder.resolve("content")));
            }
        } catch (NoSuchFileException e) {
            return;
        }
    }

    /// Starts the process that carries it out when this one ends, and returns when it is ready.
    static Process watch(Path folder) throws IOException, InterruptedException {
        Path log = folder.resolve("watcher.log");
        Files.deleteIfExists(log);
        List<String> command = new ArrayList<>(Child.again(Undo.class));
        command.add(folder.toString());
        Process watcher = Child.start(command, log);
        long end = System.nanoTime() + TO_START.toNanos();
        while (Files.size(log) == 0) {
            if (!watcher.isAlive() || System.nanoTime() > end) {
                throw new IOException("nothing is broken, since what would put it back does not start: " + log);
            }
            Thread.sleep(10);
        }
        return watcher;
    }

    /// Argument: the drills' folder. Its input ends with the drill.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Subordinate.leaveTerminal();
        System.out.println("watches");
        while (System.in.read() >= 0) {}
        carryOut(Path.of(arguments[0]));
    }
}
