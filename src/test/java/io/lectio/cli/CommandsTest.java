package io.lectio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/// The commands by their own model. docs/commands.md is written anew by `LECTIO_DOCS=write mvn test
/// -Dtest=CommandsTest`.
class CommandsTest {
    private static final Path GUIDE = Path.of("docs/commands.md");
    private static final String EXAMPLE = "Example: ";
    /// What they print is no answer, or has one form only.
    private static final Set<String> WITHOUT_JSON =
            Set.of("lectio run", "lectio completion", "lectio config schema", "lectio telegram setup");

    private static CommandLine root() {
        CommandLine root = new CommandLine(new LectioCommand());
        root.setCaseInsensitiveEnumValuesAllowed(true);
        return root;
    }

    /// All that do something.
    private static List<CommandSpec> commands(CommandLine line) {
        List<CommandSpec> all = new ArrayList<>();
        for (CommandLine each : line.getSubcommands().values()) {
            all.addAll(each.getSubcommands().isEmpty() ? List.of(each.getCommandSpec()) : commands(each));
        }
        return all;
    }

    private static String example(CommandSpec command) {
        return Arrays.stream(command.usageMessage().footer())
                .filter(line -> line.startsWith(EXAMPLE))
                .map(line -> line.substring(EXAMPLE.length()))
                .findFirst()
                .orElse("");
    }

    /// Each is built without the others; nobody is to notice.
    @Test
    void aCommandAloneSaysWhatItSaysAmongAll() {
        PrintStream out = System.out;
        for (CommandLine each : root().getSubcommands().values()) {
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
            try {
                assertThat(LectioCommand.run(each.getCommandName(), "--help")).isZero();
            } finally {
                System.setOut(out);
            }
            assertThat(said.toString(StandardCharsets.UTF_8)).isEqualTo(each.getUsageMessage(Ansi.OFF));
        }
    }

    @Test
    void everyCommandHasAnExampleThatItTakes() {
        for (CommandSpec command : commands(root())) {
            String own = example(command)
                    .replaceFirst(" *(\\||&&|>).*", "")
                    .replaceFirst("^sudo |^source <\\((.*)\\)$", "$1");
            assertThat(own.replaceFirst("^\\./", "")).startsWith(command.qualifiedName());
            String[] words = Arrays.stream(own.split(" (?=(?:[^']*'[^']*')*[^']*$)"))
                    .skip(1)
                    .toArray(String[]::new);
            root().parseArgs(words); // throws where it does not
        }
    }

    @Test
    void everyAnswerIsThereForPrograms() {
        assertThat(commands(root()).stream()
                        .filter(command -> command.findOption("--json") == null)
                        .map(CommandSpec::qualifiedName))
                .containsExactlyInAnyOrderElementsOf(WITHOUT_JSON);
    }

    @Test
    void theReferenceInTheDocumentsIsThatOfTheCode() throws IOException {
        if ("write".equals(System.getenv("LECTIO_DOCS"))) {
            Files.writeString(GUIDE, reference());
        }
        assertThat(GUIDE).hasContent(reference());
    }

    private static String reference() {
        return "# Commands\n\nEach has `--help` and `--version` besides. "
                + text(root().getCommandSpec().usageMessage().description()) + "\n\n"
                + "| exit code | |\n|---|---|\n"
                + root().getCommandSpec().usageMessage().exitCodeList().entrySet().stream()
                        .map(each -> row(each.getKey(), each.getValue()))
                        .collect(Collectors.joining())
                + commands(root()).stream().map(CommandsTest::section).collect(Collectors.joining());
    }

    private static String section(CommandSpec command) {
        String options = Stream.concat(
                        command.positionalParameters().stream()
                                .map(each -> row("`" + each.paramLabel() + "`", text(each.description()))),
                        command.options().stream()
                                .filter(option -> !option.usageHelp() && !option.versionHelp())
                                .map(option -> row(
                                        Arrays.stream(option.names())
                                                .map(name -> "`" + name + value(option) + "`")
                                                .collect(Collectors.joining(", ")),
                                        text(option.description()))))
                .collect(Collectors.joining());
        return "\n## " + command.qualifiedName() + "\n\n"
                + text(command.usageMessage().description()) + "\n\n"
                + indented(command.commandLine().getHelp().synopsis(0))
                + (options.isEmpty() ? "" : "\n| | |\n|---|---|\n" + options)
                + "\nExample: `" + example(command) + "`\n";
    }

    private static String value(CommandLine.Model.OptionSpec option) {
        return option.arity().max() == 0 ? "" : " " + option.paramLabel();
    }

    private static String row(String left, String right) {
        return "| " + left.replace("|", "\\|") + " | " + right.replace("|", "\\|") + " |\n";
    }

    private static String indented(String text) {
        return text.lines().map(line -> "    " + line.stripTrailing() + "\n").collect(Collectors.joining());
    }

    private static String text(String... description) {
        return String.format(
                Locale.ROOT, Ansi.OFF.text(String.join(" ", description)).toString());
    }
}
