package io.lectio.cli;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// The command line's root: what there is to ask for.
@Command(
        name = "lectio",
        mixinStandardHelpOptions = true,
        versionProvider = LectioCommand.Version.class,
        subcommands = {RunCommand.class, CheckCommand.class, StatusCommand.class},
        description = "Guards a site on its own server: sees a fault, repairs it, proves the repair, tells the owner.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example: lectio check && echo healthy"})
public final class LectioCommand implements Runnable {
    /// The daemon answered, or the site is healthy.
    static final int OK = 0;
    /// The site is not healthy.
    static final int NOT_HEALTHY = 1;
    /// The command line or the configuration is wrong; picocli's own code too.
    static final int BAD_INPUT = 2;
    /// No daemon answers, or another guard is at work.
    static final int NO_DAEMON = 3;

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = LectioCommand.class.getPackage().getImplementationVersion();
            return new String[] {"lectio " + Optional.ofNullable(version).orElse("(from sources)")};
        }
    }
}
