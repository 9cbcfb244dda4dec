package io.lectio;

import io.lectio.cli.LectioCommand;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/// Picks a command and turns its result into an exit code; the only exit.
public final class Main {
    private Main() {}

    static void main(String[] args) {
        Optional<Callable<Integer>> bare = LectioCommand.bare(args);
        System.exit(bare.isPresent() ? result(bare.get()) : parsed(args));
    }

    private static int result(Callable<Integer> command) {
        try {
            return command.call();
        } catch (Exception e) {
            return LectioCommand.failed(e);
        }
    }

    private static int parsed(String... args) {
        CommandLine line = new CommandLine(new LectioCommand());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((failure, _, _) -> LectioCommand.failed(failure));
        return line.execute(args);
    }
}
