package io.lectio.cli;

import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.control.ControlClient;
import io.lectio.control.Status;
import io.lectio.drill.Drill;
import io.lectio.drill.Scenario;
import io.lectio.wiring.Drills;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Breaks the guarded site on purpose, and measures.
@Command(
        name = "drill",
        mixinStandardHelpOptions = true,
        description =
                "Breaks the demo that `lectio run` guards (the real site only with --real), measures how soon that is seen,"
                        + " repaired, proved and told, and puts all back. Exit code 1 where the plan's promise was not kept.",
        footer = {"", "Example: lectio drill permissions app-kill"})
final class DrillCommand implements Callable<Integer> {
    private static final String LIST = "list";
    private static final String DEPLOY = "deploy";

    @Parameters(
            arity = "1..*",
            paramLabel = "SCENARIO",
            completionCandidates = Names.class,
            description = "permissions, app-kill, app-hang, page; deploy, alone; or list.")
    private List<String> names = List.of();

    static final class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Names() {
            super(Arrays.stream(Scenario.values()).map(Scenario::word).toList());
            add("deploy");
            add("list");
        }
    }

    @Option(names = "--json", description = "The figures as JSON, for programs.")
    private boolean json;

    @Option(names = "--real", description = "Break the real site, which its visitors see.")
    private boolean real;

    @Mixin
    private SiteOption site = new SiteOption();

    @Option(names = "--yes", description = "With --real: do not ask.")
    private boolean yes;

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        List<Scenario> scenarios =
                names.stream().flatMap(name -> Scenario.of(name).stream()).toList();
        if (names.equals(List.of(LIST))) {
            System.out.println(json ? DrillReport.listJson() : DrillReport.list());
            return LectioCommand.OK;
        }
        if (names.equals(List.of(DEPLOY))) {
            return deploysABrokenBuild();
        }
        if (scenarios.size() < names.size()) {
            return LectioCommand.refuse("Not a drill. There are: "
                    + String.join(
                            ", ",
                            Arrays.stream(Scenario.values()).map(Scenario::word).toList()));
        }
        Home home = site.home();
        Path state = site.state();
        Optional<Status> status = ControlClient.status(state);
        if (status.isEmpty()) {
            System.err.println("No guard answers at " + state + ", so nothing is broken. Start one: lectio run");
            return LectioCommand.NO_DAEMON;
        }
        Optional<Drill> demo = Drills.demo(home, status.get());
        if (demo.isEmpty() && !real) {
            return LectioCommand.refuse(
                    "The guard here has a real site in its care: --real breaks that one, for all of its visitors.");
        }
        if (demo.isEmpty() && !yes && !Confirmation.isGiven("This breaks the real site. ", "break it")) {
            return LectioCommand.refuse("Not confirmed, so nothing is broken. Without a terminal: --real --yes");
        }
        Drill drill = demo.isPresent() ? demo.get() : Drills.real(home, site.settings());
        return told(Drills.run(home, drill, scenarios));
    }

    /// The plan's broken build: it breaks nothing where it is refused.
    private int deploysABrokenBuild() throws IOException, InterruptedException, Settings.Invalid {
        Path build = Files.createTempDirectory("lectio-drill");
        try {
            Files.writeString(build.resolve("index.html"), "broken\n");
            int code = DeployCommand.deploy(new Deploying(site), List.of(build), List.of());
            boolean kept = code == LectioCommand.REFUSED;
            System.out.println(
                    kept ? "The broken build was refused before any visitor could see it." : "It was not refused.");
            return kept ? LectioCommand.OK : LectioCommand.NOT_HEALTHY;
        } finally {
            Files.deleteIfExists(build.resolve("index.html"));
            Files.deleteIfExists(build);
        }
    }

    private int told(Optional<List<Drill.Measured>> measured) throws IOException {
        if (measured.isEmpty()) {
            System.err.println("Another drill is at work here.");
            return LectioCommand.NO_DAEMON;
        }
        System.out.println(json ? DrillReport.json(measured.get()) : DrillReport.text(measured.get()));
        return measured.get().stream().allMatch(Drill.Measured::kept) ? LectioCommand.OK : LectioCommand.NOT_HEALTHY;
    }
}
