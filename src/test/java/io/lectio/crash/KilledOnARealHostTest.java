package io.lectio.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.BotApiServer.Outage;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Release;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Promises 1 and 30 on a real host: `kill -9` at random moments of a repair and of its telling, Telegram failing
/// now and then.
@HostTest
class KilledOnARealHostTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int WINDOW_MILLIS = 1_800;
    private static final String BUILD = "/var/www/teaching_panel/frontend/build";
    private static final List<Outage> OUTAGES = List.of(
            Outage.NONE, Outage.NONE, Outage.RESET, Outage.NONE, Outage.HTTP_500, Outage.REFUSED, Outage.GARBAGE);

    @Test
    void everyIncidentIsToldWheneverTheGuardIsKilled() {
        killAtRandom(Release.BOOKWORM, 12);
    }

    @Test
    @Tag("full")
    void everyIncidentIsToldWheneverTheGuardIsKilledAThousandTimes() {
        killAtRandom(Release.TRIXIE, 1_000);
    }

    private static void killAtRandom(Release release, int times) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int copies = 0;
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            for (int i = 1; i <= times; i++) {
                guarded.bot().outage(OUTAGES.get(i % OUTAGES.size()));
                String file = "page-" + i + ".js";
                int wait = random.nextInt(WINDOW_MILLIS);
                guarded.host()
                        .sh("cd " + BUILD + "; echo x > " + file + "; chown www-data:www-data " + file + "; chmod 000 "
                                + file + "; sleep " + wait / 1_000.0 + "; systemctl kill -s KILL lectio-monitor");
                guarded.bot().outage(Outage.NONE);
                Message told = guarded.bot().awaitMessage(message -> isHealed(message, file), PATIENCE);
                assertThat(told.text())
                        .as("seed %d, kill %d after %d ms", seed, i, wait)
                        .contains(file);
                int messages = (int) guarded.bot().chat().stream()
                        .filter(message -> message.text().contains(file))
                        .count();
                assertThat(messages)
                        .as("seed %d, kill %d after %d ms", seed, i, wait)
                        .isBetween(1, 2);
                copies += messages - 1;
                guarded.awaitCalm();
            }
            assertThat(guarded.host().sh("find " + BUILD + " ! -perm -004")).isEmpty();
            assertThat(guarded.allThatIsSaid()).doesNotContain(GuardedHost.CANARY);
            assertThat(guarded.bot().early()).isZero();
        }
        System.out.printf("%d kills: 0 lost, %d told twice (seed %d)%n", times, copies, seed);
    }

    private static boolean isHealed(Message message, String file) {
        return message.text().contains(file) && message.text().contains("восстановлено");
    }
}
