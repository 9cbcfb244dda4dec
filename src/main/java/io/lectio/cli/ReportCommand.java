package io.lectio.cli;

import io.lectio.store.Episode;
import io.lectio.store.History;
import io.lectio.store.HistoryEvent;
import io.lectio.store.Hour;
import io.lectio.store.Uptime;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Uptime, and what the guard did for it.
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description =
                "Tells the uptime against 99.9 %%, the error budget, and each incident's times against what is promised,"
                        + " from the guard's own history. Needs no running guard.",
        footer = {"", "Example: lectio report --month 2026-01 --json"})
final class ReportCommand implements Callable<Integer> {
    @Mixin
    private SiteOption site = new SiteOption();

    @Mixin
    private Period period = new Period();

    @Option(names = "--json", description = "The figures as one JSON object, for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        History history = site.history();
        List<HistoryEvent> events = history.events(period.from(), period.to().plus(Duration.ofDays(1)));
        List<Episode> incidents = History.open(events, period.from(), period.to());
        List<Hour> hours = history.results(period.from(), period.to());
        Uptime uptime = Uptime.of(events, hours, incidents, period.from(), period.to());
        System.out.println(
                json
                        ? HistoryText.json(uptime, incidents, hours, period)
                        : HistoryText.report(uptime, incidents, hours, period));
        return LectioCommand.OK;
    }
}
