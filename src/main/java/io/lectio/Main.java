package io.lectio;

import io.lectio.cli.LectioCommand;
import picocli.CommandLine;

/// Picks a command and turns its result into an exit code; the only exit.
public final class Main {
    private Main() {}

    static void main(String[] args) {
        CommandLine line = new CommandLine(new LectioCommand());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((failure, _, _) -> {
            System.err.println("lectio: " + LectioCommand.inWords(failure));
            return LectioCommand.CANNOT;
        });
        System.exit(line.execute(args));
    }
}
