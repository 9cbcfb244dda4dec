package io.lectio.cli;

import io.lectio.control.ControlClient;
import io.lectio.control.Request;
import io.lectio.control.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Asks the daemon how things stand.
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Tells what the running guard sees. Exit code 0 whenever the guard answers, 3 where none does.",
        footer = {"", "Example: lectio status --json"})
final class StatusCommand implements Callable<Integer> {
    @Mixin
    private SiteOption site = new SiteOption();

    @Option(names = "--json", description = "The answer as one JSON object, for programs.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        SequencedMap<String, Path> states = site.states();
        SequencedMap<String, String> answers = new LinkedHashMap<>();
        for (Map.Entry<String, Path> each : states.entrySet()) {
            Optional<String> answer = ControlClient.ask(each.getValue(), Request.of(Request.Ask.STATUS));
            answer.ifPresent(text -> answers.put(each.getKey(), text));
        }
        if (answers.isEmpty()) {
            return LectioCommand.noDaemon(states.firstEntry().getValue());
        }
        boolean several = states.size() > 1;
        if (json) {
            System.out.println(
                    several ? Report.json(answers) : answers.firstEntry().getValue());
            return LectioCommand.OK;
        }
        Paint paint = Paint.of(System.getenv());
        StatusScreen screen = new StatusScreen(Instant.now(), ZoneId.systemDefault(), paint, Integer.MAX_VALUE);
        for (Map.Entry<String, String> each : answers.entrySet()) {
            if (several) {
                System.out.println(paint.in(Paint.BOLD, "Site " + each.getKey()));
            }
            screen.lines(ControlClient.read(each.getValue(), Status.class)).forEach(System.out::println);
        }
        return LectioCommand.OK;
    }
}
