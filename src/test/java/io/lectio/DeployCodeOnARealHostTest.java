package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import io.lectio.testhost.SchoolCode;
import io.lectio.testhost.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Deploys of the application's code on a real host, under visitors, and while somebody writes to its database. One
/// after the other: each takes most of a processor, and a visitor is patient for two seconds only.
@HostTest
class DeployCodeOnARealHostTest {
    private static final String LIVE = SchoolCode.LIVE;
    /// There while workers are exchanged.
    private static final String EXCHANGE = "/var/www/.lectio/teaching_panel/teaching_panel/.code/workers";

    private static final String PAGES = "/var/www/teaching_panel/frontend/build";
    private static final String LECTIO = "/opt/lectio-monitor/bin/lectio";
    private static final List<String> WATCHED = List.of("/", "/api/health/", "/api/lessons/");
    /// With other hosts beside it, one answer of some thousand has taken more than two seconds.
    private static final Duration OF_A_VISITOR = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int REFUSED = 5;
    private static final int ROLLED_BACK = 6;

    /// 20 rows a second, each told when it is in the database.
    private static final String WRITER = """
            cat > /run/writer.py <<'END'
            import sqlite3, time
            db = sqlite3.connect("%s/db.sqlite3", timeout=20, isolation_level=None)
            db.execute("create table if not exists noted (id integer primary key)")
            for i in range(1, 100000):
                db.execute("insert into noted values (?)", (i,))
                print(i, flush=True)
                time.sleep(0.05)
            END
            setpriv --reuid=www-data --regid=www-data --clear-groups python3 /run/writer.py >/run/rows 2>/run/rows.err &
            """.formatted(LIVE);

    private static TestHost.Result deploy(TestHost host, String what) {
        TestHost.Result result = host.run(Duration.ofMinutes(2), "sh", "-c", LECTIO + " deploy " + what);
        System.out.println(host.release() + " deploy " + what + "\n" + result.out() + result.err());
        return result;
    }

    private static void deployed(TestHost host, String what) {
        TestHost.Result result = deploy(host, what);
        assertThat(result.exit()).as(result.out() + result.err()).isZero();
    }

    private static void adopt(GuardedHost guarded) {
        guarded.awaitAllWell();
        guarded.host().sh(LECTIO + " releases adopt");
    }

    private static void nobodyNoticed(Prober prober, String what) {
        Prober.Outage seen = prober.outage();
        System.out.println(what + ": " + seen.failed() + " of " + seen.requests() + " failed");
        assertThat(seen.failed()).as(what + "\n" + prober).isZero();
    }

    @OnOneRelease
    @Execution(ExecutionMode.SAME_THREAD)
    void goodCodeGoesLiveAndBadCodeIsRefusedAndNoVisitorNoticesAndNoRowIsLost(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            SchoolCode.write(host);
            adopt(guarded);
            String inode = host.sh("stat -c %i " + LIVE + "/db.sqlite3");
            host.sh(WRITER);
            try (Prober prober = Prober.start(host, WATCHED, OF_A_VISITOR)) {
                deployed(host, "backend /tmp/code");
                String first = SchoolCode.running(host);
                assertThat(first).isNotEmpty();
                host.sh("cd /tmp/code; " + SchoolCode.FIRST_MIGRATION
                        + "echo '# 2' >> panel/urls.py; touch lessons/models.py;"
                        + " tar -czf /tmp/code.tgz -C /tmp code");
                deployed(host, "backend - < /tmp/code.tgz");
                assertThat(host.sh("sqlite3 -cmd '.timeout 9000' " + LIVE + "/db.sqlite3 .tables"))
                        .contains("lessons_lesson");
                host.sh("echo '# by hand' >> " + LIVE + "/panel/urls.py");
                deployed(host, "backend");
                host.sh("cp -a " + PAGES + " /tmp/build; rm -f /tmp/build/lectio-release.txt;"
                        + " echo '<!-- full -->' >> /tmp/build/index.html; echo '# full' >> /tmp/code/panel/urls.py");
                deployed(host, "full /tmp/build /tmp/code");
                assertThat(host.sh("curl -s localhost/")).contains("<!-- full -->");
                assertThat(SchoolCode.running(host))
                        .isEqualTo(
                                host.sh("cat " + PAGES + "/lectio-release.txt").strip());
                host.sh("echo '# again' >> /tmp/code/panel/urls.py");
                assertThat(host.sh(LECTIO + " deploy backend /tmp/code >/run/deployed 2>&1 & sleep 1.5; " + LECTIO
                                + " restore --yes 2>&1; wait; cat /run/deployed"))
                        .contains("is under way: try again later", "live: ");
                nobodyNoticed(prober, "good code");
                String live = SchoolCode.running(host);
                SchoolCode.BAD.forEach((what, how) -> {
                    host.sh("rm -rf /tmp/bad; cp -r /tmp/code /tmp/bad; cd /tmp/bad; " + how);
                    TestHost.Result refused = deploy(host, "backend /tmp/bad");
                    assertThat(refused.exit())
                            .as(what + refused.out() + refused.err())
                            .isEqualTo(REFUSED);
                    assertThat(SchoolCode.running(host)).isEqualTo(live);
                });
                TestHost.Result both = deploy(host, "full /tmp/build /tmp/bad");
                assertThat(both.exit()).isEqualTo(REFUSED);
                host.sh(LECTIO + " rollback " + first);
                assertThat(SchoolCode.running(host)).isEqualTo(first);
                assertThat(host.sh("curl -s localhost/")).doesNotContain("<!-- full -->");
                nobodyNoticed(prober, "bad code, and a rollback");
            }
            host.sh("pkill -f run/writer.p[y]; cat /run/rows.err; [ ! -s /run/rows.err ]");
            String told = host.sh("tail -1 /run/rows").strip();
            assertThat(host.sh("sqlite3 -cmd '.timeout 9000' " + LIVE
                                    + "/db.sqlite3 'select count(*) from noted where id <= " + told + "'")
                            .strip())
                    .isEqualTo(told);
            assertThat(Integer.parseInt(told)).isGreaterThan(100);
            assertThat(host.sh("stat -c %i " + LIVE + "/db.sqlite3")).isEqualTo(inode);
            assertThat(host.sh("find " + LIVE + " ! -user www-data")).isEmpty();
            assertThat(host.sh("findmnt -rno TARGET | grep -c lectio-database || true")
                            .strip())
                    .isEqualTo("0");
        }
    }

    /// The code tells by the unit that it runs in whether it is live.
    @OnOneRelease
    @Execution(ExecutionMode.SAME_THREAD)
    void whatOnlyShowsLiveIsTakenBackAtOnceAndWhatFailsLaterIsToo(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            SchoolCode.write(host);
            adopt(guarded);
            deployed(host, "backend /tmp/code");
            String good = SchoolCode.running(host);
            guarded.awaitAllWell();
            host.sh("cp -r /tmp/code /tmp/bad; cd /tmp/bad; " + SchoolCode.DIES_LIVE
                    + "; cp -r /tmp/code /tmp/later; cd /tmp/later; " + SchoolCode.FAILS_LATER);
            TestHost.Result back = deploy(host, "backend /tmp/bad");
            assertThat(back.exit()).as(back.out() + back.err()).isEqualTo(ROLLED_BACK);
            assertThat(SchoolCode.running(host)).isEqualTo(good);
            assertThat(deploy(host, "backend /tmp/bad").err()).contains("taken back", "--force");
            guarded.awaitAllWell();
            deployed(host, "backend /tmp/later");
            String later = SchoolCode.running(host);
            // what is killed is started, and not taken back
            host.sh("systemctl kill -s KILL teaching_panel; for i in $(seq 300); do"
                    + " curl -s localhost/api/health/ | grep -q " + later + " && exit; sleep 0.1; done; exit 1");
            guarded.awaitCalm();
            Instant broken = Instant.now();
            host.sh("touch /run/fail; for i in $(seq 200); do curl -s localhost/api/health/ | grep -q " + good
                    + " && exit; sleep 0.1; done; exit 1");
            Duration took = Duration.between(broken, Instant.now());
            System.out.printf("%-8s taken back after %d ms%n", release, took.toMillis());
            assertThat(took).isLessThan(Duration.ofSeconds(12));
            guarded.bot().awaitMessage(message -> message.text().contains("снят"), PATIENCE);
            guarded.awaitCalm();
        }
    }

    /// Nobody knows then whether the last signal was sent: one more, or one less, was asked for than the guard has
    /// seen.
    @OnOneRelease
    @Execution(ExecutionMode.SAME_THREAD)
    void aGuardKilledInAnExchangeLeavesAsManyWorkersAsThereWere(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            SchoolCode.write(host);
            adopt(guarded);
            deployed(host, "backend /tmp/code");
            try (Prober prober = Prober.start(host, WATCHED, OF_A_VISITOR)) {
                for (String signal : List.of("TTIN", "TTOU")) {
                    host.sh("echo '# " + signal + "' >> /tmp/code/panel/urls.py; " + LECTIO
                            + " deploy backend /tmp/code >/tmp/out 2>&1 & for i in $(seq 3000); do [ -s " + EXCHANGE
                            + " ] && break; sleep 0.01; done; sleep 0.3; [ -s " + EXCHANGE
                            + " ] || exit 1; systemctl kill -s KILL lectio-monitor;"
                            + " systemctl kill --kill-who main -s " + signal + " teaching_panel; wait");
                    guarded.awaitGuard();
                    guarded.awaitNoDeploy();
                    assertThat(host.sh("pgrep -cP $(systemctl show -p MainPID --value teaching_panel); [ ! -e "
                                    + EXCHANGE + " ]; tail -1 " + LIVE + "/panel/urls.py"))
                            .isEqualTo("3\n# " + signal + "\n");
                }
                nobodyNoticed(prober, "killed in an exchange of workers");
            }
        }
    }

    @OnOneRelease
    @Execution(ExecutionMode.SAME_THREAD)
    void killedAtAnyMomentOldOrNewCodeAnswersAndTheDeployIsFinished(Release release) {
        killed(release, 5);
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource(Release.class)
    @Execution(ExecutionMode.SAME_THREAD)
    void killedAHundredTimes(Release release) {
        killed(release, 50);
    }

    private static void killed(Release release, int times) {
        Random random = new Random(7);
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            SchoolCode.write(host);
            adopt(guarded);
            try (Prober prober = Prober.start(host, WATCHED, OF_A_VISITOR)) {
                for (int i = 0; i < times; i++) {
                    host.sh("echo '# " + i + "' >> /tmp/code/panel/urls.py; echo 'X = " + i
                            + "' >> /tmp/code/lessons/views.py; " + LECTIO
                            + " deploy backend /tmp/code >/tmp/out 2>&1 & sleep %d.%03d; "
                                    .formatted(random.nextInt(6), random.nextInt(1_000))
                            + "systemctl kill -s KILL lectio-monitor; wait");
                    guarded.awaitGuard();
                    guarded.awaitNoDeploy();
                    host.sh("cd " + LIVE + "; a=$(tail -1 panel/urls.py); b=$(tail -1 lessons/views.py 2>/dev/null);"
                            + " [ -z \"$b\" ] || [ \"${a#\\# }\" = \"${b#X = }\" ] || { echo $a $b; exit 1; }");
                }
                nobodyNoticed(prober, "killed " + times + " times");
            }
            System.out.println(release + " "
                    + host.sh("grep -c DEPLOYED /var/log/lectio-monitor/deploy.log")
                            .strip() + " of " + times + " were finished");
            assertThat(host.sh("systemctl list-units --all --plain --no-legend 'lectio-ex*' 'lectio-co*'"))
                    .isEmpty();
        }
    }
}
