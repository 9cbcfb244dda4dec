package io.lectio.bench;

import io.lectio.testhost.Fault;
import io.lectio.testhost.FaultPair;
import io.lectio.testhost.Faults;
import io.lectio.testhost.GuardKilled;
import io.lectio.testhost.Overload;
import io.lectio.testhost.Release;
import io.lectio.testhost.ServiceFaults;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What the runs say, for people.
final class OutageTable {
    private final OutageRecord record;

    OutageTable(OutageRecord record) {
        this.record = record;
    }

    void publish(List<Fault> faults) throws IOException {
        Table table =
                table("outage", "fault", one -> !isPair(one) && !isGuardKilled(one), List.of(Guards.values()), faults);
        List<Guards> lectio = List.of(Guards.LECTIO);
        Table killed =
                table("", "guard killed in the middle of its repair", OutageTable::isGuardKilled, lectio, faults);
        Table pairs = table("", "two faults at once", OutageTable::isPair, lectio, faults);
        Stream.of(killed, pairs, weights())
                .filter(each -> !each.isEmpty())
                .forEach(each -> table.below(each.markdown()));
        table.publish();
    }

    private static boolean isPair(Fault fault) {
        return fault instanceof FaultPair;
    }

    private static boolean isGuardKilled(Fault fault) {
        return fault instanceof GuardKilled;
    }

    private Table table(String name, String first, Predicate<Fault> shown, List<Guards> guards, List<Fault> faults) {
        List<String> head = new ArrayList<>(List.of(first, "host"));
        guards.forEach(guard -> head.add("[%s](../%s)".formatted(guard.title(), guard.configuration())));
        head.add("budget");
        head.add("lectio's alert, budget " + words(Budget.ALERT));
        Table table = new Table(name, head.toArray(String[]::new));
        faults.stream().filter(shown).forEach(fault -> {
            for (Release release : Release.values()) {
                if (!of(fault, release).isEmpty()) {
                    table.row(row(fault, release, guards));
                }
            }
        });
        return table;
    }

    private String[] row(Fault fault, Release release, List<Guards> guards) {
        List<String> cells = new ArrayList<>(List.of(words(fault), release.codename()));
        Optional<Budget> budget = Budget.of(fault);
        for (Guards guard : guards) {
            List<OutageRun.Result> results = of(fault, release).stream()
                    .filter(result -> result.run().guard() == guard)
                    .toList();
            cells.add(outage(results, budget.filter(_ -> guard == Guards.LECTIO)) + restarts(fault, results));
        }
        cells.add(budget.map(OutageTable::words).orElse(fault instanceof Overload ? "restarts: 0" : ""));
        List<Long> alerts = of(fault, release).stream()
                .map(OutageRun.Result::alertMillis)
                .filter(alert -> alert != OutageRun.Result.NEVER)
                .toList();
        cells.add(seconds(alerts, Optional.of(Budget.ALERT)));
        return cells.toArray(String[]::new);
    }

    private static String restarts(Fault fault, List<OutageRun.Result> results) {
        if (!(fault instanceof Overload) || results.isEmpty()) {
            return "";
        }
        int most = results.stream().mapToInt(OutageRun.Result::starts).max().orElseThrow();
        return ", restarts: " + most;
    }

    private List<OutageRun.Result> of(Fault fault, Release release) {
        return record.results().stream()
                .filter(result -> result.run().fault().equals(fault.name())
                        && result.run().release() == release)
                .toList();
    }

    private static String words(Fault fault) {
        return switch (fault) {
            case FaultPair(Fault one, Fault other) -> words(one) + " + " + words(other);
            case GuardKilled(Fault repaired) -> words(repaired);
            case Faults _, ServiceFaults _, Overload _ ->
                fault.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        };
    }

    private static String words(Budget budget) {
        return number(budget.median().toMillis()) + " (" + number(budget.worst().toMillis()) + ")";
    }

    private static String number(long millis) {
        return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
    }

    private static String outage(List<OutageRun.Result> results, Optional<Budget> budget) {
        List<Long> healed = results.stream()
                .filter(OutageRun.Result::healed)
                .map(OutageRun.Result::outageMillis)
                .toList();
        int never = results.size() - healed.size();
        if (never == 0) {
            return seconds(healed, budget);
        }
        String told = healed.isEmpty() ? "never" : "never in " + never + " of " + results.size();
        return (healed.isEmpty() ? "" : seconds(healed, budget) + ", ") + (budget.isEmpty() ? told : bold(told));
    }

    /// Median and worst, in bold what breaks the budget.
    private static String seconds(List<Long> millis, Optional<Budget> budget) {
        return millis.isEmpty()
                ? ""
                : "%s (%s)"
                        .formatted(
                                seconds(Table.median(millis), budget.map(Budget::median)),
                                seconds(Table.worst(millis), budget.map(Budget::worst)));
    }

    private static String seconds(long millis, Optional<Duration> most) {
        String text = (millis < 10_000 ? "%.2f" : "%.1f").formatted(millis / 1000.0);
        return most.filter(limit -> millis > limit.toMillis()).isPresent() ? bold(text) : text;
    }

    private static String bold(String text) {
        return "**" + text + "**";
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
