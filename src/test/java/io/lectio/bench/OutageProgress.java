package io.lectio.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A line on the console for each run that ends: how many of how many, and about how long the rest takes.
final class OutageProgress {
    private static final Duration WEIGHING = OutageBench.WEIGHED.multipliedBy(2);

    private final Map<Guards, List<Duration>> took = new EnumMap<>(Guards.class);
    private final Map<OutageRun, String> said = new HashMap<>();
    private final List<OutageRun> left = new ArrayList<>();
    private int all;
    private int hosts = 1;

    synchronized void plan(List<OutageRun> runs, List<OutageRun> weighings, int sideBySide) {
        left.addAll(runs);
        left.addAll(weighings);
        all = left.size();
        hosts = sideBySide;
        System.out.println(all + " runs, " + hosts + " at a time, " + rest());
    }

    synchronized void measured(OutageRun.Result result) {
        said.put(
                result.run(),
                (result.healed() ? "%.2f s".formatted(result.outageMillis() / 1000.0) : "never")
                        + (result.alertMillis() < 0 ? "" : ", alert %.2f s".formatted(result.alertMillis() / 1000.0)));
    }

    synchronized void done(OutageRun run, Duration duration, String failure) {
        left.remove(run);
        if (!run.fault().equals("weight")) {
            took.computeIfAbsent(run.guard(), _ -> new ArrayList<>()).add(duration);
        }
        System.out.printf(
                "%d of %d: %s: %s (%s)%n",
                all - left.size(), all, run, failure.isEmpty() ? said.getOrDefault(run, "weighed") : failure, rest());
    }

    private String rest() {
        Duration sum = left.stream()
                .map(this::expected)
                .reduce(Duration.ZERO, Duration::plus)
                .dividedBy(hosts);
        return "about " + Math.ceilDiv(sum.toSeconds(), 60) + " min left";
    }

    private Duration expected(OutageRun run) {
        if (run.fault().equals("weight")) {
            return WEIGHING;
        }
        List<Duration> seen = Objects.requireNonNullElse(took.get(run.guard()), List.of());
        return seen.isEmpty()
                ? run.guard().guess()
                : seen.stream().reduce(Duration.ZERO, Duration::plus).dividedBy(seen.size());
    }
}
