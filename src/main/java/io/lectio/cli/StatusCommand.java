package io.lectio.cli;

import io.lectio.config.Home;
import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.control.Status;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
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
    public Integer call() throws IOException, InterruptedException {
        Home home = Home.of(System.getenv());
        Optional<String> answer = ControlClient.ask(home.state(), Request.of(Request.Ask.STATUS));
        if (answer.isEmpty()) {
            return LectioCommand.noDaemon(home);
        }
        if (json) {
            System.out.println(answer.get());
            return LectioCommand.OK;
        }
        Status status = ControlClient.read(answer.get(), Status.class);
        Paint paint = Paint.of(System.getenv());
        StatusScreen screen = new StatusScreen(Instant.now(), ZoneId.systemDefault(), paint, Integer.MAX_VALUE);
        screen.lines(status).forEach(System.out::println);
        return LectioCommand.OK;
    }
}
