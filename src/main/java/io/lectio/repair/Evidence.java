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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What a service was like before it was started anew.
final class Evidence {
    private static final int LOG_BYTES = 32_768;
    private static final int LOG_LINES = 40;
    private static final Duration LOG_AGE = Duration.ofMinutes(2);
    private static final int MOST_FILES = 100;
    private static final long MOST_BYTES = 50_000_000;
    private static final int LONGEST_TELLING = 160;

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

    /// The end of the application's own log, where it is fresh: a traceback's last line tells most.
    void addLog(Path log) {
        try {
            boolean regular = Files.isRegularFile(log, LinkOption.NOFOLLOW_LINKS); // a FIFO would make root wait
            if (!regular
                    || Files.getLastModifiedTime(log, LinkOption.NOFOLLOW_LINKS)
                            .toInstant()
                            .isBefore(Instant.now().minus(LOG_AGE))) {
                return;
            }
            List<String> last = lastLines(log);
            lines.add("# " + log);
            lines.addAll(last);
            tracebackEnd(last);
        } catch (IOException e) {
            lines.add("# no " + log + ": " + e.getMessage());
        }
    }

    private static List<String> lastLines(Path log) throws IOException {
        try (FileChannel channel = FileChannel.open(log, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer end = ByteBuffer.allocate(LOG_BYTES);
            channel.read(end, Math.max(0, channel.size() - LOG_BYTES));
            List<String> all = new String(end.array(), 0, end.position(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return all.subList(Math.max(0, all.size() - LOG_LINES), all.size());
        }
    }

    /// The exception that ends the last traceback: the first line after it that is not indented.
    private void tracebackEnd(List<String> log) {
        int from = -1;
        for (int i = 0; i < log.size(); i++) {
            if (log.get(i).startsWith("Traceback (most recent call last)")) {
                from = i;
            }
        }
        log.stream()
                .skip(from < 0 ? log.size() : from + 1)
                .filter(line -> !line.isBlank() && !line.startsWith(" "))
                .findFirst()
                .map(line -> line.length() > LONGEST_TELLING ? line.substring(0, LONGEST_TELLING) + "…" : line)
                .ifPresent(telling::add);
    }

    /// The lines for the owner's message.
    List<String> telling() {
        return telling;
    }

    /// Keeps the newest files.
    Path save(Path folder, String name) throws IOException {
        RepairFiles files = new RepairFiles(folder, MOST_FILES, MOST_BYTES);
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
    }
}
