package io.lectio.cli;

import io.lectio.config.ConfigLoader;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.config.Shown;
import io.lectio.json.JsonCodec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What `config.env` and `lectio.yaml` say.
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        subcommands = {ConfigCommand.Check.class, ConfigCommand.Show.class, ConfigCommand.Schema.class},
        description =
                "Tells whether config.env and lectio.yaml are good, and what holds by them. A guard at work follows"
                        + " changes of both by itself within seconds, or at once on SIGHUP.",
        footer = {"", "Example: lectio config check"})
final class ConfigCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        CommandLine.usage(spec.commandLine(), System.out);
    }

    private static Path file() {
        return Home.of(System.getenv()).configuration();
    }

    /// Reads both files as the guard would.
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description =
                    "Reads both files as the guard would: every error with file, line and reason; exit code 2 then.",
            footer = {"", "Example: lectio config check && sudo systemctl reload lectio-monitor"})
    static final class Check implements Callable<Integer> {
        @Option(names = "--json", description = "The errors and warnings as one JSON object, for programs.")
        private boolean json;

        private record Found(List<Settings.Problem> errors, List<Settings.Problem> warnings) {}

        @Override
        public Integer call() throws IOException {
            Home home = Home.of(System.getenv());
            try {
                Settings settings = ConfigLoader.load(home.configuration());
                System.out.println(
                        json
                                ? JsonCodec.write(new Found(List.of(), settings.warnings()))
                                : Report.found(home, settings, true));
                return LectioCommand.OK;
            } catch (Settings.Invalid e) {
                String errors = json ? JsonCodec.write(new Found(e.problems(), List.of())) : e.getMessage();
                (json ? System.out : System.err).println(errors);
                return LectioCommand.BAD_INPUT;
            }
        }
    }

    /// The configuration that holds, as one would write it.
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description =
                    "Prints all that holds, each with where it was set, or that it is the default; as a lectio.yaml.",
            footer = {"", "Example: lectio config show | grep -v default"})
    static final class Show implements Callable<Integer> {
        @Option(names = "--json", description = "As a JSON array, for programs.")
        private boolean json;

        @Override
        public Integer call() throws IOException, Settings.Invalid {
            System.out.println(json ? Shown.json(file()) : Shown.yaml(file()));
            return LectioCommand.OK;
        }
    }

    /// For editors.
    @Command(
            name = "schema",
            mixinStandardHelpOptions = true,
            description = "Prints the JSON Schema of lectio.yaml, by which an editor completes and checks it.",
            footer = {"", "Example: lectio config schema >lectio.schema.json"})
    static final class Schema implements Callable<Integer> {
        @Override
        public Integer call() throws IOException {
            try (InputStream schema = Schema.class.getResourceAsStream("lectio.schema.json")) {
                Objects.requireNonNull(schema).transferTo(System.out);
            }
            return LectioCommand.OK;
        }
    }
}
