package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.Faults;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Promise 34: exactly one acts, also where cron's round takes the place of a guard that does not run.
@HostTest
class CronOnARealHostTest {
    private static final String LECTIO = "/opt/lectio-monitor/bin/lectio ";
    private static final String CRON_LOG = "/var/log/lectio-monitor/cron.log";

    /// As the owner copies it.
    private static String line() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("docs/how-to.md"))) {
            return lines.map(String::strip)
                    .filter(line -> line.startsWith("* * * * *"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void cronsRoundHealsInThePlaceOfAGuardThatIsGoneAndHandsBack() throws IOException {
        try (GuardedHost guarded = GuardedHost.boot(Release.BOOKWORM)) {
            guarded.awaitAllWell();
            TestHost host = guarded.host();
            host.sh("systemctl start cron; echo \"" + line() + "\" | crontab -; crontab -l | grep -q lectio");
            host.sh("sleep 61; [ ! -s " + CRON_LOG + " ]"); // a guard that moves is left to its work
            guarded.stop();
            Faults.BUILD_AS_ROOT_SCP.inject(host);
            guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), Duration.ofSeconds(100));
            assertThat(guarded.attempts()).hasSize(1);
            host.sh("for i in $(seq 200); do grep -q 'all is well' " + CRON_LOG
                    + " && exit 0; sleep 0.1; done; exit 1");
            assertThat(host.sh("cat " + CRON_LOG)).contains("this round looks in its place");
            guarded.start();
            guarded.awaitAllWell();
            assertThat(guarded.alerts()).hasSize(1);
        }
    }

    @Test
    void oneActsOfManyAndARoundEndsForTheGuard() {
        try (GuardedHost guarded = GuardedHost.boot(Release.TRIXIE)) {
            guarded.awaitAllWell();
            TestHost host = guarded.host();
            Faults.BUILD_AS_ROOT_SCP.inject(host);
            assertThat(host.sh("for i in 1 2 3; do " + LECTIO + "check --cron >/dev/null & done; " + LECTIO
                            + "run || echo code $?; wait"))
                    .contains("code 3");
            guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), Duration.ofSeconds(30));
            assertThat(guarded.attempts()).hasSize(1);
            assertThat(host.sh("cat " + CRON_LOG)).isEmpty();

            guarded.stop();
            host.sh("mv /var/www/teaching_panel/frontend/build/index.html /run"); // no round repairs that, so it lasts
            host.sh("for i in 1 2; do (setsid /opt/lectio-monitor/health_check.sh >/dev/null 2>&1 &); done;"
                    + " for i in $(seq 200); do grep -q 'in its place' " + CRON_LOG
                    + " && exit 0; sleep 0.1; done; exit 1");
            guarded.start(); // the round may be the one that answers
            assertThat(host.sh("for i in $(seq 200); do [ $(wc -l <" + CRON_LOG
                                    + ") -gt 1 ] && break; sleep 0.1; done; cat " + CRON_LOG)
                            .lines())
                    .hasSize(2)
                    .last()
                    .asString()
                    .contains("ends for the guard, which is back");
            host.sh("mv /run/index.html /var/www/teaching_panel/frontend/build/");
            guarded.awaitAllWell();
        }
    }

    /// Where nothing has systemd watch it.
    @Test
    void aGuardThatHoldsItsLockAndDoesNotMoveIsNamed() {
        try (GuardedHost guarded = GuardedHost.boot(Release.BOOKWORM)) {
            guarded.host().sh("""
                    printf '[Service]\\nWatchdogSec=0\\n' >/run/systemd/system/lectio-monitor.service.d/unwatched.conf
                    systemctl daemon-reload; systemctl restart lectio-monitor
                    """);
            guarded.awaitAllWell();
            guarded.host().sh("systemctl kill -s STOP lectio-monitor; sleep 22");
            TestHost.Result said = guarded.host().run(Duration.ofSeconds(20), "bash", "-c", LECTIO + "check --cron");
            assertThat(said.exit()).isEqualTo(3);
            assertThat(said.err()).contains("has not moved for").contains("sudo systemctl restart lectio-monitor");
            guarded.host().sh("systemctl kill -s CONT lectio-monitor");
        }
    }
}
