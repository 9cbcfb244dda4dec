package io.lectio.cli;

import io.lectio.config.Home;
import io.lectio.control.ControlClient;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Asks the daemon how things stand.
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Tells what the running guard sees. Exit code 0 whenever the guard answers, 3 where none does.",
        footer = {"", "Example: lectio status --json"})
final class StatusCommand implements Callable<Integer> {
    @Option(names = "--json", description = "The answer as one JSON object, for programs.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Home home = Home.of(System.getenv());
        Optional<String> status = ControlClient.status(home.state());
        if (status.isEmpty()) {
            System.err.println("No guard answers at " + home.state() + ". Start one: lectio run");
            return LectioCommand.NO_DAEMON;
        }
        System.out.println(json ? status.get() : Report.status(status.get()));
        return LectioCommand.OK;
    }
}
