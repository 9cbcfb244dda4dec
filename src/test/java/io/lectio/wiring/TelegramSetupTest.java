package io.lectio.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.config.Home;
import io.lectio.config.Settings;
import io.lectio.testhost.BotApiServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a token to a configured chat, against a Bot API server of our own.
class TelegramSetupTest {
    private static final String CANARY = "AAcanaryCANARYcanaryCANARYcanary000";
    private static final String TOKEN = "123456789:" + CANARY;

    private final BotApiServer server = new BotApiServer(InetAddress.getLoopbackAddress(), TOKEN, "42");

    @TempDir
    private Path folder = Path.of("");

    private Home home = new Home(folder, folder, folder, folder, true);

    @BeforeEach
    void configure() throws IOException {
        home = new Home(folder, folder.resolve("config.env"), folder.resolve("logs"), folder.resolve("state"), true);
        Files.writeString(
                home.configuration(),
                "# mine\n#TELEGRAM_BOT_TOKEN=\nLECTIO_LANGUAGE=en\nTELEGRAM_API_URL=" + server.baseUrl()
                        + "\nTELEGRAM_CHAT_ID=7\n");
    }

    @AfterEach
    void end() {
        server.close();
    }

    @Test
    void whoHasWrittenToTheBotIsFoundAndToldAndConfigured() throws Exception {
        TelegramSetup setup = new TelegramSetup(home, TOKEN);
        assertThat(setup.name()).isEqualTo("lectio_test_bot");
        assertThat(setup.chats()).isEmpty();
        server.written("41", "Eve");
        server.written("42", "Учитель \"И\"");
        server.written("41", "Eve");
        assertThat(setup.chats())
                .containsExactly(new TelegramSetup.Chat("42", "Учитель \"И\""), new TelegramSetup.Chat("41", "Eve"));
        setup.send("42", "a test");
        assertThat(server.chat()).extracting(BotApiServer.Message::text).containsExactly("a test");

        setup.write("42");
        assertThat(home.configuration())
                .hasContent("# mine\nLECTIO_LANGUAGE=en\nTELEGRAM_API_URL=" + server.baseUrl()
                        + "\nTELEGRAM_BOT_TOKEN='" + TOKEN + "'\nTELEGRAM_CHAT_ID='42'\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.configuration())))
                .isEqualTo("rw-------");
        assertThat(new TelegramSetup(home, "").name()).isEqualTo("lectio_test_bot");
    }

    @Test
    void aRefusalNamesItsReasonAndNoToken() throws Exception {
        TelegramSetup other = new TelegramSetup(home, TOKEN + "x");
        assertThatThrownBy(other::name).hasMessageContaining("401 Unauthorized").hasMessageNotContaining(CANARY);
        TelegramSetup setup = new TelegramSetup(home, TOKEN);
        assertThatThrownBy(() -> setup.send("41", "a test")).hasMessageContaining("chat not found");
        server.conflict(true);
        assertThatThrownBy(setup::chats).hasMessageContaining("409 Conflict");
        server.outage(BotApiServer.Outage.REFUSED);
        assertThatThrownBy(setup::name)
                .hasMessageContaining("cannot be reached")
                .hasMessageNotContaining(CANARY);
    }

    @Test
    void whatTheConfigurationWouldNotTakeIsNotWritten() throws Exception {
        String before = Files.readString(home.configuration());
        assertThatThrownBy(() -> new TelegramSetup(home, "no token")).isInstanceOf(Settings.Invalid.class);
        assertThatThrownBy(() -> new TelegramSetup(home, "")).hasMessageContaining("no token was given");
        Files.writeString(folder.resolve("lectio.yaml"), "telegram: {chat: \"9\"}\n");
        assertThatThrownBy(() -> new TelegramSetup(home, TOKEN)).isInstanceOf(Settings.Invalid.class);
        assertThat(home.configuration()).hasContent(before);
    }
}
