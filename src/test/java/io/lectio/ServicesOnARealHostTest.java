package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer;
import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.Fault;
import io.lectio.testhost.Faults;
import io.lectio.testhost.GuardKilled;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Overload;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import io.lectio.testhost.ServiceFaults;
import io.lectio.testhost.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The services of a real site killed and stopped, what a visitor sees of it, and what the owner is told.
@HostTest
class ServicesOnARealHostTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration QUIET = Duration.ofSeconds(1);

    @OnOneRelease
    void healsEveryFaultOfAServiceAndTellsIt(Release release) {
        for (ServiceFaults fault : ServiceFaults.values()) {
            if (fault != ServiceFaults.PAGE_OVERWRITTEN) {
                try (GuardedHost guarded = GuardedHost.boot(release)) {
                    heals(guarded, fault, bound(fault));
                }
            }
        }
    }

    /// Promise 12. The site is down by a person's will: that is told, once, and left.
    @OnOneRelease
    void whatAPersonStopsOrMasksIsToldAndLeft(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            host.sh("systemctl stop teaching_panel");
            Message told = guarded.bot().awaitMessage(message -> message.text().contains("остановлен"), PATIENCE);
            assertThat(told.text()).contains("INFO", "teaching_panel.service", "systemctl start teaching_panel");
            host.sh("sleep 12; ! systemctl is-active -q teaching_panel");
            host.sh("systemctl start teaching_panel");
            guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), PATIENCE);
            guarded.awaitCalm();
            host.sh("systemctl mask --now nginx 2>/dev/null; sleep 12; ! systemctl is-active -q nginx");
            assertThat(guarded.alerts()).hasSize(2);
            assertThat(guarded.attempts()).isEmpty();
        }
    }

    /// nginx is stopped while its repair tests its configuration, or has failed and waits for a package manager.
    @OnOneRelease
    void aPersonsStopDuringARepairIsNotUndone(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            host.sh("""
                    mv /usr/sbin/nginx /usr/sbin/nginx.real
                    printf '#!/bin/sh\\ncase " $* " in *" -t "*) sleep 4;; esac\\nexec /usr/sbin/nginx.real "$@"\\n' >/usr/sbin/nginx
                    chmod +x /usr/sbin/nginx
                    pkill -STOP nginx
                    for i in $(seq 200); do
                      ! grep -q 'attempt 1' /var/log/lectio-monitor/health.log || break; sleep 0.1
                    done
                    systemctl stop nginx
                    """);
            host.sh("sleep 8; ! systemctl is-active -q nginx && ! pgrep nginx");
            assertThat(host.sh("cat /var/log/lectio-monitor/health.log"))
                    .containsPattern("forgone: (systemctl stop|systemd has a job of) nginx.service");
            host.sh("mv /usr/sbin/nginx.real /usr/sbin/nginx; systemctl start nginx");
            guarded.awaitCalm();

            host.sh("""
                    systemd-run -q python3 -c 'import fcntl, time
                    lock = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(lock, fcntl.LOCK_EX); time.sleep(12)'
                    sleep 6; pkill -KILL nginx; sleep 2; systemctl is-failed -q nginx; systemctl stop nginx
                    sleep 14; ! pgrep nginx
                    """);
        }
    }

    /// Processes that a run has left hold its port: no new run could have it.
    @OnOneRelease
    void whatARunHasLeftBehindIsEndedBeforeTheNext(Release release) {
        Consumer<TestHost> keeping = host -> host.sh("""
                mkdir -p /etc/systemd/system/teaching_panel.service.d
                printf '[Service]\\nKillMode=process\\nEnvironment=GUNICORN_CMD_ARGS=--timeout=0\\n' \\
                  >/etc/systemd/system/teaching_panel.service.d/keep.conf
                systemctl daemon-reload; systemctl restart teaching_panel
                """);
        try (GuardedHost guarded = GuardedHost.boot(release, keeping)) {
            guarded.awaitWell("api");
            guarded.host().sh("""
                    main=$(systemctl show -p MainPID --value teaching_panel)
                    for i in $(pgrep -P $main); do curl -sN -m 5 http://127.0.0.1:8000/api/block/ >/dev/null & done
                    sleep 2; kill -KILL $main
                    for i in $(seq 150); do
                      curl -fs -m 1 -o /dev/null http://127.0.0.1:8000/api/health/ && exit 0; sleep 0.1
                    done; exit 1
                    """);
            Message told = guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), PATIENCE);
            assertThat(told.text()).contains("убит и запущен заново").doesNotContain("2 раза");
        }
    }

    @OnOneRelease
    void aRestartThatFailsIsToldWithTheServicesOwnWordsAndKeepsItsEvidence(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.host().sh("""
                    systemctl kill -s STOP lectio-monitor; pkill -KILL nginx; sleep 0.5
                    systemd-run -q --unit taken python3 -m http.server 80
                    for i in $(seq 50); do ! curl -s -m 1 -o /dev/null http://127.0.0.1/ || break; sleep 0.1; done
                    systemctl kill -s CONT lectio-monitor
                    """);
            Message told = guarded.bot().awaitMessage(message -> message.text().contains("не удалось"), PATIENCE);
            assertThat(told.text()).contains("Address already in use");
            guarded.host().sh("grep -q nginx.service /var/lib/lectio-monitor/evidence/*");
            guarded.host().sh("systemctl stop taken");
        }
    }

    /// Where no process can be seen, no work can: that is not a hang.
    @Test
    void whoCannotSeeTheProcessesDoesNotJudgeThem() {
        try (GuardedHost guarded = GuardedHost.boot(Release.TRIXIE)) {
            guarded.host().sh("""
                    mkdir -p /run/systemd/system/lectio-monitor.service.d
                    printf '[Service]\\nInaccessiblePaths=/sys/fs/cgroup\\n' >/run/systemd/system/lectio-monitor.service.d/blind.conf
                    systemctl daemon-reload; systemctl restart lectio-monitor
                    """);
            guarded.awaitGuard();
            Message told = guarded.bot().awaitMessage(message -> message.text().contains("не может"), PATIENCE);
            assertThat(told.text()).contains("processes of", "/sys/fs/cgroup");
            assertThat(guarded.attempts()).isEmpty();
        }
    }

    @OnOneRelease
    void nginxWithABadConfigurationIsToldWithItsLineAndNotRestarted(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.host().sh("echo 'server { lissten 81; }' >/etc/nginx/conf.d/bad.conf; pkill -KILL nginx");
            Message told = guarded.bot()
                    .awaitMessage( // the file may be seen a moment before that nginx has gone
                            message -> message.text().contains("bad.conf:1")
                                    && message.text().contains("CRITICAL"),
                            PATIENCE);
            assertThat(told.text())
                    .contains("(/etc/nginx/conf.d/bad.conf:1): unknown directive \"lissten\"", "nginx -t")
                    .doesNotContain("emerg")
                    .containsOnlyOnce("lissten");
            assertThat(guarded.host().sh("systemctl is-active nginx || true").strip())
                    .isEqualTo("failed");
            guarded.host().sh("rm /etc/nginx/conf.d/bad.conf");
            guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), Duration.ofSeconds(90));
            assertThat(guarded.host().sh("systemctl is-active nginx").strip()).isEqualTo("active");
        }
    }

    /// A crash that systemd heals by itself is told once, whether the guard was quicker or not.
    @OnOneRelease
    void aCrashThatSystemdHealsIsToldOnce(Release release) {
        Consumer<TestHost> quick = host -> host.sh("""
                mkdir -p /etc/systemd/system/teaching_panel.service.d
                printf '[Service]\\nRestartSec=1ms\\n' >/etc/systemd/system/teaching_panel.service.d/quick.conf
                systemctl daemon-reload; systemctl restart teaching_panel
                """);
        try (GuardedHost guarded = GuardedHost.boot(release, quick)) {
            guarded.awaitWell("app");
            guarded.host().sh("kill -KILL $(systemctl show -p MainPID --value teaching_panel); sleep 3");
            Message told = guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), PATIENCE);
            assertThat(told.text()).contains("teaching_panel.service завершился", "WARNING");
            assertThat(guarded.alerts()).hasSize(1);
        }
    }

    @OnOneRelease
    void aRestartWaitsForThePackageManagerAndARepairOfFilesDoesNot(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.host().sh("""
                    systemd-run -q -u packages python3 -c 'import fcntl, time
                    lock = open("/var/lib/dpkg/lock-frontend", "w"); fcntl.lockf(lock, fcntl.LOCK_EX); time.sleep(300)'
                    sleep 6
                    page=/var/www/teaching_panel/frontend/build/index.html
                    pkill -KILL nginx; chmod 000 $page
                    for i in $(seq 200); do [ "$(stat -c %a $page)" = 644 ] && break; sleep 0.1; done
                    [ "$(stat -c %a $page)" = 644 ] || exit 1
                    sleep 3
                    ! systemctl is-active -q nginx || exit 2
                    systemctl stop packages
                    for i in $(seq 300); do ! systemctl is-active -q nginx || exit 0; sleep 0.1; done; exit 3
                    """);
            Message held = guarded.bot().awaitMessage(message -> message.text().contains("nginx"), PATIENCE);
            assertThat(held.text()).contains("WARNING");
            guarded.awaitCalm();
        }
    }

    /// Promise 11; ten minutes of it, on both releases, are in the full run: it takes all that the machine has.
    @ParameterizedTest
    @EnumSource(value = Release.class, names = "TRIXIE")
    void overloadIsToldOnceAndNothingIsRestarted(Release release) {
        overload(release, Duration.ofSeconds(40));
    }

    @OnOneRelease
    @Tag("full")
    void tenMinutesOfOverloadRestartNothing(Release release) {
        overload(release, Duration.ofMinutes(10));
    }

    private static void overload(Release release, Duration lasts) {
        Overload overload = new Overload(lasts);
        try (GuardedHost guarded = GuardedHost.boot(release, overload::prepare)) {
            String runs = "systemctl show -p InvocationID --value teaching_panel nginx";
            String before = guarded.host().sh(runs);
            try (Prober prober = Prober.start(guarded.host(), overload.watched())) {
                Instant broken = overload.inject(guarded.host());
                prober.awaitHealed(broken.plus(lasts), Duration.ofSeconds(5), lasts.multipliedBy(8));
                Prober.Outage seen = prober.stop();
                System.out.printf(
                        "%-8s overload of %d s: %d of %d requests failed, the last after %d s; %d messages%n",
                        release,
                        lasts.toSeconds(),
                        seen.failed(),
                        seen.requests(),
                        seen.since(broken).toSeconds(),
                        guarded.alerts().size());
            }
            assertThat(guarded.host().sh(runs)).isEqualTo(before);
            assertThat(guarded.attempts()).isEmpty();
            assertThat(guarded.alerts()).hasSizeLessThan(2);
        }
    }

    @OnOneRelease
    void aGuardKilledInTheMiddleOfItsRepairIsFinishedByTheNextOne(Release release) {
        for (Fault fault : List.of(Faults.BUILD_AS_ROOT_SCP, ServiceFaults.GUNICORN_KILLED)) {
            Duration outage = GuardKilled.inTime(() -> outageOf(new GuardKilled(fault), release));
            System.out.printf("%-8s guard killed, %-32s outage %5d ms%n", release, fault.name(), outage.toMillis());
        }
    }

    private static Duration outageOf(GuardKilled killed, Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release, killed::prepare);
                Prober prober = Prober.start(guarded.host(), killed.watched())) {
            guarded.awaitWell("app");
            Instant broken = killed.inject(guarded.host());
            prober.awaitHealed(broken, QUIET, PATIENCE);
            Duration outage = prober.stop().since(broken);
            Message told = guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), PATIENCE);
            assertThat(told.text()).contains("WARNING");
            guarded.awaitCalm();
            return outage;
        }
    }

    /// Promise 7: whoever kills the guard after each attempt does not refill its budget.
    @OnOneRelease
    void theBudgetOutlivesTheGuard(Release release) {
        killedAfterEachAttempt(release, 6);
    }

    @OnOneRelease
    @Tag("full")
    void theBudgetOutlivesFiftyDeathsOfTheGuard(Release release) {
        killedAfterEachAttempt(release, 50);
    }

    private static void killedAfterEachAttempt(Release release, int times) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            Instant began = Instant.now();
            host.sh("""
                    mkdir -p /etc/systemd/system/teaching_panel.service.d
                    printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' >/etc/systemd/system/teaching_panel.service.d/ill.conf
                    systemctl daemon-reload; pkill -KILL gunicorn
                    """);
            for (int i = 0; i < times; i++) {
                host.sh("""
                        before=$(grep -c 'attempt ' /var/log/lectio-monitor/health.log || true)
                        for i in $(seq 30); do
                          [ "$(grep -c 'attempt ' /var/log/lectio-monitor/health.log || true)" = "$before" ] || break
                          sleep 0.1
                        done
                        systemctl kill -s KILL lectio-monitor
                        """);
                guarded.awaitGuard();
            }
            host.sh("sleep 3");
            // three in a row, and one more after each cooldown
            long most = 3 + Duration.between(began, Instant.now()).toMinutes() / 5;
            System.out.printf(
                    "%-8s %d deaths of the guard, %d attempts of %d%n",
                    release, times, guarded.attempts().size(), most);
            assertThat(guarded.attempts()).isNotEmpty().hasSizeLessThanOrEqualTo((int) most);
        }
    }

    private static Duration bound(ServiceFaults fault) {
        return switch (fault) {
            case GUNICORN_KILLED, GUNICORN_TERMED, NGINX_KILLED -> Duration.ofSeconds(15);
            case GUNICORN_STOPPED, GUNICORN_WORKERS_STOPPED, NGINX_STOPPED -> Duration.ofSeconds(30);
            case WORKERS_BLOCKED -> Duration.ofSeconds(90);
            case PAGE_OVERWRITTEN -> Duration.ZERO;
        };
    }

    private static void heals(GuardedHost guarded, Fault fault, Duration bound) {
        BotApiServer bot = guarded.bot();
        fault.prepare(guarded.host());
        guarded.awaitCalm();
        int before = guarded.alerts().size();
        try (Prober prober = Prober.start(guarded.host(), fault.watched())) {
            Instant broken = fault.inject(guarded.host());
            prober.awaitHealed(broken, QUIET, PATIENCE);
            Prober.Outage seen = prober.stop();
            Message told = bot.awaitMessage(
                    message ->
                            !message.lastAt().isBefore(broken) && message.text().contains("восстановлено"),
                    PATIENCE);
            System.out.printf(
                    "%-8s %-24s outage %5d ms, alert after %5d ms%n%s%n",
                    guarded.host().release(),
                    fault.name(),
                    seen.since(broken).toMillis(),
                    Duration.between(broken, told.firstAt()).toMillis(),
                    told.text());
            assertThat(seen.since(broken)).as(fault.name()).isLessThan(bound);
            assertThat(guarded.alerts())
                    .as("%s, messages; %s", fault, guarded.allThatIsSaid())
                    .hasSize(before + 1);
        }
    }
}
