package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Release;
import java.time.Duration;

/// The burst with Telegram well: fails, each of the three faults is a message.
@HostTest
class BurstOnARealHostTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @OnOneRelease
    void threeFaultsAtOneMomentAreOneMessage(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.awaitAllWell();
            guarded.host().sh("""
                    B=/var/www/teaching_panel/frontend/build
                    pkill -KILL nginx; systemctl kill -s KILL teaching_panel; chown -R root:root $B; chmod -R u=rwX,go= $B
                    sleep 15
                    """);
            guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), PATIENCE);
            assertThat(guarded.alerts()).hasSize(1);
        }
    }
}
