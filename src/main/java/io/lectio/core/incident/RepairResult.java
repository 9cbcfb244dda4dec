package io.lectio.core.incident;

import io.lectio.core.health.Finding.Config;
import java.nio.file.Path;
import java.util.List;

/// What a repair did. None of these is a proof: only a request is.
public sealed interface RepairResult {
    /// One English line for logs and terminals.
    default String inWords() {
        return switch (this) {
            case Changed(int folders, int files, var _, int skipped, Path journal) ->
                folders + " folders and " + files + " files changed, " + skipped + " left alone; each in " + journal;
            case Restarted(String unit, boolean killed, List<String> evidence, Path file) ->
                unit + (killed ? " killed and" : "") + " restarted; what was before is in " + file
                        + (evidence.isEmpty() ? "" : ": " + String.join("; ", evidence));
            case Restored(String release, int files, List<String> sample, var kept) ->
                files + " files of release " + release + " put back: " + String.join(", ", sample)
                        + "; what was in their place is in " + kept;
            case RolledBack(String from, String to) -> "release " + to + " is live again in place of " + from;
            case Refused(Config config) -> "refused, " + config.inWords();
            case Forgone(String why) -> "forgone: " + why;
            case Failed(String reason) -> "failed: " + reason;
            case Interrupted() -> "interrupted by the end of the guard";
        };
    }

    /// @param sample the first changes, with what was before and after; the journal on disk has them all
    /// @param skipped entries that were closed and may not be touched
    record Changed(int folders, int files, List<Change> sample, int skipped, Path journal) implements RepairResult {
        public static final int SAMPLE = 20;

        public Changed {
            sample = List.copyOf(sample);
        }
    }

    /// A service was started anew.
    ///
    /// @param killed whether its processes were killed first
    /// @param evidence the lines that tell most of what was before: processes, the journal's last ones, a traceback
    /// @param file where all of the evidence is
    record Restarted(String unit, boolean killed, List<String> evidence, Path file) implements RepairResult {
        public Restarted {
            evidence = List.copyOf(evidence);
        }
    }

    /// @param sample of what was put back, below the web root
    /// @param kept where what was in their place is
    record Restored(String release, int files, List<String> sample, Path kept) implements RepairResult {
        public Restored {
            sample = List.copyOf(sample);
        }
    }

    record RolledBack(String from, String to) implements RepairResult {}

    /// The web server's configuration does not pass its test, so nothing was done.
    record Refused(Config config) implements RepairResult {}

    /// Nothing was started: a person's command, or systemd itself, came first.
    record Forgone(String why) implements RepairResult {}

    /// The repair could not do its work.
    record Failed(String reason) implements RepairResult {}

    /// The guard ended while the repair ran: counted as spent.
    record Interrupted() implements RepairResult {}

    /// Ownership and mode of one entry, before and after, as `owner:group mode`.
    record Change(Path path, String before, String after) {}
}
