package io.lectio.repair;

import io.lectio.core.health.ProcessView;
import io.lectio.core.health.UnitState;
import io.lectio.host.Processes;
import io.lectio.host.Supervisor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a service was like before it was started anew.
final class Evidence {
    private static final int LOG_BYTES = 32_768;
    private static final int LOG_LINES = 40;
    private static final Duration LOG_AGE = Duration.ofMinutes(2);
    private static final int MOST_FILES = 100;
    private static final long MOST_BYTES = 50_000_000;
    private static final int LONGEST_TELLING = 160;

    /// A line of the journal that systemd itself has not written.
    private static final Pattern OF_A_PROCESS = Pattern.compile("\\S+ \\S+ (?!systemd\\[1])[^\\[]+\\[\\d+]: (.+)");

    private static final Pattern FAILURE = Pattern.compile("(?i)error|fail|denied|refused|in use");
    private static final Pattern TIME = Pattern.compile(
            "\\[?(\\d{4}-\\d\\d-\\d\\d)[ T](\\d\\d:\\d\\d:\\d\\d)(?:[.,]\\d+)?(?: ?([+-]\\d\\d:?\\d\\d|Z))?");
    private static final Pattern SECRET = Pattern.compile("(://[^\\s/:@]*:)\\S+(?=@)"
            + "|(?i)((?:password|passwd|pwd|secret|token|key)['\"]?\\s*[:=]\\s*)(?:'[^']*'|\"[^\"]*\"|\\S+)");

    private final UnitState unit;
    private final List<String> lines = new ArrayList<>();
    private final List<String> telling = new ArrayList<>();

    private Evidence(UnitState unit) {
        this.unit = unit;
    }

    /// Begins with the unit and its processes as they are now.
    static Evidence of(UnitState unit, List<ProcessView> running) {
        Evidence evidence = new Evidence(unit);
        evidence.lines.add("# " + Instant.now() + " " + unit);
        Processes processes = new Processes();
        for (ProcessView process : running) {
            evidence.lines.add("process " + process.pid() + " " + process.name() + " state " + process.state()
                    + " since " + process.started() + " processor "
                    + process.processorTime().toMillis() + " ms, "
                    + processes.waitsIn(process.pid()));
        }
        return evidence;
    }

    /// The last lines that the run which is over has left in the journal.
    void addJournal(Supervisor supervisor) throws InterruptedException {
        try {
            List<String> journal = supervisor.journal(unit);
            lines.add("# journal");
            lines.addAll(journal);
        } catch (IOException e) {
            lines.add("# no journal: " + e.getMessage());
        }
    }

    /// What a run that did not come up has said of it, without secrets; empty where it has said nothing.
    static String lastWords(Supervisor supervisor, UnitState run) throws InterruptedException {
        try {
            List<String> said = supervisor.journal(run).stream()
                    .map(OF_A_PROCESS::matcher)
                    .filter(Matcher::matches)
                    .map(line -> line.group(1))
                    .toList();
            return said.stream()
                    .filter(line -> FAILURE.matcher(line).find())
                    .reduce((_, last) -> last)
                    .or(() -> said.stream().reduce((_, last) -> last))
                    .map(Evidence::told)
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    /// The end of the application's own log, where it is fresh: a traceback's last line tells most.
    void addLog(Path log) {
        try {
            boolean regular = Files.isRegularFile(log, LinkOption.NOFOLLOW_LINKS); // a FIFO would make root wait
            if (!regular) {
                return;
            }
            Instant written =
                    Files.getLastModifiedTime(log, LinkOption.NOFOLLOW_LINKS).toInstant();
            if (isLate(written)) {
                List<String> last = lastLines(log);
                lines.add("# " + log);
                lines.addAll(last.subList(Math.max(0, last.size() - LOG_LINES), last.size()));
                tracebackEnd(last, written);
            }
        } catch (IOException e) {
            lines.add("# no " + log + ": " + e.getMessage());
        }
    }

    private static boolean isLate(Instant time) {
        return time.isAfter(Instant.now().minus(LOG_AGE));
    }

    private static List<String> lastLines(Path log) throws IOException {
        try (FileChannel channel = FileChannel.open(log, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer end = ByteBuffer.allocate(LOG_BYTES);
            channel.read(end, Math.max(0, channel.size() - LOG_BYTES));
            return new String(end.array(), 0, end.position(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    /// The exception that ends the last traceback: the first line after it that is not indented. An old one is not
    /// told: what counts is the last time before it, or in a log without times the file's own.
    private void tracebackEnd(List<String> log, Instant written) {
        Instant at = log.stream().anyMatch(line -> time(line).isPresent()) ? Instant.EPOCH : written;
        boolean inside = false;
        String end = "";
        for (String line : log) {
            at = time(line).orElse(at);
            if (line.startsWith("Traceback (most recent call last)")) {
                inside = true;
            } else if (inside && !line.isBlank() && !line.startsWith(" ")) {
                end = isLate(at) ? line : "";
                inside = false;
            }
        }
        if (!end.isEmpty()) {
            telling.add(told(end));
        }
    }

    /// The time with which a line begins, as gunicorn and Python's logging write it.
    private static Optional<Instant> time(String line) {
        Matcher time = TIME.matcher(line);
        try {
            return time.lookingAt()
                    ? Optional.of(LocalDateTime.parse(time.group(1) + "T" + time.group(2))
                            .atZone(time.group(3) == null ? ZoneId.systemDefault() : ZoneOffset.of(time.group(3)))
                            .toInstant())
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty(); // digits that are no time
        }
    }

    /// As it may be sent to the owner: short, and without what looks like a password.
    static String told(String line) {
        String open = SECRET.matcher(line).replaceAll("$1$2***");
        return open.length() > LONGEST_TELLING ? open.substring(0, LONGEST_TELLING) + "…" : open;
    }

    /// The lines for the owner's message.
    List<String> telling() {
        return telling;
    }

    /// Keeps the newest files. What cannot be saved is told, and is no fault of the repair.
    Path save(Path folder, String name) {
        RepairFiles files = new RepairFiles(folder, MOST_FILES, MOST_BYTES);
        try {
            RepairFiles.Open open = files.create(name, ".txt");
            try (FileChannel channel = open.channel()) {
                ByteBuffer bytes = ByteBuffer.wrap((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(false);
            }
            files.dropOldest(open.file());
            return open.file();
        } catch (IOException e) {
            telling.add("this evidence could not be saved: " + e);
            return folder;
        }
    }
}
