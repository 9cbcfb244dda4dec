package io.lectio.store;

import io.lectio.core.incident.Level;
import io.lectio.engine.EventLog.Line;
import io.lectio.host.Journal;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Lines to the terminal or journal, by a thread of its own: whoever stops reading there (a full pipe, Ctrl-S) holds
/// up nobody else. What does not fit into the queue is left out and counted; the files have it.
final class Terminal implements AutoCloseable {
    private static final int QUEUE = 1_024;
    private static final Duration TO_SAY_THE_REST = Duration.ofMillis(500);

    private record Shown(String text, Optional<Line> entry) {}

    /// Empty for the end.
    private final BlockingQueue<Optional<Shown>> lines = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong leftOut = new AtomicLong();
    private final PrintStream out;
    private final Optional<Path> journal;
    private final Thread writer;

    /// @param journal the journal's socket, where what is printed goes there anyway
    Terminal(PrintStream out, Optional<Path> journal) {
        this.out = out;
        this.journal = journal;
        writer = Thread.ofPlatform().name("terminal").daemon().start(this::write);
    }

    /// @param entry what the journal has in its place
    void print(String text, Optional<Line> entry) {
        if (!lines.offer(Optional.of(new Shown(text, entry)))) {
            leftOut.incrementAndGet();
        }
    }

    private void write() {
        Optional<Journal> fields = journal.map(Journal::new);
        try {
            for (Optional<Shown> line = lines.take(); line.isPresent(); line = lines.take()) {
                Shown shown = line.get();
                if (fields.isEmpty()
                        || shown.entry().isEmpty()
                        || !fields.get().send(entry(shown.entry().get()))) {
                    out.println(priority(shown) + shown.text());
                }
                long missing = leftOut.getAndSet(0);
                if (missing > 0) {
                    out.println("(" + missing + " lines are left out here: the log files have them)");
                }
            }
        } catch (InterruptedException e) {
            return; // nobody interrupts but the end of the process
        } finally {
            fields.ifPresent(Journal::close);
        }
    }

    /// As the journal reads it from the beginning of a line: see sd-daemon(3).
    private String priority(Shown shown) {
        return journal.flatMap(_ -> shown.entry())
                .map(line -> "<" + priority(line.level()) + ">")
                .orElse("");
    }

    /// The fields of systemd.journal(7), and `LECTIO_LOG`, `LECTIO_SITE`, `LECTIO_INCIDENT`, `LECTIO_KIND`.
    private static Map<String, String> entry(Line line) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("MESSAGE", line.level() + " " + LogFiles.oneLine(line.text()));
        fields.put("PRIORITY", priority(line.level()));
        fields.put("SYSLOG_IDENTIFIER", "lectio");
        fields.put("LECTIO_LOG", word(line.log()));
        fields.put("LECTIO_KIND", word(line.remark().kind()));
        if (!line.site().isEmpty()) {
            fields.put("LECTIO_SITE", line.site());
        }
        if (line.remark().incident() != 0) {
            fields.put("LECTIO_INCIDENT", String.valueOf(line.remark().incident()));
        }
        return fields;
    }

    private static String word(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }

    /// As syslog(3) numbers them.
    private static String priority(Level level) {
        return switch (level) {
            case CRITICAL -> "2";
            case WARNING -> "4";
            case INFO -> "6";
        };
    }

    /// Says the rest, where somebody reads it.
    @Override
    public void close() {
        boolean _ = lines.offer(Optional.empty());
        try {
            boolean _ = writer.join(TO_SAY_THE_REST);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
