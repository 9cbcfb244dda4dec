package io.lectio;

import io.lectio.cli.LectioCommand;

/// The only exit.
public final class Main {
    private Main() {}

    static void main(String[] args) {
        System.exit(LectioCommand.run(args));
    }
}
