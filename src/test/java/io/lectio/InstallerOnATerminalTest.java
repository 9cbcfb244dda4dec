package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.nio.file.Path;
import java.time.Duration;

/// The installer as a person meets it: on a terminal it asks for the bot, and shows no token.
@HostTest
class InstallerOnATerminalTest {
    private static final Path MADE = Path.of("target/package/dist");
    private static final String TOKEN = "123456789:AAtesthostTESTHOSTtesthostTESTHOST0";

    @OnOneRelease
    void asksForTheBotAndTellsAtOnce(Release release) {
        try (TestHost host = TestHost.boot(release, MADE);
                BotApiServer bot = host.startBotApi(TOKEN, "42")) {
            host.sh("systemctl start cron; mkdir /tmp/unpacked && tar -C /tmp/unpacked -xzf " + TestHost.PRODUCT
                    + "/*.tar.gz && cp -r /tmp/unpacked/*/scripts/monitoring /tmp/monitoring-install"
                    + " && mkdir -m 755 /opt/lectio-monitor && echo TELEGRAM_API_URL=" + bot.baseUrl()
                    + " >/opt/lectio-monitor/config.env && chmod 600 /opt/lectio-monitor/config.env");
            host.lay("person.py");
            bot.written("42", "the owner");
            TestHost.Result said = host.run(
                    Duration.ofMinutes(2),
                    "python3",
                    "/run/person.py",
                    TOKEN,
                    "bash",
                    "/tmp/monitoring-install/install_monitoring.sh");
            assertThat(said.exit()).as(said.out() + said.err()).isZero();
            assertThat(said.out())
                    .contains(
                            "The token that @BotFather gave",
                            "@lectio_test_bot has told chat 42",
                            "tells you there from now on",
                            "== done")
                    .doesNotContain(TOKEN, TOKEN.substring(12), "nobody is told yet");
            bot.awaitMessage(message -> message.text().contains("this is a test"), Duration.ofSeconds(5));
            host.sh("grep -q AAtesthost /opt/lectio-monitor/config.env");
            assertThat(host.run(Duration.ofSeconds(20), "sh", "-c", "grep -rl AAtesthost /var/log /tmp")
                            .out())
                    .isEmpty();
        }
    }
}
