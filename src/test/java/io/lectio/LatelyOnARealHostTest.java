package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Release;
import java.time.Duration;

/// Who has changed what: a real login by ssh, the real journal.
@HostTest
class LatelyOnARealHostTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String LOGIN = "ssh login of root from 127.0.0.1 \\([0-9:]{8}\\)";

    @OnOneRelease
    void aFaultIsToldWithWhatHasChangedAndTheLoginBeforeIt(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release, "LECTIO_LANGUAGE=en")) {
            guarded.awaitAllWell();
            guarded.host().sh("""
                    systemctl start ssh; mkdir -pm 700 /root/.ssh; ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
                    cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
                    """);
            awaitGood(guarded, "the build");
            overSsh(guarded, "chmod 000 /var/www/teaching_panel/frontend/build/index.html");
            assertThat(told(guarded, "healed in")).containsPattern("\nBefore that: " + LOGIN + "\\.");

            awaitGood(guarded, "nginx's configuration");
            overSsh(guarded, "echo 'bogus on;' >/etc/nginx/conf.d/bad.conf");
            assertThat(told(guarded, "bad nginx configuration"))
                    .containsPattern("\nChanged since the last good state: /etc/nginx/conf.d/bad.conf"
                            + " \\([0-9:]{8}, root\\).*\\.\nBefore that: " + LOGIN);
            assertThat(guarded.host().sh("/opt/lectio-monitor/bin/lectio explain"))
                    .contains("note      changed since the last good state: /etc/nginx/conf.d/bad.conf");
            overSsh(guarded, "rm /etc/nginx/conf.d/bad.conf");

            awaitGood(guarded, "the application's code and settings");
            overSsh(guarded, "cd /var/www/teaching_panel/*/panel && echo 'import lost_module' >>wsgi.py");
            guarded.host().sh("pkill -KILL gunicorn");
            assertThat(told(guarded, "import error"))
                    .containsPattern("\nChanged since the last good state: \\S+/panel/wsgi.py"
                            + " \\([0-9:]{8}, www-data\\).*\\.\nBefore that: " + LOGIN);
        }
    }

    private static void overSsh(GuardedHost guarded, String command) {
        guarded.host().sh("ssh -o StrictHostKeyChecking=no -o BatchMode=yes root@127.0.0.1 \"" + command + "\"");
    }

    private static void awaitGood(GuardedHost guarded, String part) {
        guarded.host().sh("""
                for i in $(seq 900); do grep -qs "%s" /var/lib/lectio-monitor/good.json && exit; sleep 0.1; done
                cat /var/lib/lectio-monitor/good.json; exit 1
                """.formatted(part));
    }

    private static String told(GuardedHost guarded, String words) {
        Message told = guarded.bot().awaitMessage(message -> message.text().contains(words), PATIENCE);
        return told.text();
    }
}
