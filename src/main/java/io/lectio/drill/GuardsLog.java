package io.lectio.drill;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the guard has written since the drill began: of the first incident after the break, and the first alert.
final class GuardsLog {
    private static final Pattern LINE =
            Pattern.compile("(?m)^(\\S+ \\S+) [A-Z]+ incident (\\d+): (cause:|attempt|repair|resolved).*\\R");
    private static final Pattern ALERT = Pattern.compile("(?m)^(\\d{4}-\\S+ [0-9:.]+) .*\\R");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");
    private static final int MOST_BYTES = 1_000_000;

    private final Path health;
    private final Path alerts;
    private final long healthFrom;
    private final long alertsFrom;
    private Optional<Instant> found = Optional.empty();
    private Optional<Instant> repaired = Optional.empty();
    private Optional<Instant> proved = Optional.empty();
    private Optional<Instant> toldAt = Optional.empty();

    GuardsLog(Path folder) throws IOException {
        health = folder.resolve("health.log");
        alerts = folder.resolve("alerts.log");
        healthFrom = Files.exists(health) ? Files.size(health) : 0;
        alertsFrom = Files.exists(alerts) ? Files.size(alerts) : 0;
    }

    Optional<Instant> found() {
        return found;
    }

    Optional<Instant> repaired() {
        return repaired;
    }

    Optional<Instant> proved() {
        return proved;
    }

    Optional<Instant> toldAt() {
        return toldAt;
    }

    boolean told() {
        return toldAt.isPresent();
    }

    /// @return whether it was so within that time
    boolean await(Instant broken, Predicate<GuardsLog> wanted, Duration within)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + within.toNanos();
        read(broken);
        while (!wanted.test(this) && System.nanoTime() < end) {
            Thread.sleep(20);
            read(broken);
        }
        return wanted.test(this);
    }

    private void read(Instant broken) throws IOException {
        Optional<String> incident = Optional.empty();
        found = Optional.empty();
        repaired = Optional.empty();
        proved = Optional.empty();
        for (Matcher line = LINE.matcher(text(health, healthFrom)); line.find(); ) {
            Optional<Instant> at = at(line.group(1)).filter(time -> !time.isBefore(broken.minusMillis(1)));
            boolean begins = line.group(3).equals("cause:") || line.group(3).equals("attempt");
            if (at.isPresent() && incident.isEmpty() && begins) {
                incident = Optional.of(line.group(2));
                found = at;
            }
            if (incident.filter(line.group(2)::equals).isPresent()
                    && line.group(3).equals("repair")) {
                repaired = repaired.or(() -> at);
            } else if (incident.filter(line.group(2)::equals).isPresent()
                    && line.group(3).equals("resolved")) {
                proved = proved.or(() -> at);
            }
        }
        if (toldAt.isEmpty() && found.isPresent()) {
            Instant since = found.get();
            toldAt = ALERT.matcher(text(alerts, alertsFrom))
                    .results()
                    .flatMap(line -> at(line.group(1)).stream())
                    .filter(time -> !time.isBefore(since))
                    .findFirst();
        }
    }

    private static String text(Path file, long from) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.clamp(channel.size() - from, 0, MOST_BYTES));
            int _ = channel.read(bytes, from);
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }

    private static Optional<Instant> at(String text) {
        try {
            return Optional.of(LocalDateTime.parse(text, TIME)
                    .atZone(ZoneId.systemDefault())
                    .toInstant());
        } catch (java.time.DateTimeException e) {
            return Optional.empty();
        }
    }
}
