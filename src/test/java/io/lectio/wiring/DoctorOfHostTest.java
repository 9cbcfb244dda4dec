package io.lectio.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.config.ConfigLoader;
import io.lectio.doctor.Mend;
import io.lectio.doctor.Point;
import io.lectio.doctor.Point.Group;
import io.lectio.doctor.Sheet;
import io.lectio.doctor.Verdict.Advised;
import io.lectio.doctor.Verdict.Well;
import io.lectio.doctor.Verdict.Wrong;
import io.lectio.testhost.BotApiServer;
import io.lectio.testhost.BotApiServer.Outage;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the doctor says of Telegram, by what it meets; the token is in none of it.
class DoctorOfHostTest {
    private static final String CANARY = "AAdoctorDOCTORdoctorDOCTORdoctor000";
    private static final String TOKEN = "123456789:" + CANARY;

    @TempDir
    private Path folder = Path.of("");

    private Point point(String... lines) throws Exception {
        Path file = folder.resolve("config.env");
        Files.write(file, List.of(lines));
        Point point = DoctorOfHost.telegram(new Sheet("", Group.TELEGRAM), Optional.of(ConfigLoader.load(file)))
                .getFirst();
        assertThat(point.toString()).doesNotContain(CANARY);
        return point;
    }

    private Point point(BotApiServer bot, String token, String chat) throws Exception {
        return point("TELEGRAM_API_URL=" + bot.baseUrl(), "TELEGRAM_BOT_TOKEN=" + token, "TELEGRAM_CHAT_ID=" + chat);
    }

    private static void isWrong(Point point, String name, String seen, String mend) {
        assertThat(point.name()).isEqualTo(name);
        assertThat(point.verdict()).isInstanceOfSatisfying(Wrong.class, wrong -> {
            assertThat(wrong.seen()).contains(seen);
            assertThat(wrong.mend().text()).contains(mend);
        });
    }

    @Test
    @Tag("slow")
    void tellsHowTelegramIsReached() throws Exception {
        try (BotApiServer bot = new BotApiServer(InetAddress.getLoopbackAddress(), TOKEN, "42")) {
            assertThat(point(bot, TOKEN, "42").verdict())
                    .isEqualTo(new Well("@lectio_test_bot is reached and knows chat 42 (Owner)"));
            isWrong(point(bot, TOKEN, "43"), "chat", "chat not found", "sudo lectio telegram setup");
            isWrong(point(bot, TOKEN.replace("123", "124"), "42"), "token", "revoked", "sudo lectio telegram setup");
            bot.outage(Outage.BLACK_HOLE);
            isWrong(point(bot, TOKEN, "42"), "bot", "filtered", "TELEGRAM_PROXY");
            bot.outage(Outage.RESET);
            isWrong(point(bot, TOKEN, "42"), "bot", "cut off", "TELEGRAM_PROXY");
            bot.outage(Outage.HTTP_502_HTML);
            isWrong(point(bot, TOKEN, "42"), "bot", "no Bot API", "TELEGRAM_API_URL");
            bot.outage(Outage.REFUSED);
            isWrong(point(bot, TOKEN, "42"), "bot", "refused", "TELEGRAM_PROXY");
        }
        isWrong(
                point("TELEGRAM_API_URL=http://nowhere.invalid", "TELEGRAM_BOT_TOKEN=" + TOKEN, "TELEGRAM_CHAT_ID=42"),
                "bot",
                "no DNS",
                "getent hosts nowhere.invalid");
    }

    @Test
    void whereNobodyIsToldItNamesTheSetup() throws Exception {
        assertThat(point("LECTIO_LANGUAGE=en").verdict())
                .isInstanceOfSatisfying(
                        Advised.class,
                        advised -> assertThat(advised.mend()).isEqualTo(Mend.typed("sudo lectio telegram setup")));
        assertThat(point("LECTIO_MAIL_TO=owner@example.org").verdict()).isInstanceOf(Well.class);
    }
}
