package io.lectio.cli;

import io.lectio.config.ConfigLoader;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.core.health.Observation;
import io.lectio.core.policy.CheckId;
import io.lectio.core.policy.Services;
import io.lectio.wiring.Daemon;
import io.lectio.wiring.Demo;
import io.lectio.wiring.InForce;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// One round: only looking, or in the place of a guard that does not run.
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description =
                "Looks once and, without --cron, changes nothing. Exit code 0 when the site is healthy, 1 when it is not.",
        footer = {"", "Example: lectio check --json", "The line for root's crontab is in docs/how-to.md."})
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--json", description = "The findings as one JSON object, for programs.")
    private boolean json;

    @Option(
            names = "--cron",
            description =
                    "Where no guard is at work, look and repair in its place for up to 50 s, with its budgets and messages.")
    private boolean cron;

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        if (cron && json) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--cron and --json exclude each other");
        }
        Home home = Home.of(System.getenv());
        Settings configured;
        if (cron) {
            InForce begin = InForce.load(home, System.err::println);
            configured = begin.settings();
            Optional<Boolean> well = Daemon.round(home, begin, !home.fromClone());
            if (well.isPresent()) {
                return well.get() ? LectioCommand.OK : LectioCommand.NOT_HEALTHY;
            }
            Optional<Duration> stuck = Daemon.stuck(home);
            if (stuck.isPresent()) {
                System.err.println("A guard is at work on " + home.state() + ", but has not moved for "
                        + stuck.get().toSeconds() + " s: sudo systemctl restart lectio-monitor");
                return LectioCommand.NO_DAEMON;
            }
        } else {
            configured = ConfigLoader.load(home.configuration());
        }
        Settings settings = Demo.running(home)
                .map(demo -> Demo.settings(configured, demo.site(), Services.NONE))
                .orElse(configured);
        boolean several = settings.hasSeveral();
        boolean healthy = true;
        SequencedMap<String, String> told = new LinkedHashMap<>();
        for (Settings.SiteSettings site : settings.sites()) {
            Map<CheckId, Observation.Outcome> seen = Daemon.lookOnce(home, site);
            healthy &= seen.entrySet().stream()
                    .allMatch(look -> look.getKey().isOfTheWorld() || look.getValue() instanceof Observation.Passed);
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
