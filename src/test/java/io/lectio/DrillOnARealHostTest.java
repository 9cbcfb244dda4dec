package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// `lectio drill` on the plan's site: it breaks that only when it is meant, and puts back what it broke.
@HostTest
class DrillOnARealHostTest {
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final String LECTIO = "/opt/lectio-monitor/bin/lectio ";
    private static final String BUILD = "/var/www/teaching_panel/frontend/build";

    private static String site(TestHost host) {
        return host.sh("find " + BUILD + " -printf '%p %m %u %g %s %i\\n' | sort; sha256sum " + BUILD + "/index.html;"
                + " systemctl is-active teaching_panel nginx");
    }

    private static TestHost.Result drill(TestHost host, String arguments) {
        return host.run(LONGEST, "bash", "-c", LECTIO + "drill " + arguments + " </dev/null");
    }

    private static TestHost.Result onATerminal(TestHost host, String typed, String arguments) {
        return host.run(
                LONGEST,
                "bash",
                "-c",
                "{ sleep 3; echo '" + typed + "'; } | script -qec '" + LECTIO + "drill " + arguments
                        + "' /dev/null; exit ${PIPESTATUS[1]}");
    }

    @Test
    void theRealSiteIsBrokenOnlyWhenItIsMeantAndPutBack() {
        try (GuardedHost guarded = GuardedHost.boot(Release.BOOKWORM)) {
            guarded.awaitAllWell();
            TestHost host = guarded.host();
            String before = site(host);
            assertThat(drill(host, "page"))
                    .returns(2, TestHost.Result::exit)
                    .extracting(TestHost.Result::err)
                    .asString()
                    .contains("--real breaks that one, for all of its visitors");
            assertThat(drill(host, "page --real"))
                    .returns(2, TestHost.Result::exit)
                    .extracting(TestHost.Result::err)
                    .asString()
                    .contains("Not confirmed, so nothing is broken");
            assertThat(onATerminal(host, "yes", "page --real").exit()).isEqualTo(2);
            assertThat(site(host)).isEqualTo(before);

            TestHost.Result typed = onATerminal(host, "break it", "permissions --real");
            assertThat(typed.exit()).as(typed.out()).isZero();
            assertThat(typed.out()).containsPattern("permissions +60 s / 10 s");
            TestHost.Result all = drill(host, "app-kill app-hang page permissions --real --yes --json");
            boolean kept = !all.out().contains("\"kept\":false"); // a slow machine may exceed a promise of seconds
            assertThat(all.exit()).as(all.out() + all.err()).isEqualTo(kept ? 0 : 1);
            for (String scenario : List.of("app-kill", "app-hang", "page", "permissions")) {
                assertThat(all.out())
                        .containsPattern("\"drill\":\"" + scenario
                                + "\"[^}]*\"foundMillis\":\\d+[^}]*\"provedMillis\":\\d+[^}]*\"toldMillis\":\\d+");
            }
            assertThat(site(host)).isEqualTo(before);
        }
    }

    @Test
    void whatIsLeftByADrillThatDiedWithItsWatcherIsPutBackByTheNextGuard() {
        try (GuardedHost guarded = GuardedHost.boot(Release.TRIXIE)) {
            guarded.awaitAllWell();
            TestHost host = guarded.host();
            String before = site(host);
            host.sh(
                    "(setsid " + LECTIO + "drill page --real --yes >/dev/null 2>&1 &)" + "; until [ \"$(cat " + BUILD
                            + "/index.html)\" = broken ]; do sleep 0.05; done; pkill -KILL -f 'lectio.Main [d]rill|drill[.]Undo'");
            assertThat(host.sh("cat " + BUILD + "/index.html")).isEqualTo("broken");
            host.sh("systemctl restart lectio-monitor");
            host.sh("until [ \"$(cat " + BUILD + "/index.html)\" != broken ]; do sleep 0.05; done");
            guarded.awaitAllWell();
            assertThat(site(host)).isEqualTo(before);
        }
    }
}
