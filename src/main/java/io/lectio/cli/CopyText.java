package io.lectio.cli;

import io.lectio.core.health.Ailment;
import io.lectio.json.JsonCodec;
import io.lectio.release.Copy;
import io.lectio.release.Told;
import io.lectio.wiring.SiteCopies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/// Copies of the database, for people and for programs, and what the commands about them have in common.
final class CopyText {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    private static final String LINE = "%-16s  %-19s  %10s  %s";

    /// Says what is being done, where the answer does not go.
    static final Told TOLD = new Told() {
        @Override
        public void step(String what) {
            System.err.println(Paint.harmless(what));
        }

        @Override
        public void warning(String what) {
            step("warning: " + what);
        }
    };

    private CopyText() {}

    /// @param verdict what an examination of it said; empty where it has only had that of its beginning
    record Seen(String id, Instant taken, long bytes, String hash, Optional<String> verdict) {
        static Seen of(Copy copy, Optional<String> verdict) {
            return new Seen(copy.id(), copy.taken(), copy.bytes(), copy.hash(), verdict);
        }
    }

    private record All(List<Seen> copies) {}

    static String json(List<Seen> copies) throws IOException {
        return JsonCodec.write(new All(copies));
    }

    static String table(List<Seen> copies) {
        if (copies.isEmpty()) {
            return "There is no copy yet. Make one: sudo lectio backup";
        }
        StringBuilder text = new StringBuilder(LINE.formatted("copy", "taken at", "size", ""));
        for (Seen copy : copies) {
            String verdict = copy.verdict().map(Paint::harmless).orElse("");
            text.append('\n')
                    .append(LINE.formatted(copy.id(), time(copy.taken()), Ailment.size(copy.bytes()), verdict)
                            .stripTrailing());
        }
        return text.toString();
    }

    static String time(Instant taken) {
        return TIME.format(taken.atZone(ZoneId.systemDefault()));
    }

    static void requireRoot() throws IOException {
        if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            throw new LectioCommand.Refused("Copies of the database are root's alone: put sudo before it");
        }
    }

    static int busy() {
        System.err.println("Another process makes or restores a copy just now: try again when it is done");
        return LectioCommand.NO_DAEMON;
    }

    /// Work of its own, while no restore waits for its end.
    static <T> Optional<T> alone(SiteCopies copies, SiteCopies.Work<T> work) throws IOException, InterruptedException {
        return copies.alone(() -> {
            if (copies.isCutOff()) {
                throw new LectioCommand.Refused("A restore was cut off. A guard brings it to an end; to have the"
                        + " database from before back: sudo lectio restore --undo");
            }
            return work.run();
        });
    }
}
