package io.lectio.cli;

import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.control.Answer;
import io.lectio.wiring.TelegramSetup;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The way to the owner's Telegram.
@Command(
        name = "telegram",
        mixinStandardHelpOptions = true,
        subcommands = TelegramCommand.Setup.class,
        description = "Sets up the bot that tells.",
        footer = {"", "Example: sudo lectio telegram setup"})
final class TelegramCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        CommandLine.usage(spec.commandLine(), System.out);
    }

    /// From a token to a message that has arrived.
    @Command(
            name = "setup",
            mixinStandardHelpOptions = true,
            description =
                    "Asks for the bot's token without showing it (or reads it from standard input; an empty line: the configured one), finds"
                            + " the chat that has written to the bot, sends a test message, and only then writes both into config.env.",
            footer = {"", "Example: sudo lectio telegram setup --wait 120"})
    static final class Setup implements Callable<Integer> {
        private static final Duration AGAIN = Duration.ofSeconds(2);

        @Option(
                names = "--chat",
                paramLabel = "ID",
                description = "The chat; otherwise the one that has written to the bot.")
        private Optional<String> chat = Optional.empty();

        @Option(names = "--wait", paramLabel = "SECONDS", description = "So long for somebody to write to the bot; 60.")
        private int wait = 60;

        @Override
        public Integer call() throws IOException, InterruptedException, Settings.Invalid {
            Home home = Home.of(System.getenv());
            TelegramSetup setup = new TelegramSetup(home, token());
            String name = setup.name();
            String to = chat.isPresent() ? chat.get() : found(setup, name);
            setup.send(to, "Lectio Monitor: this is a test. The guard of this site will tell you here.");
            setup.write(to);
            boolean follows = ReloadCommand.reload(home).filter(Answer::done).isPresent();
            System.out.println(
                    "@" + name + " has told chat " + to + " so, and " + home.configuration() + " has both now. "
                            + (follows
                                    ? "The guard tells you there from now on."
                                    : "The guard follows within 10 s, or when it is started."));
            return LectioCommand.OK;
        }

        private static String token() throws IOException {
            Optional<Console> terminal = Optional.ofNullable(System.console()).filter(Console::isTerminal);
            if (terminal.isPresent()) {
                return Optional.ofNullable(terminal.get()
                                .readPassword(
                                        "The token that @BotFather gave (not shown; empty: the configured one): "))
                        .map(typed -> new String(typed).strip())
                        .orElse("");
            }
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            return Optional.ofNullable(in.readLine()).orElse("").strip();
        }

        private String found(TelegramSetup setup, String name) throws IOException, InterruptedException {
            long end = System.nanoTime() + Duration.ofSeconds(wait).toNanos();
            List<TelegramSetup.Chat> chats = setup.chats();
            if (chats.isEmpty()) {
                System.out.println("Write anything to @" + name
                        + " in Telegram, or add it to your group. Waiting for up to " + wait + " s.");
            }
            while (chats.isEmpty() && System.nanoTime() < end) {
                Thread.sleep(AGAIN);
                chats = setup.chats();
            }
            if (chats.size() == 1) {
                return chats.getFirst().id();
            }
            throw new LectioCommand.Refused(
                    chats.isEmpty()
                            ? "Nobody has written to @" + name
                                    + ". Write to it, then once more: sudo lectio telegram setup"
                            : "Several have written to @" + name + "; name the one to be told with --chat:"
                                    + lines(chats));
        }

        private static String lines(List<TelegramSetup.Chat> chats) {
            StringBuilder lines = new StringBuilder();
            chats.forEach(each ->
                    lines.append("\n  --chat ").append(each.id()).append("  ").append(Paint.harmless(each.name())));
            return lines.toString();
        }
    }
}
