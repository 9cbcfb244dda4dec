package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.time.Duration;
import java.time.Instant;

/// Promise 4. The guard's own state and logs lie on file systems that are filled to the last byte, or inode: it
/// lives, tells that from memory, says that it is degraded, touches nothing, and goes on by itself when there is room
/// again.
@HostTest
class FullDiskOnARealHostTest {
    private static final Duration PROMISED = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String FOLDERS = "/var/lib/lectio-monitor /var/log/lectio-monitor";
    private static final String PAGE = "/var/www/teaching_panel/frontend/build/index.html";

    private static GuardedHost boot(Release release) {
        return GuardedHost.boot(
                release,
                host -> host.sh("for f in " + FOLDERS
                        + "; do mkdir -p $f; mount -t tmpfs -o size=32m,nr_inodes=300,mode=700 tmpfs $f; done"));
    }

    @OnOneRelease
    void aDiskThatIsFullToTheLastByteIsToldAndNothingIsTouched(Release release) {
        staysTrue(release, "head -c 64M /dev/zero >$f/filler || true", "rm $f/filler", "диск полон");
    }

    @OnOneRelease
    void inodesThatAreOutAreToldAndNothingIsTouched(Release release) {
        staysTrue(
                release,
                "mkdir $f/many; (cd $f/many; seq 400 | xargs touch 2>/dev/null) || true",
                "rm -r $f/many",
                "кончились inode");
    }

    private static void staysTrue(Release release, String fill, String free, String words) {
        try (GuardedHost guarded = boot(release)) {
            TestHost host = guarded.host();
            guarded.awaitAllWell();
            String before = processes(host);
            Instant filled = Instant.now();
            host.sh("for f in " + FOLDERS + "; do " + fill + "; done");
            Message full = guarded.bot().awaitMessage(message -> message.text().contains(words), PATIENCE);
            assertThat(Duration.between(filled, full.firstAt())).isLessThan(PROMISED);

            host.sh("chmod 000 " + PAGE);
            guarded.bot()
                    .awaitMessage(
                            message -> message.text().contains("пока ничего не чинит")
                                    && message.text().contains("CRITICAL")
                                    && message.text().contains("index.html"),
                            PATIENCE);
            host.sh("sleep 12; [ $(stat -c %a " + PAGE + ") = 0 ]");
            assertThat(processes(host)).isEqualTo(before);

            host.sh("for f in " + FOLDERS + "; do " + free + "; done");
            guarded.bot()
                    .awaitMessage(
                            message -> message.text().contains("восстановлено")
                                    && message.text().contains("index.html"),
                            PATIENCE);
            host.sh("[ $(stat -c %a " + PAGE + ") = 644 ]");
            guarded.awaitCalm();
            assertThat(processes(host)).isEqualTo(before);
        }
    }

    private static String processes(TestHost host) {
        return host.sh("systemctl show -p MainPID,InvocationID lectio-monitor teaching_panel nginx");
    }
}
