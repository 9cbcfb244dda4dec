package io.lectio.cli;

import io.lectio.config.Settings;
import io.lectio.control.Request;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Makes a release live that was so before.
@Command(
        name = "rollback",
        mixinStandardHelpOptions = true,
        description =
                "Goes back to a release, or without one to the last that was verified. The one that is live is marked as bad."
                        + " Exit codes are those of deploy.",
        footer = {"", "Example: sudo lectio rollback"})
final class RollbackCommand implements Callable<Integer> {
    @Mixin
    private Deploying deploying = new Deploying();

    @Parameters(arity = "0..1", paramLabel = "RELEASE", description = "As lectio releases names it.")
    private Optional<String> release = Optional.empty();

    @Override
    public Integer call() throws IOException, InterruptedException, Settings.Invalid {
        List<String> options = deploying.isForced() ? List.of(Request.FORCE) : List.of();
        return deploying.carryOut(
                new Request(Request.Ask.ROLLBACK, Optional.empty(), Optional.empty(), release, options),
                Optional.empty());
    }
}
