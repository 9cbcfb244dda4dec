package io.lectio.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.core.incident.Level;
import io.lectio.store.HistoryEvent;
import io.lectio.store.HistoryEvent.What;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A year of history, and what its commands take, as a shell starts them from a distribution.
@Tag("bench")
class HistoryBench {
    private static final int INCIDENTS = 2_000;
    private static final int CHECKS = 10;
    private static final int RUNS = 11;
    private static final Duration YEAR = Duration.ofDays(365);

    @TempDir
    private Path home = Path.of("");

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.HOURS);
    private final Map<Path, List<String>> files = new TreeMap<>();

    @Test
    void history() throws Exception {
        layYear();
        Table table = new Table("history", "command", "ms");
        table.row("budget", "200");
        String month = String.valueOf(YearMonth.from(now.atZone(ZoneOffset.UTC)).minusMonths(5));
        for (String command : List.of(
                "version", // what starting takes by itself
                "report",
                "report --month " + month,
                "incidents --json",
                "explain",
                "explain " + INCIDENTS / 2 + " --markdown",
                "explain 1")) {
            List<Long> took = new ArrayList<>();
            for (int i = 0; i < RUNS; i++) {
                took.add(millis(command));
            }
            table.row("`lectio " + command + "`", Table.median(took) + " (" + Table.worst(took) + ")");
        }
        table.below(
                "On disk: %.1f MB of events, %.1f MB of results.".formatted(megabytes("events"), megabytes("results")));
        table.publish();
    }

    private long millis(String command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("target/dist/bin/lectio"));
        line.addAll(Arrays.asList(command.split(" ")));
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectOutput(home.resolve("out").toFile());
        builder.environment().put("LECTIO_HOME", home.toString());
        long began = System.nanoTime();
        assertThat(builder.start().waitFor()).isZero();
        long took = (System.nanoTime() - began) / 1_000_000;
        assertThat(home.resolve("out")).isNotEmptyFile();
        return took;
    }

    private void layYear() throws IOException {
        for (Instant hour = now.minus(YEAR); hour.isBefore(now); hour = hour.plus(1, ChronoUnit.HOURS)) {
            for (int check = 0; check < CHECKS; check++) {
                add("results-", hour, ".tsv", hour + "\tlocalhost\tcheck_" + check + "\t719\t1\t0\t1234\t71234");
            }
        }
        Duration apart = YEAR.dividedBy(INCIDENTS + 1L);
        for (int id = 1; id <= INCIDENTS; id++) {
            incident(id, now.minus(YEAR).plus(apart.multipliedBy(id)));
        }
        for (Map.Entry<Path, List<String>> each : files.entrySet()) {
            Files.createDirectories(each.getKey().getParent());
            try (BufferedWriter out = Files.newBufferedWriter(each.getKey(), StandardOpenOption.CREATE_NEW)) {
                for (String line : each.getValue()) {
                    out.write(line + "\n");
                }
            }
        }
    }

    /// As the guard writes one that is healed in its second attempt.
    private void incident(long id, Instant broken) {
        String words = "www-data is kept out of 1: /var/www/teaching_panel/frontend/build/index.html (0600 root:root)";
        Map<String, Object> cause = Map.of(
                "brokenAt", broken, "openedAt", broken, "subject", "files", "kind", "PathsClosed", "cause", words);
        Map<String, Object> down = Map.of("down", true);
        Map<String, Object> proof = new TreeMap<>(cause);
        proof.putAll(Map.of("down", true, "attempts", 2L, "proof", "14 addresses answer in 31 ms"));
        proof.putAll(Map.of("foundMillis", 40L, "repairedMillis", 90L, "provedMillis", 310L));
        event(broken.plusMillis(40), id, What.OPENED, words, cause);
        event(broken.plusMillis(41), id, What.NOTE, "visitors: http://localhost/: 403 Forbidden", down);
        event(broken.plusMillis(42), 0, What.HEALTH, "FILES is UNHEALTHY: " + words, Map.of());
        for (long attempt = 1; attempt <= 2; attempt++) {
            Instant at = broken.plusMillis(45 * attempt);
            event(at, id, What.ATTEMPT, "attempt " + attempt + ": open-paths", Map.of("attempts", attempt));
            event(at, id, What.RESULT, "0 folders and 1 files changed, 0 left alone; each in " + home, Map.of());
        }
        event(broken.plusMillis(310), id, What.RESOLVED, "proved: 14 addresses answer in 31 ms", proof);
        event(broken.plusMillis(311), 0, What.HEALTH, "FILES is HEALTHY: 16 files open to www-data", Map.of());
        event(broken.plusMillis(1_400), id, What.TOLD, "a message: healed", Map.of("toldMillis", 1_400L));
        event(broken.plusMillis(2_310), id, What.CLOSED, "what comes next is another incident", Map.of());
    }

    private void event(Instant at, long incident, What what, String text, Map<String, Object> more) {
        add(
                "events-",
                at,
                ".jsonl",
                new HistoryEvent(at, "localhost", incident, what, Level.WARNING, text, more).json());
    }

    private void add(String kind, Instant at, String ending, String line) {
        String name = kind + YearMonth.from(at.atZone(ZoneOffset.UTC)) + ending;
        files.computeIfAbsent(home.resolve("state/history").resolve(name), _ -> new ArrayList<>())
                .add(line);
    }

    private double megabytes(String kind) throws IOException {
        try (Stream<Path> all = Files.list(home.resolve("state/history"))) {
            long sum = 0;
            for (Path file : all.filter(each -> each.getFileName().toString().startsWith(kind))
                    .toList()) {
                sum += Files.size(file);
            }
            return sum / 1e6;
        }
    }
}
