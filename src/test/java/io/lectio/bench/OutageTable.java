package io.lectio.bench;

import io.lectio.testhost.Release;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// What the runs say, for people.
final class OutageTable {
    private final OutageRecord record;

    OutageTable(OutageRecord record) {
        this.record = record;
    }

    void publish(List<String> faults) throws IOException {
        List<String> head = new ArrayList<>(List.of("fault", "host"));
        for (Guards guard : Guards.values()) {
            head.add("[%s](../%s)".formatted(guard.title(), guard.configuration()));
        }
        head.add("lectio's alert");
        Table table = new Table("outage", head.toArray(String[]::new));
        for (String fault : faults) {
            for (Release release : Release.values()) {
                if (!of(fault, release).isEmpty()) {
                    table.row(row(fault, release));
                }
            }
        }
        table.below(weights().markdown());
        table.publish();
    }

    private String[] row(String fault, Release release) {
        List<String> cells = new ArrayList<>(List.of(words(fault), release.codename()));
        for (Guards guard : Guards.values()) {
            List<OutageRun.Result> results = of(fault, release).stream()
                    .filter(result -> result.run().guard() == guard)
                    .toList();
            String restarts = fault.equals("OVERLOAD") && !results.isEmpty()
                    ? ", restarts: "
                            + results.stream()
                                    .mapToInt(OutageRun.Result::starts)
                                    .max()
                                    .orElseThrow()
                    : "";
            cells.add(outage(results) + restarts);
        }
        cells.add(seconds(of(fault, release).stream()
                .map(OutageRun.Result::alertMillis)
                .filter(alert -> alert != OutageRun.Result.NEVER)
                .toList()));
        return cells.toArray(String[]::new);
    }

    private List<OutageRun.Result> of(String fault, Release release) {
        return record.results().stream()
                .filter(result ->
                        result.run().fault().equals(fault) && result.run().release() == release)
                .toList();
    }

    private static String words(String fault) {
        return fault.toLowerCase(Locale.ROOT).replace('_', ' ').replace("+", " + ");
    }

    private static String outage(List<OutageRun.Result> results) {
        List<Long> healed = results.stream()
                .filter(OutageRun.Result::healed)
                .map(OutageRun.Result::outageMillis)
                .toList();
        int never = results.size() - healed.size();
        if (never == 0) {
            return seconds(healed);
        }
        return healed.isEmpty() ? "never" : seconds(healed) + ", never in " + never + " of " + results.size();
    }

    /// Median and worst.
    private static String seconds(List<Long> millis) {
        return millis.isEmpty() ? "" : "%s (%s)".formatted(seconds(Table.median(millis)), seconds(Table.worst(millis)));
    }

    private static String seconds(long millis) {
        return millis < 10_000 ? "%.2f".formatted(millis / 1000.0) : "%.1f".formatted(millis / 1000.0);
    }

    private Table weights() {
        Table table = new Table(
                "",
                "guard",
                "host",
                "resident, MB",
                "proportional, MB",
                "at most, MB (proportional)",
                "idle, % of a core");
        for (Guards guard : Guards.values()) {
            Stream.of(Release.values())
                    .flatMap(release -> record.weights().stream()
                            .filter(weight -> weight.guard() == guard && weight.release() == release))
                    .forEach(weight -> table.row(
                            guard.title(),
                            weight.release().codename(),
                            megabytes(weight.rss()),
                            megabytes(weight.pss()),
                            megabytes(weight.peakRss()) + " (" + megabytes(weight.peakPss()) + ")",
                            "%.2f".formatted(weight.cpuMicros() / (OutageBench.WEIGHED.toSeconds() * 10_000.0))));
        }
        return table;
    }

    private static String megabytes(long kilobytes) {
        return "%.1f".formatted(kilobytes / 1024.0);
    }
}
