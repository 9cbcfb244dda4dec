package io.lectio.store;

import io.lectio.core.incident.Level;
import io.lectio.engine.EventLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Lines to the history's files, by a thread of its own: no disk holds the guard up. What a full one does not take
/// waits; what is too much to wait is left out, counted and said.
final class Appender implements AutoCloseable {
    private static final int QUEUE = 512;
    /// This month's and those of a year and a month before: counted, not dated, for a clock may be set to any year.
    /// Of a month, in bytes: a hundred times what an ordinary year takes.
    private static final long LARGEST = 100_000_000;

    private static final int MONTHS = 14;

    private static final Duration TO_WRITE_THE_REST = Duration.ofMillis(500);
    private static final Set<StandardOpenOption> APPEND =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);

    private record Line(Path file, String text) {}

    private final Path folder;
    private final EventLog log;
    /// Empty for the end.
    private final BlockingQueue<Optional<Line>> lines = new ArrayBlockingQueue<>(QUEUE);

    private final AtomicLong leftOut = new AtomicLong();
    private final Thread writer;
    private boolean failing;

    Appender(Path folder, EventLog log) {
        this.folder = folder;
        this.log = log;
        writer = Thread.ofPlatform().name("history").daemon().start(this::write);
    }

    void put(String name, String text) {
        if (!lines.offer(Optional.of(new Line(folder.resolve(name), text)))) {
            leftOut.incrementAndGet();
        }
    }

    private void write() {
        Deque<Line> waiting = new ArrayDeque<>();
        try {
            for (Optional<Line> line = lines.take(); line.isPresent(); line = lines.take()) {
                waiting.add(line.get());
                while (!waiting.isEmpty() && append(waiting.peek())) {
                    waiting.remove();
                }
                if (waiting.size() > QUEUE) {
                    waiting.remove();
                    leftOut.incrementAndGet();
                }
                if (waiting.isEmpty() && leftOut.get() > 0) {
                    log.health(Level.WARNING, leftOut.getAndSet(0) + " lines are left out of the history");
                }
            }
        } catch (InterruptedException e) {
            return; // nobody interrupts but the end of the process
        }
    }

    /// Whether it is in the file, whole. A line that somebody's end has torn is ended first.
    private boolean append(Line line) {
        try {
            prepare(line.file());
            try (FileChannel file = FileChannel.open(
                    line.file(),
                    APPEND,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")))) {
                long end = file.size();
                if (end > LARGEST) {
                    leftOut.incrementAndGet();
                    return true;
                }
                ByteBuffer last = ByteBuffer.allocate(1);
                boolean torn = end > 0 && file.read(last, end - 1) == 1 && last.get(0) != '\n';
                if (torn) {
                    log.health(Level.WARNING, line.file() + ": its last line was torn, and is left out");
                }
                ByteBuffer bytes =
                        ByteBuffer.wrap(((torn ? "\n" : "") + line.text() + "\n").getBytes(StandardCharsets.UTF_8));
                try {
                    for (long at = end; bytes.hasRemaining(); ) {
                        at += file.write(bytes, at);
                    }
                } catch (IOException e) {
                    file.truncate(end); // a full disk takes a part of it
                    throw e;
                }
            }
            failing = false;
            return true;
        } catch (IOException | UncheckedIOException e) { // the latter of listing a folder
            if (!failing) {
                log.health(Level.WARNING, "the history cannot be written, and waits: " + e);
            }
            failing = true;
            return false;
        }
    }

    private void prepare(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createDirectories(folder);
            String name = file.getFileName().toString();
            List<Path> months = History.files(folder, name.substring(0, name.indexOf('-') + 1));
            for (Path old : months.stream().skip(MONTHS - 1).toList()) {
                Files.deleteIfExists(old);
            }
        }
    }

    /// Writes the rest, where the disk takes it in time.
    @Override
    public void close() {
        boolean _ = lines.offer(Optional.empty());
        try {
            boolean _ = writer.join(TO_WRITE_THE_REST);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
