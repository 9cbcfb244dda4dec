package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Release;
import java.time.Duration;
import java.util.List;

/// Promise 31 where there are units: each loop has its own connection to systemd.
@HostTest
class ReloadOnARealHostTest {
    private static final String PID = "systemctl show -p MainPID --value lectio-monitor";

    @OnOneRelease
    void afterAReloadTheSameGuardStillRestartsWhatIsKilled(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.awaitAllWell();
            String pid = guarded.host().sh(PID);
            guarded.host().sh("""
                    echo LECTIO_REPAIRS_PER_HOUR=19 >>/opt/lectio-monitor/config.env
                    for i in $(seq 200); do
                        grep -q 'is in force: 1 guarded' /var/log/lectio-monitor/health.log && exit 0; sleep 0.1
                    done; exit 1
                    """);
            guarded.awaitAllWell();
            guarded.host().sh("""
                    systemctl kill -s KILL teaching_panel nginx
                    for i in $(seq 150); do
                        curl -fsS -m 1 -o /dev/null http://localhost/api/health/ && exit 0; sleep 0.1
                    done; exit 1
                    """);
            assertThat(guarded.host().sh(PID)).as("no crash in between").isEqualTo(pid);
            assertThat(guarded.attempts()).isNotEmpty();
        }
    }

    @OnOneRelease
    void aUnitThatIsInstalledAfterTheGuardIsGuardedThen(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.awaitAllWell();
            guarded.host().sh("""
                    echo LECTIO_APP_UNIT=later >>/opt/lectio-monitor/config.env
                    for i in $(seq 200); do
                        grep -q 'later.service: not guarded until it is there' /var/log/lectio-monitor/health.log && exit 0
                        sleep 0.1
                    done; exit 1
                    """);
            List.of("proxy", "files", "page").forEach(guarded::awaitWell);
            guarded.host().sh("""
                    printf '[Service]\\nExecStart=/bin/sleep inf\\n' >/etc/systemd/system/later.service
                    systemctl daemon-reload; systemctl start later
                    """);
            guarded.awaitWell("app");
            guarded.host().sh("""
                    run() { systemctl show -p InvocationID --value later; }
                    before=$(run); systemctl kill -s KILL later
                    for i in $(seq 200); do
                        [ "$(run)" != "$before" ] && systemctl -q is-active later && exit 0; sleep 0.1
                    done; exit 1
                    """);
        }
    }

    /// By the text of its name the loader cannot see where a link leads.
    @OnOneRelease
    void aRootThatLeadsIntoTheSystemIsToldAndTheGuardLivesOn(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.awaitAllWell();
            String pid = guarded.host().sh(PID);
            guarded.host()
                    .sh("mkdir -p /usr/share/linked/frontend/build; ln -s /usr/share/linked /srv/linked;"
                            + " echo LECTIO_SITE_ROOT=/srv/linked >>/opt/lectio-monitor/config.env");
            guarded.bot().awaitMessage(message -> message.text().contains("/usr/share/linked"), Duration.ofSeconds(30));
            guarded.awaitWell("app");
            assertThat(guarded.host().sh(PID)).as("no crash in between").isEqualTo(pid);
            restartAndHeal(guarded);
        }
    }

    /// What was last in force guards on.
    private static void restartAndHeal(GuardedHost guarded) {
        guarded.host().sh("""
                systemctl restart lectio-monitor
                for i in $(seq 200); do [ -S /var/lib/lectio-monitor/control.sock ] && break; sleep 0.1; done
                page=/var/www/teaching_panel/frontend/build/index.html
                chmod 000 $page
                for i in $(seq 200); do [ "$(stat -c %a $page)" = 644 ] && exit 0; sleep 0.1; done; exit 1
                """);
    }

    /// The second has a unit of its own, and its page from the same nginx.
    @OnOneRelease
    void twoSitesWithUnitsAreGuardedByOneGuard(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.awaitAllWell();
            String pid = guarded.host().sh(PID);
            String attempts = guarded.host().sh("""
                    set -e
                    mkdir -p /srv/two/frontend; cp -a /var/www/teaching_panel/frontend/build /srv/two/frontend/
                    cat >/opt/lectio-monitor/lectio.yaml.new <<'END'
                    sites:
                      - url: http://localhost/
                        root: /var/www/teaching_panel
                        app: {unit: teaching_panel.service}
                      - name: two
                        url: http://localhost/
                        root: /srv/two
                        web: {unit: ssh.service}
                        app: {unit: ""}
                    END
                    chmod 600 /opt/lectio-monitor/lectio.yaml.new
                    mv /opt/lectio-monitor/lectio.yaml.new /opt/lectio-monitor/lectio.yaml
                    lectio=/opt/lectio-monitor/bin/lectio
                    for i in $(seq 100); do
                        $lectio status --site two --json 2>&1 | grep -q '"check":"page","health":"HEALTHY"' && break
                        sleep 0.1
                    done
                    $lectio status --site main --json | grep -q '"check":"app"'
                    chmod 000 /srv/two/frontend/build/index.html
                    for i in $(seq 100); do
                        [ "$(stat -c %a /srv/two/frontend/build/index.html)" != 0 ] && break; sleep 0.1
                    done
                    grep 'two: .*attempt' /var/log/lectio-monitor/health.log
                    """);
            assertThat(attempts).containsPattern("two: incident \\d+: attempt 1");
            assertThat(guarded.host().sh(PID)).as("no crash in between").isEqualTo(pid);
        }
    }

    @OnOneRelease
    void aBadFileChangesNothingAndIsToldOnce(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.awaitAllWell();
            String pid = guarded.host().sh(PID);
            guarded.host().sh("echo LECTIO_LANGUAG=en >>/opt/lectio-monitor/config.env");
            guarded.bot()
                    .awaitMessage(
                            message -> message.text().contains("LECTIO_LANGUAG; did you mean LECTIO_LANGUAGE?"),
                            Duration.ofSeconds(30));
            assertThat(guarded.host().sh(PID)).isEqualTo(pid);
            assertThat(guarded.alerts()).hasSize(1);
            restartAndHeal(guarded);
            guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), Duration.ofSeconds(30));
            assertThat(guarded.alerts())
                    .as("the configuration's fault goes on, untold")
                    .hasSize(2);
        }
    }
}
