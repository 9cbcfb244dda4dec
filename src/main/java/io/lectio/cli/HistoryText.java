package io.lectio.cli;

import io.lectio.drill.Scenario;
import io.lectio.json.JsonCodec;
import io.lectio.store.Episode;
import io.lectio.store.History;
import io.lectio.store.HistoryEvent;
import io.lectio.store.HistoryEvent.What;
import io.lectio.store.Hour;
import io.lectio.store.Uptime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The history for people, in their own time, and for programs, in UTC and with durations as ISO 8601 has them.
final class HistoryText {
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm");
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    private static final DateTimeFormatter MILLI = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS");
    private static final String INCIDENT = "%8s  %-19s  %-8s  %12s  %8s  %s";
    private static final String TIMES = "%8s  %-19s  %-14s  %10s  %10s  %10s  %10s  %s";
    private static final String CHECK = "%-10s  %9s  %8s  %8s  %9s  %9s";
    private static final int SHORT = 60;

    private HistoryText() {}

    /// An incident, and what the plan promises of its kind.
    ///
    /// @param kept empty where nothing is promised, or there is time left
    private record Judged(Episode incident, Optional<String> promise, Optional<Boolean> kept) {
        static Judged of(Episode incident) {
            Optional<Scenario> promise = Scenario.like(incident.kind(), incident.subject());
            boolean early = incident.endedAt().isEmpty()
                    && promise.filter(each ->
                                    incident.brokenAt().plus(each.longest()).isAfter(Instant.now()))
                            .isPresent();
            return new Judged(
                    incident,
                    promise.map(Scenario::promise),
                    promise.filter(_ -> !early)
                            .map(each -> incident.proved()
                                    .filter(proved -> each.isKept(incident.found(), proved))
                                    .isPresent()));
        }
    }

    private record Incidents(List<Episode> incidents) {}

    private record Figures(
            Instant from,
            Instant to,
            String uptimePercent,
            Uptime uptime,
            Duration budget,
            Duration budgetLeft,
            List<Hour> checks,
            List<Judged> incidents) {}

    static String json(List<Episode> incidents) throws IOException {
        return JsonCodec.write(new Incidents(incidents));
    }

    static String json(Uptime uptime, List<Episode> incidents, List<Hour> hours, Period period) throws IOException {
        return JsonCodec.write(new Figures(
                period.from(),
                period.to(),
                percent(uptime),
                uptime,
                uptime.budget(),
                uptime.left(),
                sums(hours),
                incidents.stream().map(Judged::of).toList()));
    }

    static String table(List<Episode> incidents, Period period) {
        List<String> lines = new ArrayList<>();
        lines.add(INCIDENT.formatted("incident", "broken at", "level", "lasted", "attempts", "cause"));
        for (Episode each : incidents) {
            String cause = Paint.harmless(each.cause());
            Optional<Duration> lasted = each.endedAt().map(end -> Duration.between(each.brokenAt(), end));
            lines.add(INCIDENT.formatted(
                    each.incident(),
                    at(SECOND, each.brokenAt()),
                    each.level(),
                    lasted.map(HistoryText::words).orElse("open"),
                    each.attempts(),
                    cause.length() > SHORT ? cause.substring(0, SHORT) + "…" : cause));
        }
        return incidents.isEmpty() ? "Nothing was broken " + words(period) + "." : String.join("\n", lines);
    }

    static String report(Uptime uptime, List<Episode> incidents, List<Hour> hours, Period period) {
        List<String> lines = new ArrayList<>();
        lines.add("The site " + words(period) + ", " + ZoneId.systemDefault());
        lines.add("  not guarded   " + words(uptime.unguarded()) + ", of which nothing is known");
        if (!uptime.guarded().isZero()) {
            Duration left = uptime.left();
            lines.add("  uptime        " + percent(uptime) + " % of " + words(uptime.guarded())
                    + " guarded; 99.9 % is asked");
            lines.add("  error budget  " + words(uptime.budget()) + ": " + words(uptime.down()) + " used, "
                    + (left.isNegative() ? words(left.negated()) + " too much" : words(left) + " left"));
        }
        if (!hours.isEmpty()) {
            lines.add("");
            lines.add(CHECK.formatted("check", "looks", "failed", "unknown", "mean", "slowest"));
        }
        for (Hour each : sums(hours)) {
            String mean = each.sum().dividedBy(each.looks()).toMillis() + " ms";
            String slowest = each.slowest().toMillis() + " ms";
            lines.add(CHECK.formatted(each.check(), each.looks(), each.failed(), each.unknown(), mean, slowest));
        }
        lines.add("");
        lines.add(
                incidents.isEmpty()
                        ? "Nothing was broken."
                        : TIMES.formatted(
                                "incident", "broken at", "promised", "found", "repaired", "proved", "told", "kept"));
        for (Episode each : incidents) {
            Judged judged = Judged.of(each);
            lines.add(TIMES.formatted(
                    each.incident(),
                    at(SECOND, each.brokenAt()),
                    judged.promise().orElse("-"),
                    words(each.found()),
                    words(each.repaired()),
                    words(each.proved()),
                    words(each.told()),
                    judged.kept().map(kept -> kept ? "yes" : "NO").orElse("-") + "  " + each.kind() + " of "
                            + each.subject()));
        }
        return String.join("\n", lines);
    }

    static String course(List<HistoryEvent> events) {
        List<String> lines = new ArrayList<>();
        History.episodes(events).forEach(each -> lines.add(summary(each) + "\n  " + Paint.harmless(each.cause())));
        lines.add("");
        lines.addAll(timeline(events, EnumSet.allOf(What.class)));
        return String.join("\n", lines);
    }

    /// What was said by others stands in blocks of code, where Markdown has no power.
    static String postMortem(List<HistoryEvent> events) {
        List<String> lines = new ArrayList<>();
        lines.add("# Incident " + events.getFirst().incident() + "\n");
        History.episodes(events).forEach(each -> lines.add("- " + summary(each)));
        block(lines, "Timeline", timeline(events, EnumSet.allOf(What.class)));
        block(
                lines,
                "Cause and evidence",
                timeline(events, EnumSet.of(What.OPENED, What.CAUSE, What.NOTE, What.HEALTH)));
        block(lines, "What was done", timeline(events, EnumSet.of(What.ATTEMPT, What.RESULT, What.NEXT, What.LEVEL)));
        block(lines, "Proof", timeline(events, EnumSet.of(What.RESOLVED)));
        return String.join("\n", lines);
    }

    private static void block(List<String> lines, String title, List<String> block) {
        lines.add("\n## " + title + "\n");
        block.forEach(line -> lines.add("    " + line));
        if (block.isEmpty()) {
            lines.add("Nothing.");
        }
    }

    private static List<String> timeline(List<HistoryEvent> events, Set<What> wanted) {
        List<String> lines = new ArrayList<>();
        Instant broken = events.getFirst().at();
        for (HistoryEvent event : events) {
            broken = event.more().get("brokenAt") instanceof Instant at ? at : broken;
            if (wanted.contains(event.what())) {
                double offset = Duration.between(broken, event.at()).toMillis() / 1_000.0;
                String time = at(MILLI, event.at());
                String what = event.what().word();
                lines.add(String.format(
                        Locale.ROOT, "%s  %+10.3f s  %-8s  %s", time, offset, what, Paint.harmless(event.text())));
            }
        }
        return lines;
    }

    private static String summary(Episode each) {
        Judged judged = Judged.of(each);
        return "Incident " + each.incident() + ", " + each.level() + ": " + each.kind() + " of " + each.subject()
                + ", broken " + at(MILLI, each.brokenAt()) + ", found after " + words(each.found()) + ", repaired "
                + words(each.repaired()) + ", proved " + words(each.proved()) + ", told " + words(each.told()) + "; "
                + (each.down() ? "visitors missed the page or the API" : "no visitor was seen to miss anything")
                + judged.promise()
                        .map(promise -> "; promised " + promise
                                + judged.kept()
                                        .map(kept -> kept ? " kept" : ", NOT kept")
                                        .orElse(""))
                        .orElse("");
    }

    private static List<Hour> sums(List<Hour> hours) {
        Map<String, Hour> sums = new TreeMap<>();
        hours.forEach(hour -> sums.merge(hour.check(), hour, Hour::plus));
        return List.copyOf(sums.values());
    }

    private static String words(Period period) {
        return "from " + at(MINUTE, period.from()) + " to " + at(MINUTE, period.to());
    }

    private static String words(Optional<Duration> time) {
        return time.map(HistoryText::words).orElse("-");
    }

    private static String words(Duration time) {
        if (time.toMinutes() == 0) {
            return DrillReport.seconds(Optional.of(time));
        }
        return time.toHours() == 0
                ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
                : time.toHours() + " h " + time.toMinutesPart() + " min";
    }

    /// Never rounded up to what it is not.
    private static String percent(Uptime uptime) {
        return String.format(Locale.ROOT, "%.3f", Math.floor(uptime.percent() * 1_000) / 1_000);
    }

    private static String at(DateTimeFormatter as, Instant time) {
        return as.format(time.atZone(ZoneId.systemDefault()));
    }
}
