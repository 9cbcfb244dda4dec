package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.Faults;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Promises 23, 24 and 26: the guard's own unit, as it is shipped.
@HostTest
class GuardUnitOnARealHostTest {
    private static final Duration BACK = Duration.ofSeconds(20);
    private static final List<String> VISITED = List.of("/", "/api/health/");
    /// The pause that is shipped, not the one of the other tests.
    private static final String AS_SHIPPED =
            "rm /run/systemd/system/lectio-monitor.service.d/sooner.conf; systemctl daemon-reload";

    /// How it ends.
    private enum End {
        KILLED("systemctl kill -s KILL lectio-monitor"),
        STOPPED("systemctl kill -s STOP lectio-monitor"),
        HANGS(
                "python3 /run/hang_guard.py $(systemctl show -p MainPID --value lectio-monitor) >/run/hangs 2>&1 &"
                        + " for i in $(seq 100); do grep -q HANGS /run/hangs && exit 0; sleep 0.05; done; cat /run/hangs; exit 1");

        private final String script;

        End(String script) {
            this.script = script;
        }
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void whateverBecomesOfItIsBackAndNoVisitorNotices(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.awaitAllWell();
            TestHost host = guarded.host();
            host.sh(AS_SHIPPED);
            isTight(host);
            readsASavedChange(host);
            host.lay("hang_guard.py");
            try (Prober visitors = Prober.start(host, VISITED)) {
                for (End end : End.values()) {
                    isBack(guarded, end);
                }
                host.sh("for i in $(seq 10); do systemctl kill -s KILL lectio-monitor; sleep 0.5; done");
                guarded.awaitAllWell();
                guarded.stop();
                host.sh("systemctl -q is-active nginx teaching_panel");
                Prober.Outage seen = visitors.stop();
                System.out.printf("%-8s %d of %d requests failed%n", release, seen.failed(), seen.requests());
                assertThat(seen.failed()).as(visitors.toString()).isZero();
            }
            assertThat(host.sh("journalctl -u lectio-monitor"))
                    .as("where it hung")
                    .contains("\"guard ");
            aRoundOfCronsActs(host);
            guarded.start();
            guarded.awaitAllWell();
            heals(host);
        }
    }

    private static void isTight(TestHost host) {
        String exposure = host.sh("systemd-analyze security --no-pager lectio-monitor | tail -n 1");
        System.out.print(host.release() + " " + exposure);
        assertThat(Double.parseDouble(exposure.replaceAll(".*: ([0-9.]+) .*\\n", "$1")))
                .isLessThanOrEqualTo(3.0);
        assertThat(host.sh("systemd-analyze verify lectio-monitor.service 2>&1"))
                .isEmpty();
        assertThat(host.sh("systemctl show -p MemoryHigh,MemoryMax,StatusText,NRestarts,BindsTo,PartOf lectio-monitor"))
                .contains("MemoryHigh=268435456", "MemoryMax=536870912", "StatusText=1 site guarded, no incident")
                .contains("NRestarts=0", "BindsTo=\n", "PartOf=\n");
        assertThat(host.sh("systemctl list-dependencies --reverse --plain lectio-monitor nginx teaching_panel"
                        + " | grep -c lectio-monitor"))
                .as("nobody needs it")
                .isEqualTo("1\n");
    }

    private static void readsASavedChange(TestHost host) {
        String run = run(host);
        assertThat(host.sh("""
                exec 2>&1; cd /opt/lectio-monitor
                echo LECTIO_REPAIRS_PER_HOUR=19 >>config.env
                systemctl reload lectio-monitor && echo reloaded
                cp -p config.env good.env; echo LECTIO_LANGUAG=en >>config.env
                bin/lectio reload || echo exit $?
                systemctl reload lectio-monitor || echo not reloaded
                mv good.env config.env; bin/lectio reload
                """))
                .matches("(?s)reloaded\n.*/config\\.env:\\d+: .*LECTIO_LANGUAG.*what was in force stays so\nexit 2\n"
                        + ".*not reloaded\n.*the configuration is in force.*");
        assertThat(run(host)).as("no restart in between").isEqualTo(run);
    }

    private static void isBack(GuardedHost guarded, End end) {
        TestHost host = guarded.host();
        String before = run(host);
        Instant began = Instant.now();
        host.sh(end.script);
        host.sh("for i in $(seq 400); do [ \"$(systemctl show -p InvocationID --value lectio-monitor)\" != '"
                + before
                + "' ] && systemctl -q is-active lectio-monitor && exit 0; sleep 0.05; done; exit 1");
        guarded.awaitWell("page");
        Duration took = Duration.between(began, Instant.now());
        System.out.printf("%-8s %-8s back after %5d ms%n", host.release(), end, took.toMillis());
        assertThat(took).as(end.name()).isLessThan(BACK);
    }

    private static void aRoundOfCronsActs(TestHost host) {
        Faults.PAGE_CHMOD_000.inject(host);
        assertThat(host.sh("/opt/lectio-monitor/health_check.sh 2>&1; echo exit $?"))
                .contains("exit 0");
        host.sh("curl -fsS -o /dev/null http://localhost/; ! systemctl -q is-active lectio-monitor");
    }

    /// The application comes up late; then it is killed, and that is a fault.
    @ParameterizedTest
    @EnumSource(Release.class)
    void afterABootItWaitsUntilTheSiteWasWellOnce(Release release) {
        String ill = "rm " + GuardedHost.BEGUN + "; systemctl kill -s STOP teaching_panel";
        try (GuardedHost guarded = GuardedHost.boot(release, host -> host.sh(ill))) {
            TestHost host = guarded.host();
            host.sh("sleep 10");
            assertThat(guarded.attempts()).as("in the grace").isEmpty();
            assertThat(guarded.alerts()).isEmpty();
            host.sh("systemctl kill -s CONT teaching_panel");
            guarded.awaitWell("api");
            guarded.awaitAllWell();
            heals(host);
        }
    }

    private static void heals(TestHost host) {
        Faults.PAGE_CHMOD_000.inject(host);
        host.sh("for i in $(seq 200); do curl -fsS -o /dev/null http://localhost/ && exit 0; sleep 0.05; done; exit 1");
    }

    private static String run(TestHost host) {
        return host.sh("systemctl show -p InvocationID --value lectio-monitor").strip();
    }
}
