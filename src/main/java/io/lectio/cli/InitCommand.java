package io.lectio.cli;

import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.discovery.Finding;
import io.lectio.discovery.Findings;
import io.lectio.discovery.Findings.SiteFound;
import io.lectio.json.JsonCodec;
import io.lectio.wiring.Sites;
import io.lectio.wiring.Survey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The host's sites become a `lectio.yaml`.
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description =
                "Finds this host's sites by nginx's configuration and what stands behind it (folders, units, Django's settings and"
                        + " database), and writes lectio.yaml with a comment for each finding. Nothing of a site is changed, and none"
                        + " of its code is run. What the guard would refuse is not written.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:written, or printed",
            "1:no site was found; what was seen is told",
            "2:there is a lectio.yaml already, or the guard would refuse the new one; nothing is written",
            "4:not root, no nginx, or it does not tell its configuration"
        },
        footer = {"", "Example: sudo lectio init --dry-run"})
final class InitCommand implements Callable<Integer> {
    @Option(names = "--force", description = "Replace a lectio.yaml; the old one is kept beside it.")
    private boolean force;

    @Option(
            names = {"--dry-run", "--stdout"},
            description = "Print the file, and write nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "What was found as one JSON object, for programs.")
    private boolean json;

    /// @param written the file; empty where none was
    private record Found(Optional<Path> written, List<SiteFound> sites, List<Findings.LeftOut> leftOut) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Home home = Home.of(System.getenv());
        if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            System.err.println("What nginx serves, and who listens where, only root sees whole: sudo lectio init");
            return LectioCommand.CANNOT;
        }
        if (!dryRun && !force && Survey.isThere(home)) {
            throw new LectioCommand.Refused(Survey.file(home) + " is there already, and stays as it is. What init would"
                    + " write: --dry-run. In its place, the old one kept: --force");
        }
        Survey survey = Survey.of(home);
        Findings found = survey.found();
        if (found.sites().isEmpty()) {
            tell(new Found(Optional.empty(), List.of(), found.leftOut()));
            System.err.println("No site was found"
                    + (found.leftOut().isEmpty()
                            ? ": nginx's configuration has no server"
                            : ", so nothing is written"));
            return LectioCommand.NOT_HEALTHY;
        }
        if (dryRun) {
            System.out.println(
                    json
                            ? JsonCodec.write(new Found(Optional.empty(), found.sites(), found.leftOut()))
                            : survey.yaml().stripTrailing());
        }
        Settings settings = judged(home, survey);
        if (dryRun) {
            return LectioCommand.OK;
        }
        boolean same = survey.saysWhatHolds(settings);
        Optional<Path> old = survey.lay();
        tell(new Found(Optional.of(Survey.file(home)), found.sites(), found.leftOut()));
        if (!json) {
            settings.warnings()
                    .forEach(warning -> System.out.println("warning: " + Paint.harmless(warning.toString())));
            System.out.println("Written: " + Survey.file(home)
                    + old.map(file -> "; the old one is " + file).orElse("")
                    + (same ? ". It says what held without it, too." : ""));
            System.out.println(
                    guards(home)
                            ? "The guard takes it within 10 s and guards what is listed above: sudo lectio status"
                            : "No guard is at work. Start it: sudo systemctl start lectio-monitor");
        }
        return LectioCommand.OK;
    }

    private static Settings judged(Home home, Survey survey) throws IOException {
        try {
            return survey.judged();
        } catch (Settings.Invalid e) {
            String keys = String.join(", ", Survey.inEnv(home).keySet());
            throw new LectioCommand.Refused(
                    String.valueOf(e.getMessage()).lines().map(Paint::harmless).collect(Collectors.joining("\n"))
                            + "\nThe guard would refuse that, so nothing is written."
                            + (keys.isEmpty()
                                    ? ""
                                    : " Beside a lectio.yaml what belongs to a site stands there only: make a comment of "
                                            + keys + " in " + home.configuration()
                                            + ", and set it in lectio.yaml where it is to differ"));
        }
    }

    private void tell(Found found) throws IOException {
        if (json) {
            System.out.println(JsonCodec.write(found));
            return;
        }
        Paint paint = Paint.of(System.getenv());
        List<String> lines = new ArrayList<>();
        for (SiteFound site : found.sites()) {
            lines.add(paint.in(Paint.BOLD, Paint.harmless(site.name().isEmpty() ? site.value("url") : site.name())));
            site.all().forEach(each -> lines.add(line(each)));
        }
        found.leftOut().forEach(each -> lines.add("left out: " + Paint.harmless(each.inWords())));
        lines.forEach(System.out::println);
    }

    private static String line(Finding each) {
        return Paint.harmless(
                "  %-12s %-40s %s".formatted(each.key(), each.values().isEmpty() ? "?" : each.value(), each.whence()));
    }

    private static boolean guards(Home home) throws IOException, InterruptedException {
        return ControlClient.ask(Sites.of(home).firstEntry().getValue(), Request.of(Request.Ask.STATUS))
                .isPresent();
    }
}
