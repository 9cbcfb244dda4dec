package io.lectio.wiring;

import io.lectio.alert.TelegramBot;
import io.lectio.config.ConfigLoader;
import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.config.Settings.Telegram;
import io.lectio.release.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Brings a bot into `config.env`: what the file would say is judged before it says so, and written in one step, for
/// root alone. All its other lines stay.
public final class TelegramSetup {
    private static final String TOKEN = "TELEGRAM_BOT_TOKEN";
    private static final String CHAT = "TELEGRAM_CHAT_ID";
    /// Stands for the one that is not known yet.
    private static final String ANY_CHAT = "1";

    private final Path file;
    private final String token;
    private final TelegramBot bot;

    /// @param token empty: the configured one
    public TelegramSetup(Home home, String token) throws IOException, Settings.Invalid {
        file = Files.exists(home.configuration()) ? home.configuration().toRealPath() : home.configuration();
        this.token = token;
        Telegram would = judged(with(ANY_CHAT))
                .channels()
                .telegram()
                .orElseThrow(() -> new IOException("no token was given, and " + file + " has none"));
        bot = new TelegramBot(would.api(), would.token(), would.proxy());
    }

    /// A chat that has written to the bot.
    public record Chat(String id, String name) {}

    /// The bot's, without the `@`.
    public String name() throws IOException {
        return bot.name();
    }

    public List<Chat> chats() throws IOException {
        return bot.chats().stream()
                .map(each -> new Chat(each.id(), each.name()))
                .toList();
    }

    public void send(String chat, String text) throws IOException {
        bot.send(chat, text);
    }

    /// @throws Settings.Invalid also where `lectio.yaml` names a chat already
    public void write(String chat) throws IOException, Settings.Invalid {
        List<String> lines = with(chat);
        judged(lines);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Disk.REAL.write(file.toAbsolutePath(), lines);
    }

    private List<String> with(String chat) throws IOException {
        Map<String, String> keys = token.isEmpty() ? Map.of(CHAT, chat) : Map.of(TOKEN, token, CHAT, chat);
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        return Stream.concat(
                        lines.stream().filter(line -> keys.keySet().stream().noneMatch(key -> assigns(line, key))),
                        keys.entrySet().stream()
                                .sorted(Map.Entry.comparingByKey())
                                .map(each -> each.getKey() + "='" + each.getValue() + "'"))
                .toList();
    }

    private static boolean assigns(String line, String key) {
        return line.strip().replaceFirst("^(#\\s*)?(export\\s+)?", "").startsWith(key + "=");
    }

    private Settings judged(List<String> lines) throws IOException, Settings.Invalid {
        Path folder = Files.createTempDirectory("lectio-telegram");
        try {
            Path candidate = folder.resolve("config.env");
            Disk.REAL.write(candidate, lines);
            Path yaml = ConfigLoader.yaml(file);
            if (Files.exists(yaml)) {
                Files.copy(yaml, ConfigLoader.yaml(candidate));
            }
            return ConfigLoader.load(candidate);
        } finally {
            Files.deleteIfExists(folder.resolve("config.env"));
            Files.deleteIfExists(ConfigLoader.yaml(folder.resolve("config.env")));
            Files.delete(folder);
        }
    }
}
