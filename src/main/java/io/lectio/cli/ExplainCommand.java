package io.lectio.cli;

import io.lectio.store.History;
import io.lectio.store.HistoryEvent;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Tells an incident's course.
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Tells what was broken, seen, decided and done in an incident, and when. Needs no running guard.",
        footer = {"", "Example: lectio explain 7 --markdown >post-mortem.md"})
final class ExplainCommand implements Callable<Integer> {
    @Mixin
    private SiteOption site = new SiteOption();

    @Parameters(arity = "0..1", paramLabel = "INCIDENT", description = "Its number; otherwise the newest.")
    private Optional<Long> asked = Optional.empty();

    @Option(names = "--json", description = "Its lines of the history as a JSON array, for programs.")
    private boolean json;

    @Option(names = "--markdown", description = "A post-mortem.")
    private boolean markdown;

    @Override
    public Integer call() throws IOException {
        History history = site.history();
        long incident = asked.isPresent() ? asked.get() : history.newest().orElse(0);
        List<HistoryEvent> events = incident == 0 ? List.of() : history.timeline(incident);
        if (History.episodes(events).isEmpty() && (asked.isPresent() || !json)) {
            System.err.println("There is no incident " + (asked.isPresent() ? incident + " " : "") + "in "
                    + history.folder() + ": lectio incidents");
            return asked.isPresent() ? LectioCommand.BAD_INPUT : LectioCommand.OK;
        }
        System.out.println(
                json
                        ? events.stream().map(HistoryEvent::json).collect(Collectors.joining(",\n", "[", "]"))
                        : markdown ? HistoryText.postMortem(events) : HistoryText.course(events));
        return LectioCommand.OK;
    }
}
