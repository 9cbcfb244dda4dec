package io.lectio.cli;

import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.host.SdNotify;
import io.lectio.wiring.Daemon;
import io.lectio.wiring.Demo;
import io.lectio.wiring.InForce;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Guards the site until it is told to end.
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description =
                "Guards the site that it finds here. Installed, it repairs; from a clone it only looks, unless --repair. Where"
                        + " there is no site and nothing is configured, it starts one of its own, to be broken and seen to heal.",
        footer = {"", "Example: sudo ./lectio run --repair"})
final class RunCommand implements Callable<Integer> {
    /// systemd starts anew at once what cannot guard yet.
    private static final Duration UNTIL_THE_NEXT = Duration.ofSeconds(10);

    @Option(names = "--repair", description = "Repair what is found broken, also from a clone.")
    private boolean repair;

    @Option(
            names = "--demo",
            description = "Guard a site of Lectio's own, which it starts: as it does where there is none.")
    private boolean demo;

    @Override
    public Integer call() throws IOException, InterruptedException {
        int exit;
        try {
            exit = guard();
        } catch (Settings.Invalid e) {
            exit = LectioCommand.refuse(String.valueOf(e.getMessage()));
        }
        if (exit != LectioCommand.OK && SdNotify.isWanted()) {
            Thread.sleep(UNTIL_THE_NEXT);
        }
        return exit;
    }

    private int guard() throws IOException, InterruptedException, Settings.Invalid {
        Home home = Home.of(System.getenv());
        InForce begin = InForce.load(home, System.err::println);
        Settings settings = begin.settings();
        boolean none = !home.isConfigured()
                && settings.sites().stream()
                        .noneMatch(site -> Files.exists(site.site().siteRoot()));
        if (demo || (none && !SdNotify.isWanted())) {
            return Demo.run(home, settings) ? LectioCommand.OK : anotherGuards(home);
        }
        boolean repairs = repair || !home.fromClone();
        System.out.println(Report.found(home, settings, repairs));
        for (Settings.SiteSettings site : settings.sites()) {
            Path root = site.site().siteRoot();
            if (!Files.isDirectory(root)) {
                System.err.println("There is no site here: " + root
                        + (Files.exists(root) ? " is not a folder" : " is missing")
                        + ". Name yours in "
                        + home.configuration()
                        + ": LECTIO_SITE_ROOT, LECTIO_WEB_ROOT, LECTIO_SITE_URL; or see a demo: lectio run --demo");
                return LectioCommand.NOT_HEALTHY;
            }
        }
        return Daemon.run(home, begin, repairs) ? LectioCommand.OK : anotherGuards(home);
    }

    private static int anotherGuards(Home home) {
        System.err.println("Another guard is at work on " + home.state() + ": lectio status");
        return LectioCommand.NO_DAEMON;
    }
}
