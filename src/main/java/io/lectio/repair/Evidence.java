package io.lectio.repair;

import io.lectio.core.health.ProcessView;
import io.lectio.core.health.UnitState;
import io.lectio.host.AppLog;
import io.lectio.host.LastWords;
import io.lectio.host.Processes;
import io.lectio.host.Supervisor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What a service was like before it was started anew.
final class Evidence {
    private static final int LOG_LINES = 40;
    private static final int MOST_FILES = 100;
    private static final long MOST_BYTES = 50_000_000;

    private static final Pattern FAILURE = Pattern.compile("(?i)error|fail|denied|refused|in use");

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
            List<String> said = LastWords.of(supervisor.journal(run));
            return said.stream()
                    .filter(line -> FAILURE.matcher(line).find())
                    .reduce((_, last) -> last)
                    .or(() -> said.stream().reduce((_, last) -> last))
                    .map(LastWords::told)
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    /// The end of the application's own log, where it is fresh: a traceback's last line tells most.
    void addLog(Path log) {
        try {
            AppLog end = AppLog.end(log);
            if (!end.lines().isEmpty()) {
                lines.add("# " + log);
                end.lines().stream()
                        .skip(Math.max(0, end.lines().size() - LOG_LINES))
                        .forEach(line -> lines.add(line.text()));
                end.exception().ifPresent(telling::add);
            }
        } catch (IOException e) {
            lines.add("# no " + log + ": " + e.getMessage());
        }
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
