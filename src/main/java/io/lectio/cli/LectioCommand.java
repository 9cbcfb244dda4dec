package io.lectio.cli;

import io.lectio.config.Settings;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// The command line's root: what there is to ask for.
@Command(
        name = "lectio",
        mixinStandardHelpOptions = true,
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
            DeployCommand.class,
            RollbackCommand.class,
            ReleasesCommand.class,
            BackupCommand.class,
            BackupsCommand.class,
            RestoreCommand.class,
            UnitCommand.class,
            DoctorCommand.class,
            NotifyFailureCommand.class,
            DrillCommand.class,
            InitCommand.class,
            ConfigCommand.class,
            ReloadCommand.class,
            TelegramCommand.class,
            CompletionCommand.class,
            VersionCommand.class
        },
        description = "Guards a site on its own server: sees a fault, repairs it, proves the repair, tells the owner.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; check: the site is healthy",
            "1:the site is not healthy, or there is none; drill: a promise was not kept; backup: a copy is damaged, or there is"
                    + " none",
            "2:the command line or the configuration is wrong",
            "3:no guard answers, or another one is at work",
            "4:something on this machine kept the command from its work",
            "5, 6, 7:of deploy, rollback and restore: see there"
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
    /// The build is not fit, or its time is not; nothing was touched.
    static final int REFUSED = 5;
    /// What was live before is so again.
    static final int ROLLED_BACK = 6;
    /// Nobody is sure what is live.
    static final int STUCK = 7;

    /// Runs what the line asks for.
    ///
    /// @return the exit code
    public static int run(String... args) {
        String name = args.length == 0 ? "" : args[0];
        Optional<Callable<Integer>> named = named(name);
        if (named.isPresent() && args.length == 1) {
            try {
                return named.get().call();
            } catch (Exception e) {
                return failed(e);
            }
        }
        return named.<Object>map(command -> command)
                .or(() -> other(name))
                .map(command -> new CommandLine(command).setCommandName("lectio " + name))
                .map(line -> parse(line, Arrays.copyOfRange(args, 1, args.length)))
                .orElseGet(() -> parse(new CommandLine(new LectioCommand()), args));
    }

    private static void versioned(CommandLine line) {
        line.getCommandSpec().versionProvider(new Version());
        line.getSubcommands().values().forEach(LectioCommand::versioned);
    }

    private static int parse(CommandLine line, String... args) {
        versioned(line);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((failure, _, _) -> failed(failure));
        return line.execute(args);
    }

    /// The commands that mean something without an option. picocli's model of all commands takes longer to build than
    /// most of them run, and would stay in the guard's memory: theirs alone is built, or without options none.
    private static Optional<Callable<Integer>> named(String name) {
        return switch (name) {
            case "run" -> Optional.of(new RunCommand());
            case "check" -> Optional.of(new CheckCommand());
            case "status" -> Optional.of(new StatusCommand());
            case "watch" -> Optional.of(new WatchCommand());
            case "plan" -> Optional.of(new PlanCommand());
            case "incidents" -> Optional.of(new IncidentsCommand());
            case "explain" -> Optional.of(new ExplainCommand());
            case "report" -> Optional.of(new ReportCommand());
            case "backup" -> Optional.of(new BackupCommand());
            case "backups" -> Optional.of(new BackupsCommand());
            case "restore" -> Optional.of(new RestoreCommand());
            case "logs" -> Optional.of(new LogsCommand());
            case "doctor" -> Optional.of(new DoctorCommand());
            case "init" -> Optional.of(new InitCommand());
            case "reload" -> Optional.of(new ReloadCommand());
            case "releases" -> Optional.of(new ReleasesCommand());
            case "unit" -> Optional.of(new UnitCommand());
            case "version" -> Optional.of(new VersionCommand());
            default -> Optional.empty();
        };
    }

    /// Those that want more words.
    private static Optional<Object> other(String name) {
        return switch (name) {
            case "config" -> Optional.of(new ConfigCommand());
            case "deploy" -> Optional.of(new DeployCommand());
            case "drill" -> Optional.of(new DrillCommand());
            case "maintenance" -> Optional.of(new MaintenanceCommand());
            case "notify-failure" -> Optional.of(new NotifyFailureCommand());
            case "rollback" -> Optional.of(new RollbackCommand());
            case "silence" -> Optional.of(new SilenceCommand());
            case "telegram" -> Optional.of(new TelegramCommand());
            default -> Optional.empty();
        };
    }

    /// Says what kept a command from its work, and gives its exit code.
    private static int failed(Exception failure) {
        if (failure instanceof Settings.Invalid || failure instanceof Refused) {
            return refuse(String.valueOf(failure.getMessage()));
        }
        System.err.println("lectio: " + Paint.harmless(inWords(failure)));
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
