package io.lectio.store;

import io.lectio.engine.EventLog;
import io.lectio.host.Journal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// `health.log` and `alerts.log`, and the same lines on the terminal, or with their fields in the journal. One
/// event is one line: what would break a line is written as an escape. Each line is opened, appended and closed, so
/// that any rotation from outside just works; at 10 MB the file is set aside by itself, once. The files have a line
/// when the call returns; the terminal has it a little later, or not at all where nobody reads.
public final class LogFiles implements EventLog, AutoCloseable {
    private static final long LARGEST = 10_000_000;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");

    private final Path folder;
    private final InstantSource clock;
    private final ZoneId zone;
    private final Terminal terminal;
    private final boolean shown;

    public LogFiles(Path folder, InstantSource clock, ZoneId zone, PrintStream terminal) {
        this(folder, clock, zone, terminal, true);
    }

    /// @param shown whether the terminal has the files' lines; otherwise it has only what is said to it
    public LogFiles(Path folder, InstantSource clock, ZoneId zone, PrintStream terminal, boolean shown) {
        this.shown = shown;
        this.folder = folder;
        this.clock = clock;
        this.zone = zone;
        this.terminal = new Terminal(terminal, isJournal() ? Optional.of(Journal.SOCKET) : Optional.empty());
    }

    /// Makes the files that are not there yet, so that whoever looks for one of the plan's four finds it.
    public void begin() throws IOException {
        for (String name : List.of("health", "alerts", "deploy", "cron")) {
            Path file = folder.resolve(name + ".log");
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
        }
    }

    /// Whether standard output is systemd's journal, as it says itself: see `JOURNAL_STREAM` in systemd.exec(5).
    private static boolean isJournal() {
        String stream = System.getenv("JOURNAL_STREAM");
        try {
            Map<String, Object> out = Files.readAttributes(Path.of("/proc/self/fd/1"), "unix:dev,ino");
            return (out.get("dev") + ":" + out.get("ino")).equals(stream);
        } catch (IOException e) {
            return false;
        }
    }

    /// To the terminal alone.
    public void say(String line) {
        terminal.print(oneLine(line), Optional.empty());
    }

    @Override
    public synchronized void write(Line said) {
        String name = said.log().name().toLowerCase(Locale.ROOT) + ".log";
        String line = TIME.format(clock.instant().atZone(zone)) + " " + said.level() + " " + oneLine(said.text());
        if (shown) {
            terminal.print(line, Optional.of(said));
        }
        try {
            Path file = folder.resolve(name);
            if (Files.exists(file) && Files.size(file) > LARGEST) {
                Files.move(file, folder.resolve(name + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.write(
                    file,
                    (line + "\n").getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            terminal.print("cannot write " + name + ": " + e, Optional.empty()); // a full disk must not stop the guard
        }
    }

    /// Says the rest on the terminal.
    @Override
    public void close() {
        terminal.close();
    }

    static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            boolean control = point < 0x20
                    || point == 0x7f
                    || (point >= 0x80 && point < 0xa0)
                    || point == 0x2028
                    || point == 0x2029
                    || Character.getType(point) == Character.FORMAT
                    || Character.getType(point) == Character.SURROGATE;
            line.append(control ? "\\u%04x".formatted(point) : Character.toString(point));
        });
        return line.toString();
    }
}
