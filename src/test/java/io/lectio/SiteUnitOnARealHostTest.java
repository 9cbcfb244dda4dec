package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What `lectio unit apply` adds to the application's unit: a watchdog that ends what hangs, and nothing else.
@HostTest
class SiteUnitOnARealHostTest {
    private static final String LECTIO = "/opt/lectio-monitor/bin/lectio ";
    private static final String SETTING = "/etc/systemd/system/teaching_panel.service.d/60-test.conf";
    private static final String ROOM = "/run/systemd/system/teaching_panel.service.d/50-lectio-restart.conf";
    private static final String RUN = "systemctl show -p InvocationID --value teaching_panel";
    /// More than an application that only waits needs, which is asked each 15 s.
    private static final Duration SHORT = Duration.ofSeconds(25);
    private static final Duration PLAN = Duration.ofSeconds(60);
    /// What it takes to end what hangs, and to start it.
    private static final Duration BACK = Duration.ofSeconds(10);

    private static GuardedHost boot(Release release, Duration watchdog) {
        GuardedHost guarded = GuardedHost.boot(release);
        TestHost host = guarded.host();
        guarded.awaitAllWell();
        host.sh(LECTIO + "unit apply --yes");
        if (!watchdog.equals(PLAN)) {
            setting(host, "WatchdogSec=" + watchdog.toSeconds());
        }
        return guarded;
    }

    private static void setting(TestHost host, String lines) {
        host.sh(
                "printf '[Service]\\n" + lines + "\\n' >" + SETTING
                        + "; systemctl daemon-reload; systemctl reset-failed teaching_panel; systemctl restart teaching_panel;"
                        + " for i in $(seq 100); do curl -fs -m 1 -o /dev/null localhost/api/health/ && exit 0; sleep 0.1; done; exit 1");
    }

    /// How long after now another run of the application answers.
    private static Duration untilAnotherRun(TestHost host, String before, Duration patience) {
        Instant from = Instant.now();
        host.run(
                patience.plusSeconds(60),
                "bash",
                "-c",
                "end=$(($(date +%s) + " + patience.toSeconds() + ")); while [ $(date +%s) -lt $end ]; do [ \"$(" + RUN
                        + ")\" = " + before
                        + " ] || { curl -fs -m 1 -o /dev/null 127.0.0.1:8000/api/health/ && exit 0; }; sleep 0.2; done");
        assertThat(host.sh(RUN).strip()).isNotEqualTo(before);
        return Duration.between(from, Instant.now());
    }

    @OnOneRelease
    void isLaidByOneShortRestartAndTakenAwayByNone(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            guarded.awaitAllWell();
            assertThat(host.run(Duration.ofSeconds(20), "bash", "-c", LECTIO + "unit")
                            .exit())
                    .isEqualTo(1);
            String said;
            try (Prober prober = Prober.start(host, List.of("/api/health/"), BACK)) {
                said = host.sh(LECTIO + "unit apply --yes 2>&1");
                assertThat(prober.stop().failed()).as(prober.toString()).isZero();
                System.out.printf("%-8s the drop-in comes: nobody is refused%n%s%n", release, said);
            }
            assertThat(host.sh("systemctl show teaching_panel -p NFileDescriptorStore,FileDescriptorStoreMax;"
                            + " ls /run/systemd/system"))
                    .contains("NFileDescriptorStore=0", "FileDescriptorStoreMax=0")
                    .doesNotContain("teaching_panel"); // else a new address in the unit's own file would not count
            assertThat(said).contains("WatchdogSec", "-> 60s", "has its watchdog");
            assertThat(
                            host.sh(
                                    "systemctl show teaching_panel -p WatchdogUSec,Restart,StartLimitBurst,StartLimitIntervalUSec,OnFailure"))
                    .contains(
                            "WatchdogUSec=1min",
                            "Restart=always",
                            "StartLimitBurst=5",
                            "StartLimitIntervalUSec=5min",
                            "OnFailure=failure-notifier@teaching_panel.service.service");
            String run = host.sh(RUN);
            assertThat(host.sh(LECTIO + "unit apply --yes")).contains("nothing to do");
            assertThat(host.sh(LECTIO + "unit")).contains("has it all");
            long kib = Long.parseLong(host.sh("""
                    most=0
                    for i in $(seq 400); do
                      now=0
                      for p in $(cat /sys/fs/cgroup/system.slice/teaching_panel.service/cgroup.procs); do
                        case $(tr '\\0' ' ' </proc/$p/cmdline 2>/dev/null) in *gunicorn*) continue;; esac
                        now=$((now + $(awk '/^Pss:/ { print $2 }' /proc/$p/smaps_rollup 2>/dev/null || echo 0)))
                      done
                      [ $now -le $most ] || most=$now
                      sleep 0.02
                    done
                    echo $most""").strip());
            System.out.printf("%-8s the pinger takes %d KiB at most%n", release, kib);
            assertThat(kib).isBetween(100L, 2048L);
            assertThat(host.sh(RUN)).isEqualTo(run);
            setting(host, "WatchdogSec=" + SHORT.toSeconds());
            run = host.sh(RUN);
            host.sh("rm " + SETTING); // this run keeps its watchdog
            assertThat(host.sh(LECTIO + "unit remove --yes")).contains("its own file");
            assertThat(host.sh("systemctl show teaching_panel -p WatchdogUSec,DropInPaths; ls /etc/systemd/system"))
                    .contains("WatchdogUSec=0")
                    .doesNotContain("50-lectio", "teaching_panel.service.d");
            host.sh("sleep 30"); // a watchdog that was left would have ended it
            assertThat(host.sh(RUN)).isEqualTo(run);
            assertThat(guarded.alerts()).isEmpty();
        }
    }

    /// Killed between the two: the room for a socket is gone by the repeat, or by the removal.
    @OnOneRelease
    void anApplyThatIsKilledLeavesNothingThatTheRepeatOrTheRemovalLeaves(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            guarded.awaitAllWell();
            oneCommandAloneChangesIt(host);
            for (String next : List.of("apply", "remove")) {
                host.sh(LECTIO + "unit apply --yes >/run/said 2>&1 & for i in $(seq 3000); do"
                        + " [ -e " + ROOM + " ] && break; sleep 0.01; done; [ -e " + ROOM + " ] || exit 1;"
                        + " pkill -KILL -f 'io.lectio.Mai[n] unit'; wait; [ -e " + ROOM + " ]");
                host.sh(LECTIO + "unit " + next + " --yes");
                assertThat(host.sh("[ ! -e " + ROOM + " ] && curl -fs -m 20 localhost/api/health/ >/dev/null &&"
                                + " systemctl show teaching_panel -p NFileDescriptorStore,FileDescriptorStoreMax"))
                        .contains("NFileDescriptorStore=0", "FileDescriptorStoreMax=0");
                host.sh(LECTIO + "unit remove --yes");
            }
        }
    }

    private static void oneCommandAloneChangesIt(TestHost host) {
        String run = host.sh(RUN);
        String said = host.sh("""
                cat >/run/hold.py <<'END'
                import fcntl, time
                held = open('/run/lectio-monitor/teaching_panel.service.lock', 'a')
                fcntl.lockf(held, fcntl.LOCK_EX)
                print('process 7', file=held, end='', flush=True)
                time.sleep(600)
                END
                systemd-run -q --unit holder python3 /run/hold.py
                while ! grep -q 7 /run/lectio-monitor/teaching_panel.service.lock; do sleep 0.1; done
                for what in apply 'apply --socket' remove; do
                  /opt/lectio-monitor/bin/lectio unit $what --yes 2>&1; echo ended by $?
                done
                systemctl stop holder""");
        assertThat(said.lines().filter("ended by 4"::equals)).as(said).hasSize(3);
        assertThat(said).contains("another command is at work on teaching_panel.service: process 7");
        assertThat(host.sh(RUN)).isEqualTo(run);
        assertThat(host.sh("ls /etc/systemd/system")).doesNotContain("teaching_panel.service.d");
    }

    /// Who starts gunicorn might not hand it on, and gunicorn deletes the path of one that has any. What it is given
    /// and
    /// cannot take, it is not given for long.
    @ParameterizedTest
    @EnumSource(Release.class)
    void onlyASocketThatTheNextRunTakesIsKeptForIt(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            guarded.stop();
            if (release == Release.TRIXIE) { // whose systemd may be told to refuse
                nothingStaysWhereNothingIsRead(host);
            }
            host.sh("mkdir -p $(dirname " + SETTING + ")");
            String gunicorn = "/usr/bin/gunicorn --workers 3 --bind 127.0.0.1:8000 panel.wsgi:application";
            for (String other : List.of("/usr/bin/env " + gunicorn, gunicorn + " --bind unix:/tmp/site.sock")) {
                setting(host, "ExecStart=\\nExecStart=" + other);
                assertThat(host.sh(LECTIO + "unit apply --yes 2>&1"))
                        .contains("the API does not answer for", "has its watchdog");
                host.sh(LECTIO + "unit remove --yes");
            }
            host.sh("curl -fs -m 5 --unix-socket /tmp/site.sock localhost/api/health/");
            setting(host, "ExecStart=\\nExecStart=" + gunicorn + "\\nUnsetEnvironment=LISTEN_FDS LISTEN_PID");
            String said = host.run(Duration.ofSeconds(90), "bash", "-c", LECTIO + "unit apply --yes 2>&1")
                    .out();
            System.out.printf("%-8s %s%n", release, said);
            assertThat(said).contains("who asks the API waits").containsAnyOf("has its watchdog", "answers as before");
            host.sh("for i in $(seq 100); do curl -fs -m 1 localhost/api/health/ && exit; sleep 0.1; done; exit 1");
            assertThat(host.sh("systemctl show teaching_panel -p NFileDescriptorStore,FileDescriptorStoreMax;"
                            + " ls /run/systemd/system"))
                    .contains("NFileDescriptorStore=0", "FileDescriptorStoreMax=0")
                    .doesNotContain("teaching_panel");
        }
    }

    private static void nothingStaysWhereNothingIsRead(TestHost host) {
        String limit = "/etc/systemd/system.conf.d/60-test.conf";
        host.sh("mkdir -p $(dirname " + limit
                + "); printf '[Manager]\\nReloadLimitIntervalSec=1h\\nReloadLimitBurst=1\\n' >" + limit
                + "; systemctl daemon-reexec");
        String said = host.sh(LECTIO + "unit apply --yes 2>&1; [ ! -e " + ROOM + " ]");
        assertThat(said)
                .contains("its socket is not kept: ", "what systemd keeps for ", "has its watchdog")
                .contains("the API does not answer for");
        host.sh("rm " + limit
                + "; kill -TERM 1; for i in $(seq 100); do systemctl daemon-reload 2>/dev/null && break; sleep 0.1; done; "
                + LECTIO + "unit remove --yes");
    }

    @OnOneRelease
    void whatHangsIsRestartedAndToldWithoutTheGuard(Release release) {
        hangs(release, SHORT);
    }

    @OnOneRelease
    @Tag("full")
    void whatHangsIsRestartedWithinTheWatchdogsMinute(Release release) {
        hangs(release, PLAN);
    }

    private static void hangs(Release release, Duration watchdog) {
        try (GuardedHost guarded = boot(release, watchdog)) {
            TestHost host = guarded.host();
            guarded.stop();
            for (String hang : List.of("pkill -STOP gunicorn", "systemctl kill -s STOP teaching_panel")) {
                String run = host.sh(RUN).strip();
                Instant broken = Instant.now();
                int before = guarded.alerts().size();
                host.sh(hang);
                Duration back = untilAnotherRun(host, run, watchdog.plus(BACK).plus(BACK));
                Message told = guarded.bot()
                        .awaitMessage(
                                message -> message.text().contains("teaching_panel.service отказал")
                                        && !message.lastAt().isBefore(broken),
                                Duration.ofSeconds(60));
                System.out.printf(
                        "%-8s %s: answers again after %d ms, told after %d ms%n%s%n",
                        release,
                        hang,
                        back.toMillis(),
                        Duration.between(broken, told.lastAt()).toMillis(),
                        told.text());
                assertThat(back).isLessThan(watchdog.plus(BACK));
                assertThat(told.text()).contains("WARNING", "завис").doesNotContain(GuardedHost.CANARY);
                host.sh("sleep 12");
                assertThat(guarded.alerts()).hasSize(before + 1);
            }
        }
    }

    @OnOneRelease
    @Tag("full")
    void workersThatAllSleepForEverAreRestarted(Release release) {
        sleeps(release, SHORT, "--workers 3");
    }

    @OnOneRelease
    @Tag("full")
    void allThatSleepsForEverIsRestartedWithinTheWatchdogsMinute(Release release) {
        sleeps(release, PLAN, "--workers 3");
        sleeps(release, PLAN, "--workers 2 --threads 2");
    }

    /// Where each worker has threads, one that takes requests in and hands them on sleeps as little as ever.
    @OnOneRelease
    void threadsThatAllSleepForEverAreRestarted(Release release) {
        sleeps(release, SHORT, "--workers 2 --threads 2");
    }

    private static void sleeps(Release release, Duration watchdog, String workers) {
        try (GuardedHost guarded = boot(release, watchdog)) {
            TestHost host = guarded.host();
            guarded.stop();
            setting(
                    host,
                    "WatchdogSec=" + watchdog.toSeconds() + "\\nExecStart=\\nExecStart=/usr/bin/gunicorn " + workers
                            + " --timeout 0 --bind 127.0.0.1:8000 panel.wsgi:application");
            String run = host.sh(RUN).strip();
            // a worker of threads takes in what another could answer, so that a few that wait are no proof of a hang
            host.sh("""
                    for i in $(seq 20); do (setsid curl -s -m 300 -o /dev/null 127.0.0.1:8000/api/block/ &); done
                    for i in $(seq 60); do
                      (setsid curl -s -m 300 -o /dev/null 127.0.0.1:8000/api/block/ &)
                      for _ in 1 2 3; do curl -s -m 4 -o /dev/null 127.0.0.1:8000/api/health/ && continue 2; done
                      exit 0
                    done
                    exit 1""");
            Duration back = untilAnotherRun(host, run, watchdog.plusSeconds(25));
            System.out.printf(
                    "%-8s all of %s asleep for ever: answers again after %d ms%n", release, workers, back.toMillis());
            assertThat(back).isLessThan(watchdog.plusSeconds(15));
        }
    }

    @OnOneRelease
    void whatIsWellOrOnlyOverloadedIsLeftAlone(Release release) {
        overload(release, Duration.ofSeconds(30), Duration.ofSeconds(45));
    }

    @OnOneRelease
    @Tag("full")
    void tenMinutesOfHealthAndTenOfOverloadEndNothing(Release release) {
        overload(release, PLAN, Duration.ofMinutes(10));
    }

    /// 30 clients want answers of 20 s from 3 workers: most wait for more than three minutes.
    private static void overload(Release release, Duration watchdog, Duration lasts) {
        try (GuardedHost guarded = boot(release, watchdog)) {
            TestHost host = guarded.host();
            host.sh("sed -i 's/, 5000)/, 20000)/' /var/www/teaching_panel/teaching_panel/panel/urls.py");
            setting(host, "WatchdogSec=" + watchdog.toSeconds());
            guarded.stop();
            String run = host.sh(RUN);
            Duration most = lasts.plusMinutes(2);
            host.run(most, "sleep", String.valueOf(lasts.toSeconds()));
            assertThat(host.sh(RUN)).as("healthy").isEqualTo(run);
            host.run(most, "bash", "-c", """
                    end=$(($(date +%%s) + %d))
                    for i in $(seq 30); do
                      (while [ $(date +%%s) -lt $end ]; do curl -s -m $((end - $(date +%%s) + 1)) -o /dev/null '127.0.0.1:8000/api/slow/?ms=20000'; done) &
                    done
                    wait""".formatted(lasts.toSeconds()));
            assertThat(host.sh(RUN)).as("overloaded").isEqualTo(run);
            System.out.printf("%-8s %d s of health and of overload: no restart%n", release, lasts.toSeconds());
        }
    }

    /// What is done to an application each day does not meet the watchdog, nor does the end of its pinger alone; the
    /// end of all that pings does.
    @OnOneRelease
    void reloadsAndExchangesOfWorkersEndNothingAndAStopIsAStop(Release release) {
        try (GuardedHost guarded = boot(release, SHORT)) {
            TestHost host = guarded.host();
            guarded.stop();
            String run = host.sh(RUN).strip();
            host.sh("""
                    main=$(systemctl show -p MainPID --value teaching_panel)
                    kill -HUP $main; sleep 2
                    for i in 1 2 3; do kill -TTIN $main; sleep 0.5; done; sleep 2
                    for i in 1 2 3; do kill -TTOU $main; sleep 0.5; done
                    systemctl kill -s HUP teaching_panel; systemctl kill -s USR1 teaching_panel
                    systemctl daemon-reload; pkill -KILL -n -x lectio-alive; sleep 32""");
            assertThat(host.sh(RUN).strip()).isEqualTo(run);
            assertThat(host.sh("pgrep -x lectio-alive").lines()).hasSize(2);
            host.sh("pkill -KILL -x lectio-alive");
            Duration back = untilAnotherRun(host, run, SHORT.plus(BACK).plus(BACK));
            System.out.printf("%-8s all of the pinger killed: another run after %d ms%n", release, back.toMillis());
            assertThat(host.sh("pgrep -x lectio-alive")).isNotBlank();
            host.sh("systemctl stop teaching_panel; sleep 5");
            assertThat(host.sh("systemctl is-active teaching_panel || true").strip())
                    .isEqualTo("inactive");
            assertThat(host.sh("pgrep -x lectio-alive || true")).isBlank();
        }
    }

    /// The guard that has seen a crash itself tells it alone.
    @OnOneRelease
    void aCrashThatTheGuardHasSeenIsToldOnce(Release release) {
        try (GuardedHost guarded = boot(release, PLAN)) {
            guarded.awaitAllWell();
            guarded.host().sh("kill -KILL $(systemctl show -p MainPID --value teaching_panel); sleep 20");
            Message told = guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), SHORT);
            assertThat(told.text()).contains("teaching_panel.service завершился");
            assertThat(guarded.alerts()).as(guarded.allThatIsSaid()).hasSize(1);
            assertThat(guarded.host().sh("ls /var/lib/lectio-monitor/failures")).contains(".told");
        }
    }

    @OnOneRelease
    void whatSystemdGivesUpIsToldWithoutTheGuard(Release release) {
        try (GuardedHost guarded = boot(release, PLAN)) {
            guarded.stop();
            setting(guarded.host(), "WatchdogSec=60");
            guarded.host()
                    .sh("sed -i '1i raise SystemExit(3)' /var/www/teaching_panel/teaching_panel/panel/wsgi.py;"
                            + " pkill -KILL gunicorn");
            Message told = guarded.bot()
                    .awaitMessage(
                            message -> message.text().contains("CRITICAL")
                                    && message.text().contains("падал слишком часто"),
                            Duration.ofSeconds(90));
            System.out.println(told.text());
            assertThat(told.text()).contains("systemctl reset-failed teaching_panel.service", "journalctl -u");
            guarded.host().sh("sleep 15");
            assertThat(guarded.alerts()).hasSizeLessThan(3);
        }
    }

    @OnOneRelease
    void withTheSocketNobodyIsRefusedWhileItIsKilled(Release release) {
        try (GuardedHost guarded = boot(release, PLAN)) {
            TestHost host = guarded.host();
            String said = host.sh(LECTIO + "unit apply --socket --yes 2>&1");
            System.out.printf("%-8s %s%n", release, said.strip());
            assertThat(said).contains("teaching_panel.socket holds 127.0.0.1:8000");
            guarded.stop();
            String run = host.sh(RUN).strip();
            String seen = host.sh("""
                    cat >/run/load.py <<'END'
                    import http.client, threading, time
                    waits, failed = [], []
                    def ask():
                        began = time.monotonic()
                        try:
                            to = http.client.HTTPConnection('127.0.0.1', 8000, timeout=10)
                            to.request('GET', '/api/health/')
                            assert to.getresponse().status == 200
                            waits.append(time.monotonic() - began)
                        except Exception as e:
                            failed.append(repr(e))
                    began = time.monotonic()
                    threads = []
                    for i in range(1200):
                        time.sleep(max(0, began + i / 150 - time.monotonic()))
                        threads.append(threading.Thread(target=ask)); threads[-1].start()
                    for each in threads: each.join()
                    print(len(waits), 'answered', len(failed), 'failed', round(max(waits), 2), failed[:3])
                    END
                    (sleep 3; pkill -KILL gunicorn) & python3 /run/load.py""");
            System.out.printf("%-8s killed under 150 requests a second: %s%n", release, seen.strip());
            assertThat(host.sh(RUN).strip()).isNotEqualTo(run);
            assertThat(Integer.parseInt(seen.replaceAll("(?s).* answered ([0-9]+) failed .*", "$1")))
                    .as("what the three workers were answering when they were killed")
                    .isLessThanOrEqualTo(3);
            assertThat(Double.parseDouble(seen.replaceAll("(?s).* failed ([0-9.]+).*", "$1")))
                    .isLessThan(5); // 2 on a machine that does nothing else
            assertThat(host.sh(LECTIO + "unit remove --yes")).contains("its own file");
            assertThat(host.sh("curl -fs -m 5 127.0.0.1:8000/api/health/; ls -R /etc/systemd/system"))
                    .contains("ok")
                    .doesNotContain("teaching_panel.socket");
        }
    }
}
