package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.control.Request.Ask;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Nothing is repaired for a while.
@Command(
        name = "maintenance",
        mixinStandardHelpOptions = true,
        description =
                "Repairs nothing and tells nothing new, for so long, at most 7 days. It ends by itself; then all is looked"
                        + " at afresh.",
        footer = {"", "Example: lectio maintenance start 1h --reason 'a new disk'"})
final class MaintenanceCommand implements Callable<Integer> {
    @Mixin
    private Ordering order = new Ordering();

    @Parameters(
            arity = "1..2",
            paramLabel = "start|end [LENGTH]",
            completionCandidates = Words.class,
            description = "start, and how long: 45m, 2h, 1d; or end.")
    private List<String> words = List.of();

    static final class Words extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Words() {
            super(List.of("start", "end"));
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        if (words.equals(List.of(Ordering.END))) {
            return order.carryOut(Ask.END_MAINTENANCE, Optional.empty());
        }
        Optional<Duration> length = Ordering.length(words.getLast());
        return length.isEmpty() || !words.getFirst().equals("start")
                ? LectioCommand.refuse("Write: lectio maintenance start 1h; or: lectio maintenance end")
                : order.carryOut(Ask.MAINTENANCE, length);
    }
}
