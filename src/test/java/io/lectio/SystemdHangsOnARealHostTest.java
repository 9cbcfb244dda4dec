package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.host.Signals;
import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// Process 1 hangs, while the site works on.
@HostTest
class SystemdHangsOnARealHostTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Predicate<Message> BLIND = message -> message.text().contains("не может работать: LoadUnit");

    @Test
    void isToldAndNothingIsDoneUntilItAnswersAgain() {
        try (GuardedHost guarded = GuardedHost.boot(Release.TRIXIE)) {
            guarded.awaitAllWell();
            TestHost host = guarded.host();
            String before = host.sh("pgrep -f '[g]unicorn' | sort");
            int systemd = Math.toIntExact(host.pid());
            assertThat(Signals.send(systemd, Signals.STOP)).isTrue();
            try {
                guarded.bot().awaitMessage(BLIND, PATIENCE);
                assertThat(host.sh("/opt/lectio-monitor/bin/lectio status --json"))
                        .as("what can be seen still is")
                        .contains("\"check\":\"page\",\"health\":\"HEALTHY\"");
            } finally {
                assertThat(Signals.send(systemd, Signals.CONT)).isTrue();
            }
            guarded.bot().awaitMessage(BLIND.and(message -> message.text().contains("восстановлено")), PATIENCE);
            assertThat(guarded.attempts()).isEmpty();
            assertThat(host.sh("pgrep -f '[g]unicorn' | sort")).isEqualTo(before);
        }
    }
}
