package io.lectio.cli;

import io.lectio.store.Episode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Lists what was broken.
@Command(
        name = "incidents",
        mixinStandardHelpOptions = true,
        description = "Lists what was broken, from the guard's own history. Needs no running guard.",
        footer = {"", "Example: lectio incidents --month 2026-01"})
final class IncidentsCommand implements Callable<Integer> {
    @Mixin
    private SiteOption site = new SiteOption();

    @Mixin
    private Period period = new Period();

    @Option(names = "--json", description = "The incidents as JSON, for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        List<Episode> incidents = site.history().incidents(period.from(), period.to());
        System.out.println(json ? HistoryText.json(incidents) : HistoryText.table(incidents, period));
        return LectioCommand.OK;
    }
}
