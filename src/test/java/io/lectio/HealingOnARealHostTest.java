package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer;
import io.lectio.testhost.Faults;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The whole loop on a real host: a fault, what a visitor sees of it, and the message that the owner gets.
@HostTest
class HealingOnARealHostTest {
    private static final String TOKEN = "123456789:AAtesthostTESTHOSTtesthostTESTHOST0";
    private static final Duration WORST_OUTAGE = Duration.ofSeconds(1);
    private static final Duration WORST_ALERT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @ParameterizedTest
    @EnumSource(Release.class)
    void healsEveryPermissionFaultWithinASecondAndTellsItOnce(Release release) {
        try (TestHost host = TestHost.boot(release, Path.of("target/dist"));
                BotApiServer bot = host.startBotApi(TOKEN, "42")) {
            host.sh("cp -a " + TestHost.PRODUCT
                    + " /opt/lectio-monitor; umask 077; printf 'TELEGRAM_BOT_TOKEN=%s\\nTELEGRAM_CHAT_ID=42\\nTELEGRAM_API_URL=%s\\n' '"
                    + TOKEN + "' '" + bot.baseUrl() + "' > /opt/lectio-monitor/config.env");
            host.sh("systemd-run -q --unit lectio-monitor /opt/lectio-monitor/bin/lectio run");
            host.sh(
                    "for i in $(seq 100); do /opt/lectio-monitor/bin/lectio status >/dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1");
            for (Faults fault : Faults.values()) {
                heals(host, bot, fault);
            }
            assertThat(
                            host.sh(
                                    "journalctl -u lectio-monitor; cat /var/log/lectio-monitor/*; systemctl show lectio-monitor; ps axww"))
                    .doesNotContain("AAtesthost");
            assertThat(bot.early()).isZero();
        }
    }

    private static void heals(TestHost host, BotApiServer bot, Faults fault) {
        int before = bot.chat().size();
        try (Prober prober = Prober.start(host, fault.watched())) {
            Instant broken = fault.inject(host);
            prober.awaitHealed(broken, Duration.ofSeconds(1).plus(fault.lasts()), PATIENCE);
            Prober.Outage seen = prober.stop();
            BotApiServer.Message told =
                    bot.awaitMessage(message -> !message.firstAt().isBefore(broken), PATIENCE);
            System.out.printf(
                    "%-8s %-22s outage %5d ms, alert after %5d ms%n",
                    host.release(),
                    fault,
                    seen.since(broken).toMillis(),
                    Duration.between(broken, told.firstAt()).toMillis());
            if (fault.lasts().isZero()) {
                assertThat(seen.since(broken)).as(fault + ", outage").isLessThan(WORST_OUTAGE);
                assertThat(Duration.between(broken, told.firstAt()))
                        .as(fault + ", alert")
                        .isLessThan(WORST_ALERT);
            }
            assertThat(told.text()).contains("WARNING");
            host.sh(
                    "for i in $(seq 100); do /opt/lectio-monitor/bin/lectio status --json | grep -q '\"incident\"' || exit 0; sleep 0.1; done; exit 1");
            assertThat(bot.chat()).as(fault + ", messages").hasSize(before + 1);
        }
    }
}
