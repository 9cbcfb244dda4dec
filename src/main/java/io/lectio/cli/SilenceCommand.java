package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.control.Request.Ask;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Nothing is sent for a while.
@Command(
        name = "silence",
        mixinStandardHelpOptions = true,
        description =
                "Sends nothing for so long, at most 24 hours; repairs go on. It ends by itself, and what has gathered is"
                        + " sent then, together.",
        footer = {"", "Example: lectio silence 2h --reason 'the provider works on the line'"})
final class SilenceCommand implements Callable<Integer> {
    @Mixin
    private Ordering order = new Ordering();

    @Parameters(paramLabel = "LENGTH|end", description = "How long, such as 45m, 2h or 1h30m; or end.")
    private String length = "";

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        if (length.equals(Ordering.END)) {
            return order.carryOut(Ask.END_SILENCE, Optional.empty());
        }
        Optional<Duration> asked = Ordering.length(length);
        return asked.isEmpty()
                ? LectioCommand.refuse("'" + length + "' is no length: lectio silence 2h; or: lectio silence end")
                : order.carryOut(Ask.SILENCE, asked);
    }
}
