package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A real PostgreSQL and redis, which the application needs, and celery's worker beside it.
@HostTest
class UnitsOnARealHostTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<Release, String> STORES = Map.of(
            Release.BOOKWORM, "postgresql@15-main.service",
            Release.TRIXIE, "postgresql@17-main.service");

    private static GuardedHost boot(Release release) {
        String store = store(release);
        GuardedHost guarded = GuardedHost.boot(
                release,
                host -> host.sh("""
                        systemctl start %s redis-server
                        runuser -u postgres -- createuser www-data
                        runuser -u postgres -- createdb -O www-data school
                        mkdir /srv/queue
                        echo 'from celery import Celery; app = Celery("queue", broker="redis://127.0.0.1")' >/srv/queue/queue_app.py
                        cat >/etc/systemd/system/celery.service <<'END'
                        [Service]
                        User=www-data
                        WorkingDirectory=/srv/queue
                        ExecStart=/usr/bin/python3 -m celery -A queue_app worker -c 1 --without-gossip --without-mingle
                        END
                        systemctl daemon-reload; systemctl start celery
                        """.formatted(store)),
                "LECTIO_APP_NEEDS=" + store + ",redis-server.service",
                "LECTIO_APP_BESIDE=celery.service",
                "LECTIO_DATABASE=postgresql:///school");
        List.of("needed", "beside", "database", "app").forEach(guarded::awaitWell);
        return guarded;
    }

    private static String store(Release release) {
        return String.valueOf(STORES.get(release));
    }

    private static Message told(GuardedHost guarded, String first, String second) {
        return guarded.bot()
                .awaitMessage(
                        message ->
                                message.text().contains(first) && message.text().contains(second),
                        PATIENCE);
    }

    /// The guard stands still while both go down: which of the two it would have seen first is systemd's affair.
    @OnOneRelease
    void theDeepestIsStartedFirstAndTheApplicationIsLeftAlone(Release release) {
        try (GuardedHost guarded = boot(release)) {
            TestHost host = guarded.host();
            String store = store(release);
            String application = host.sh("systemctl show -p InvocationID --value teaching_panel");
            host.sh("""
                    mkdir -p /run/systemd/system/redis-server.service.d
                    printf '[Service]\\nRestart=no\\n' >/run/systemd/system/redis-server.service.d/once.conf
                    systemctl daemon-reload
                    systemctl kill -s STOP lectio-monitor
                    pkill -KILL -x postgres; pkill -KILL -x redis-server
                    for i in $(seq 50); do
                      systemctl is-failed -q redis-server && systemctl is-failed -q %s && break; sleep 0.1
                    done
                    systemctl kill -s CONT lectio-monitor
                    for i in $(seq 200); do
                      systemctl is-active -q %s redis-server && runuser -u www-data -- psql -qc '' school && exit 0; sleep 0.1
                    done; exit 1
                    """.formatted(store, store));
            told(guarded, "восстановлено", "redis-server.service запущен заново");
            guarded.awaitCalm();
            String log = host.sh("cat /var/log/lectio-monitor/health.log");
            assertThat(log.indexOf(store + " ended"))
                    .isPositive()
                    .isLessThan(log.indexOf("redis-server.service ended"));
            assertThat(guarded.alerts()).as("one incident, one message").hasSize(1);
            assertThat(host.sh("systemctl show -p InvocationID --value teaching_panel"))
                    .isEqualTo(application);
        }
    }

    /// It has data: what would be killed elsewhere is told here, and so is a server that does not answer.
    @OnOneRelease
    void whatIsNeededIsNeverKilledAndAPersonsStopIsLeft(Release release) {
        try (GuardedHost guarded = boot(release)) {
            TestHost host = guarded.host();
            String store = store(release);
            host.sh("pkill -STOP -x postgres");
            Message paused = told(guarded, "остановлены сигналом STOP", store);
            assertThat(paused.text()).contains("sudo systemctl kill -s CONT " + store);
            host.sh("sleep 15; pkill -CONT -x postgres");
            guarded.awaitCalm();
            host.sh("systemctl stop redis-server");
            assertThat(told(guarded, "redis-server.service остановлен", "systemctl start")
                            .text())
                    .contains("INFO");
            host.sh("sleep 12; ! systemctl is-active -q redis-server; systemctl start redis-server");
            guarded.awaitCalm();
            assertThat(guarded.attempts()).isEmpty();
        }
    }

    /// Promise 15, with a real restart that stops another service.
    @OnOneRelease
    void aRestartThatStopsAnotherServiceIsToldAndNotRepeated(Release release) {
        try (GuardedHost guarded = boot(release)) {
            TestHost host = guarded.host();
            host.sh("""
                    mkdir -p /run/systemd/system/celery.service.d
                    printf '[Service]\\nExecStartPre=+/bin/systemctl stop redis-server\\n' \\
                      >/run/systemd/system/celery.service.d/harm.conf
                    systemctl daemon-reload; systemctl kill -s KILL celery
                    """);
            told(guarded, "redis-server.service остановлен", "Началось сразу после перезапуска celery.service");
            host.sh("systemctl start redis-server; sleep 6; systemctl kill -s KILL celery");
            told(guarded, "После прошлого раза сломалось другое", "celery.service");
            host.sh("sleep 12; systemctl is-active -q redis-server; ! systemctl is-active -q celery");
            assertThat(guarded.attempts()).hasSize(1);
        }
    }
}
