package io.lectio.cli;

import io.lectio.config.Settings;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// The command line's root: what there is to ask for.
@Command(
        name = "lectio",
        mixinStandardHelpOptions = true,
        versionProvider = LectioCommand.Version.class,
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            StatusCommand.class,
            WatchCommand.class,
            PlanCommand.class,
            IncidentsCommand.class,
            ExplainCommand.class,
            ReportCommand.class,
            LogsCommand.class,
            SilenceCommand.class,
            MaintenanceCommand.class,
            DrillCommand.class,
            ConfigCommand.class,
            CompletionCommand.class,
            VersionCommand.class
        },
        description = "Guards a site on its own server: sees a fault, repairs it, proves the repair, tells the owner.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; check: the site is healthy",
            "1:the site is not healthy, or there is none; drill: a promise was not kept",
            "2:the command line or the configuration is wrong",
            "3:no guard answers, or another one is at work",
            "4:something on this machine kept the command from its work"
        },
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
    /// Something on this machine kept the command from its work.
    static final int CANNOT = 4;

    /// The commands that run all day or are called by programs, when asked without an option: picocli's start takes
    /// longer than theirs, and its model of all commands would stay in the guard's memory.
    public static Optional<Callable<Integer>> bare(String... args) {
        return switch (args.length == 1 ? args[0] : "") {
            case "run" -> Optional.of(new RunCommand());
            case "check" -> Optional.of(new CheckCommand());
            case "status" -> Optional.of(new StatusCommand());
            case "watch" -> Optional.of(new WatchCommand());
            case "plan" -> Optional.of(new PlanCommand());
            case "incidents" -> Optional.of(new IncidentsCommand());
            case "explain" -> Optional.of(new ExplainCommand());
            case "report" -> Optional.of(new ReportCommand());
            case "logs" -> Optional.of(new LogsCommand());
            default -> Optional.empty();
        };
    }

    /// Says what kept a command from its work, and gives its exit code.
    public static int failed(Exception failure) {
        if (failure instanceof Settings.Invalid || failure instanceof Refused) {
            return refuse(String.valueOf(failure.getMessage()));
        }
        System.err.println("lectio: " + inWords(failure));
        return CANNOT;
    }

    /// What went wrong, on what, in one line.
    private static String inWords(Exception failure) {
        String message = String.valueOf(failure.getMessage());
        return switch (failure) {
            case AccessDeniedException _ -> message + ": permission denied (not root?)";
            case NoSuchFileException _ -> message + ": no such file or folder";
            case FileAlreadyExistsException _ -> message + ": is in the way, and not a folder";
            case IOException _ -> message;
            default -> failure.toString();
        };
    }

    static int noDaemon(Path state) {
        System.err.println("No guard answers at " + state + ". Start one: lectio run");
        return NO_DAEMON;
    }

    static int refuse(String why) {
        System.err.println(why);
        return BAD_INPUT;
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    /// What was asked for is not there to be asked.
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String why) {
            super(why);
        }
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"lectio " + VersionCommand.ours()};
        }
    }
}
