package io.lectio.cli;

import io.lectio.config.ConfigLoader;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Services;
import io.lectio.wiring.Daemon;
import io.lectio.wiring.Demo;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// One round, only looking.
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Looks once and changes nothing. Exit code 0 when the site is healthy, 1 when it is not.",
        footer = {"", "Example: lectio check --json"})
final class CheckCommand implements Callable<Integer> {
    @Option(names = "--json", description = "The findings as one JSON object, for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        Home home = Home.of(System.getenv());
        Settings configured = ConfigLoader.load(home.configuration());
        Settings settings = Demo.running(home)
                .map(demo -> Demo.settings(configured, demo.site(), Services.NONE))
                .orElse(configured);
        boolean several = settings.hasSeveral();
        boolean healthy = true;
        SequencedMap<String, String> told = new LinkedHashMap<>();
        for (Settings.SiteSettings site : settings.sites()) {
            Map<CheckId, Observation.Outcome> seen = Daemon.lookOnce(home, site);
            healthy &= seen.values().stream().allMatch(Observation.Passed.class::isInstance);
            told.put(site.label(), json ? Report.json(seen) : Report.text(seen));
        }
        if (json) {
            System.out.println(several ? Report.json(told) : told.firstEntry().getValue());
        } else {
            told.forEach((label, seen) -> System.out.println((several ? label + "\n" : "") + seen));
        }
        return healthy ? LectioCommand.OK : LectioCommand.NOT_HEALTHY;
    }
}
