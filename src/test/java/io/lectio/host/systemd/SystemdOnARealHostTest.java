package io.lectio.host.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lectio.core.health.UnitState;
import io.lectio.core.health.UnitState.Active;
import io.lectio.core.health.UnitState.Load;
import io.lectio.core.health.UnitState.Stop;
import io.lectio.host.systemd.SystemdException.Kind;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@HostTest
class SystemdOnARealHostTest {
    private static final String PANEL = "teaching_panel.service";
    private static final String NGINX = "nginx.service";
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofSeconds(30);

    private static Systemd of(TestHost host) {
        return new Systemd(host.systemdSocket());
    }

    /// Looks at each change until a look passes.
    private static UnitState await(
            Systemd systemd, BlockingQueue<String> changes, String unit, Predicate<UnitState> wanted)
            throws IOException, InterruptedException {
        Instant deadline = Instant.now().plus(SOON);
        UnitState state = systemd.unit(unit);
        while (!wanted.test(state)) {
            assertThat(Instant.now())
                    .as("no change told, the last look: " + state)
                    .isBefore(deadline);
            String changed = changes.poll(SOON.toMillis(), TimeUnit.MILLISECONDS);
            if (unit.equals(changed)) {
                state = systemd.unit(unit);
            }
        }
        return state;
    }

    /// While systemd starts anew, a look may fail.
    private static UnitState lookAgain(Systemd systemd, String unit) throws IOException {
        Instant deadline = Instant.now().plus(SOON);
        while (true) {
            try {
                return systemd.unit(unit);
            } catch (SystemdException e) {
                assertThat(Instant.now()).as(e.getMessage()).isBefore(deadline);
                Thread.onSpinWait();
            }
        }
    }

    private static BlockingQueue<String> watch(Systemd systemd) throws InterruptedException {
        BlockingQueue<String> changes = new LinkedBlockingQueue<>();
        systemd.watch(Set.of(PANEL, NGINX), changes::add);
        assertThat(changes.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(changes.poll(10, TimeUnit.SECONDS)).isNotNull();
        return changes;
    }

    @ParameterizedTest
    @EnumSource
    void unitsAreSeenAsTheyAre(Release release) throws Exception {
        try (TestHost host = TestHost.boot(release);
                Systemd systemd = of(host)) {
            UnitState panel = systemd.unit(PANEL);
            assertThat(panel.load()).isEqualTo(Load.LOADED);
            assertThat(panel.active()).isEqualTo(Active.ACTIVE);
            assertThat(panel.sub()).isEqualTo("running");
            assertThat(panel.result()).isEqualTo("success");
            assertThat(panel.restartsItself()).isTrue();
            assertThat(panel.exit()).isEmpty();
            assertThat(panel.stop()).isEqualTo(Stop.UNKNOWN);
            assertThat(panel.cgroup()).isEqualTo("/system.slice/" + PANEL);
            assertThat(panel.since()).isBetween(Instant.now().minus(Duration.ofMinutes(3)), Instant.now());
            String shown = host.sh("systemctl show -P MainPID -P InvocationID -P NRestarts " + PANEL);
            assertThat(shown.lines())
                    .containsExactlyInAnyOrder(
                            String.valueOf(panel.mainPid()), panel.invocation(), String.valueOf(panel.restarts()));
            UnitState nginx = systemd.unit(NGINX);
            assertThat(nginx.active()).isEqualTo(Active.ACTIVE);
            assertThat(nginx.restartsItself()).isFalse();
            assertThat(systemd.unit("no_such.service").load()).isEqualTo(Load.NOT_FOUND);
            host.sh("systemctl mask --now cron 2>&1");
            assertThat(systemd.unit("cron.service").load()).isEqualTo(Load.MASKED);
            host.sh("printf '[Service]\\nRestart=no\\n' > /etc/systemd/system/bad.service");
            assertThat(systemd.unit("bad.service").load()).isEqualTo(Load.BROKEN);
            assertThat(systemd.unit("dbus.socket").active()).isEqualTo(Active.ACTIVE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aKilledUnitIsToldAtOnceAndRestarted(Release release) throws Exception {
        try (TestHost host = TestHost.boot(release);
                Systemd systemd = of(host)) {
            BlockingQueue<String> changes = watch(systemd);
            String before = systemd.unit(PANEL).invocation();
            long killed = System.nanoTime();
            systemd.kill(PANEL, 9);
            UnitState held = await(systemd, changes, PANEL, state -> state.sub().equals("auto-restart"));
            long seen = System.nanoTime() - killed;
            System.out.printf("%s: seen %d ms after the kill%n", release, seen / 1_000_000);
            assertThat(Duration.ofNanos(seen)).isLessThan(Duration.ofSeconds(1));
            assertThat(held.active()).isEqualTo(Active.ACTIVATING);
            assertThat(held.result()).isEqualTo("signal");
            assertThat(held.exit()).isEqualTo("signal 9 (KILL)");
            assertThat(held.stop()).isEqualTo(Stop.NOT_ASKED);
            assertThatThrownBy(() -> systemd.kill(PANEL, 9))
                    .isInstanceOfSatisfying(
                            SystemdException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REFUSED));
            long asked = System.nanoTime();
            systemd.restart(PANEL, LONG);
            System.out.printf("%s: restarted in %d ms%n", release, (System.nanoTime() - asked) / 1_000_000);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(3));
            UnitState after = systemd.unit(PANEL);
            assertThat(after.active()).isEqualTo(Active.ACTIVE);
            assertThat(after.invocation()).isNotEqualTo(before).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoEndedAUnitIsKnown(Release release) throws Exception {
        try (TestHost host = TestHost.boot(release);
                Systemd systemd = of(host)) {
            BlockingQueue<String> changes = watch(systemd);
            host.sh("systemctl stop nginx");
            assertThat(await(systemd, changes, NGINX, state -> state.active() == Active.INACTIVE)
                            .stop())
                    .isEqualTo(Stop.ASKED);
            host.sh("systemctl start nginx");
            host.sh("kill -QUIT $(cat /run/nginx.pid)");
            UnitState quit = await(systemd, changes, NGINX, state -> state.active() == Active.INACTIVE);
            assertThat(quit.result()).isEqualTo("success");
            assertThat(quit.exit()).isEqualTo("exit code 0");
            assertThat(quit.stop()).isEqualTo(Stop.NOT_ASKED);

            systemd.kill(PANEL, 9);
            assertThat(await(systemd, changes, PANEL, state -> state.sub().equals("auto-restart"))
                            .stop())
                    .isEqualTo(Stop.NOT_ASKED);
            host.sh("systemctl stop " + PANEL); // a job of a moment, whose type nobody can ask for
            assertThat(await(systemd, changes, PANEL, state -> state.active() == Active.INACTIVE)
                            .stop())
                    .isEqualTo(Stop.ASKED);
            host.sh("systemctl start " + PANEL);
            assertThat(systemd.unit(PANEL).stop()).isNotEqualTo(Stop.ASKED);
            host.sh("systemctl stop " + PANEL);
            host.sh("systemctl restart " + PANEL);
            systemd.kill(PANEL, 9);
            assertThat(await(systemd, changes, PANEL, state -> state.sub().equals("auto-restart"))
                            .stop())
                    .isEqualTo(Stop.NOT_ASKED);
        }
    }

    /// A stop of what has failed is done at once and changes nothing: nobody can ask what it was.
    @ParameterizedTest
    @EnumSource
    void aStopOfWhatHasFailedIsAStop(Release release) throws Exception {
        try (TestHost host = TestHost.boot(release);
                Systemd systemd = of(host)) {
            BlockingQueue<String> changes = watch(systemd);
            systemd.kill(NGINX, 9);
            assertThat(await(systemd, changes, NGINX, state -> state.active() == Active.FAILED)
                            .stop())
                    .isEqualTo(Stop.NOT_ASKED);
            host.sh("systemctl stop nginx");
            assertThat(await(systemd, changes, NGINX, state -> state.stop() == Stop.ASKED)
                            .active())
                    .isEqualTo(Active.FAILED);
            host.sh("systemctl start nginx");
            assertThat(systemd.unit(NGINX).stop()).isNotEqualTo(Stop.ASKED);
            host.sh("""
                    mkdir -p /etc/systemd/system/nginx.service.d
                    printf '[Service]\\nType=simple\\nPIDFile=\\nExecStartPre=\\nExecStart=\\nExecStart=/bin/false\\n' \\
                      >/etc/systemd/system/nginx.service.d/ill.conf
                    systemctl daemon-reload; systemctl stop nginx
                    """);
            for (int i = 0; i < 10; i++) {
                host.sh("systemctl reset-failed nginx; systemctl start nginx");
                UnitState ended = await(systemd, changes, NGINX, state -> state.active() == Active.FAILED);
                assertThat(ended.stop()).as("a start that failed at once").isNotEqualTo(Stop.ASKED);
            }
        }
    }

    /// systemd drops a stopped unit of a template, each look loads it anew, and both are signalled.
    @ParameterizedTest
    @EnumSource
    void looksAtAUnitThatSystemdDropsAskForNoMore(Release release) throws Exception {
        try (TestHost host = TestHost.boot(release);
                Systemd systemd = of(host)) {
            host.sh("""
                    printf '[Service]\\nExecStart=/bin/sleep infinity\\n' >/etc/systemd/system/panel@.service
                    systemctl daemon-reload; systemctl start panel@1
                    """);
            BlockingQueue<String> changes = new LinkedBlockingQueue<>();
            systemd.watch(Set.of("panel@1.service"), changes::add);
            assertThat(changes.poll(10, TimeUnit.SECONDS)).isNotNull();
            host.sh("systemctl stop panel@1");
            int looks = 0;
            while (looks < 30 && changes.poll(1, TimeUnit.SECONDS) != null) {
                assertThat(systemd.unit("panel@1.service").load()).isEqualTo(Load.LOADED);
                looks++;
            }
            assertThat(looks).isBetween(1, 29);
            host.sh("systemctl start panel@1");
            assertThat(await(systemd, changes, "panel@1.service", state -> state.active() == Active.ACTIVE)
                            .stop())
                    .isNotEqualTo(Stop.ASKED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void systemdMayReexecuteAndReload(Release release) throws Exception {
        try (TestHost host = TestHost.boot(release);
                Systemd systemd = of(host)) {
            BlockingQueue<String> changes = watch(systemd);
            host.sh("systemctl stop nginx");
            assertThat(await(systemd, changes, NGINX, state -> state.active() == Active.INACTIVE)
                            .stop())
                    .isEqualTo(Stop.ASKED);
            changes.clear();
            host.sh("systemctl daemon-reexec");
            assertThat(lookAgain(systemd, NGINX).stop()).isEqualTo(Stop.ASKED);
            assertThat(systemd.unit(PANEL).active()).isEqualTo(Active.ACTIVE);
            while (changes.poll(500, TimeUnit.MILLISECONDS) != null) {
                assertThat(lookAgain(systemd, PANEL).active()).isEqualTo(Active.ACTIVE);
            }
            host.sh("systemctl daemon-reload");
            systemd.kill(PANEL, 9);
            assertThat(await(systemd, changes, PANEL, state -> state.sub().equals("auto-restart"))
                            .stop())
                    .isEqualTo(Stop.NOT_ASKED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatSystemdRefusesIsToldByName(Release release) throws Exception {
        try (TestHost host = TestHost.boot(release);
                Systemd systemd = of(host)) {
            assertThatThrownBy(() -> systemd.restart("no_such.service", LONG))
                    .hasMessageContaining("no_such.service")
                    .hasMessageContaining("org.freedesktop.systemd1.NoSuchUnit");
            assertThatThrownBy(() -> systemd.kill("no_such.service", 15)).hasMessageContaining("no_such.service");
            host.sh("systemctl stop nginx");
            assertThatThrownBy(() -> systemd.kill(NGINX, 15)).isInstanceOf(SystemdException.class);
            systemd.resetFailed(NGINX);
            systemd.resetFailed("no_such.service");
            host.sh("printf '[Service]\\nType=oneshot\\nExecStart=/bin/false\\n' > /etc/systemd/system/fails.service");
            assertThatThrownBy(() -> systemd.restart("fails.service", LONG))
                    .hasMessage("RestartUnit fails.service: failed");
            assertThat(systemd.unit("fails.service").active()).isEqualTo(Active.FAILED);
            assertThat(systemd.unit("fails.service").exit()).isEqualTo("exit code 1");
            systemd.resetFailed("fails.service");
            assertThat(systemd.unit("fails.service").active()).isEqualTo(Active.INACTIVE);
        }
    }
}
