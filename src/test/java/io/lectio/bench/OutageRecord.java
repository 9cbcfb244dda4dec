package io.lectio.bench;

import io.lectio.testhost.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What was measured, a line each in two files of target/bench, so that a stopped benchmark goes on where it was.
final class OutageRecord {
    private static final Path RUNS = Path.of("target/bench/outage.tsv");
    private static final Path WEIGHTS = Path.of("target/bench/outage-weight.tsv");

    private final List<OutageRun.Result> results = new ArrayList<>();
    private final List<Weight> weights = new ArrayList<>();

    /// What a guard weighs and uses while nothing happens.
    record Weight(Release release, Guards guard, long rss, long pss, long peakRss, long peakPss, long cpuMicros) {}

    private OutageRecord() {}

    static OutageRecord open(boolean fresh) throws IOException {
        Files.createDirectories(RUNS.getParent());
        if (fresh) {
            Files.deleteIfExists(RUNS);
            Files.deleteIfExists(WEIGHTS);
        }
        OutageRecord record = new OutageRecord();
        for (String[] field : lines(RUNS, 7)) {
            OutageRun run = new OutageRun(field[0], release(field[1]), guard(field[2]), Integer.parseInt(field[3]));
            // two benchmarks at a time may have made the same run; the later one counts
            record.results.removeIf(earlier -> earlier.run().equals(run));
            record.results.add(new OutageRun.Result(
                    run, Long.parseLong(field[4]), Long.parseLong(field[5]), Integer.parseInt(field[6])));
        }
        for (String[] field : lines(WEIGHTS, 7)) {
            Release release = release(field[0]);
            Guards guard = guard(field[1]);
            record.weights.removeIf(earlier -> earlier.release() == release && earlier.guard() == guard);
            record.weights.add(new Weight(
                    release,
                    guard,
                    Long.parseLong(field[2]),
                    Long.parseLong(field[3]),
                    Long.parseLong(field[4]),
                    Long.parseLong(field[5]),
                    Long.parseLong(field[6])));
        }
        return record;
    }

    /// Whole lines only: the last may be cut where the benchmark was killed.
    private static List<String[]> lines(Path file, int fields) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        String text = Files.readString(file);
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        if (whole.length() < text.length()) {
            Files.writeString(file, whole);
        }
        return whole.lines()
                .map(line -> line.split("\t", -1))
                .filter(line -> line.length == fields)
                .toList();
    }

    private static Release release(String codename) {
        return Release.valueOf(codename.toUpperCase(Locale.ROOT));
    }

    private static Guards guard(String name) {
        return Guards.valueOf(name.toUpperCase(Locale.ROOT));
    }

    synchronized void add(OutageRun.Result result) throws IOException {
        results.add(result);
        OutageRun run = result.run();
        append(
                RUNS,
                run.fault(),
                run.release().codename(),
                run.guard().name().toLowerCase(Locale.ROOT),
                run.number(),
                result.outageMillis(),
                result.alertMillis(),
                result.starts());
    }

    synchronized void add(Weight weight) throws IOException {
        weights.add(weight);
        append(
                WEIGHTS,
                weight.release().codename(),
                weight.guard().name().toLowerCase(Locale.ROOT),
                weight.rss(),
                weight.pss(),
                weight.peakRss(),
                weight.peakPss(),
                weight.cpuMicros());
    }

    private static void append(Path file, Object... fields) throws IOException {
        List<String> texts = new ArrayList<>();
        for (Object field : fields) {
            texts.add(field.toString());
        }
        Files.writeString(file, String.join("\t", texts) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    synchronized List<OutageRun.Result> results() {
        return List.copyOf(results);
    }

    synchronized List<Weight> weights() {
        return List.copyOf(weights);
    }
}
