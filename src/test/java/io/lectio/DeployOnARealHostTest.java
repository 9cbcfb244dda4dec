package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Deploys of the site's pages on a real host, under visitors who ask every 20 ms.
@HostTest
@Order(1)
class DeployOnARealHostTest {
    private static final String LIVE = "/var/www/teaching_panel/frontend/build";
    private static final String LECTIO = "/opt/lectio-monitor/bin/lectio";
    private static final List<String> WATCHED =
            List.of("/", "/static/js/main.91c0.js", "/static/css/main.3f2a.css", "/api/health/");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int REFUSED = 5;
    private static final int ROLLED_BACK = 6;

    /// A build that names a chunk of its own, and no longer has the one before.
    private static final String NEW_BUILD = """
            rm -rf /tmp/build; cp -a %s/. /tmp/build; cd /tmp/build; rm -f lectio-release.txt static/js/app.*.js
            echo "console.log('$1')" > static/js/app.$1.js
            grep -q app[.] index.html && sed -i "s/app[.][0-9a-z]*[.]js/app.$1.js/" index.html \\
              || sed -i "s#</head>#<script src='/static/js/app.$1.js'></script></head>#" index.html
            """.formatted(LIVE);

    private static final Map<String, String> BAD_BUILDS = badBuilds();

    private static Map<String, String> badBuilds() {
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put("the plan's", "rm -rf /tmp/build/*; echo broken > /tmp/build/index.html");
        bad.put("a missing chunk", "rm /tmp/build/static/js/main.91c0.js");
        bad.put("a page in place of a script", "cp /tmp/build/index.html /tmp/build/static/js/main.91c0.js");
        bad.put("an empty style", ": > /tmp/build/static/css/main.3f2a.css");
        bad.put("a font that is none", "echo no > /tmp/build/static/media/panel.a1b2.woff2");
        bad.put("an empty page", ": > /tmp/build/index.html");
        bad.put("most of it gone", "rm /tmp/build/static/js/[0-9]*.chunk.js");
        return bad;
    }

    private static void makeBuild(TestHost host, String name) {
        host.sh("set -- " + name + "\n" + NEW_BUILD);
    }

    private static TestHost.Result deploy(TestHost host, String more) {
        return host.run(Duration.ofMinutes(1), "sh", "-c", LECTIO + " deploy frontend " + more);
    }

    private static void adopt(GuardedHost guarded) {
        guarded.awaitAllWell();
        guarded.host().sh(LECTIO + " releases adopt");
    }

    private static void nobodyNoticed(Prober.Outage seen, String what) {
        assertThat(seen.failed()).as(what + ", failed of " + seen.requests()).isZero();
    }

    @OnOneRelease
    void goodBuildsGoLiveAndBadOnesAreRefusedAndNoVisitorNotices(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            adopt(guarded);
            try (Prober prober = Prober.start(host, WATCHED)) {
                for (int i = 1; i <= 5; i++) {
                    makeBuild(host, "r0" + i + "a");
                    host.sh("tar -czf /tmp/build.tgz -C /tmp build");
                    TestHost.Result deployed = deploy(host, i % 2 == 0 ? "- < /tmp/build.tgz" : "/tmp/build");
                    assertThat(deployed.exit())
                            .as(deployed.out() + deployed.err())
                            .isZero();
                    assertThat(host.sh("curl -s localhost/")).contains("app.r0" + i + "a.js");
                    // two releases' chunks stay for pages that were loaded before
                    for (int old = Math.max(1, i - 2); old <= i; old++) {
                        assertThat(host.sh("curl -s localhost/static/js/app.r0" + old + "a.js"))
                                .contains("console.log('r0" + old + "a')");
                    }
                }
                assertThat(host.sh("ls " + LIVE + "/static/js"))
                        .doesNotContain("app.r01a.js")
                        .doesNotContain("app.r02a.js");
                nobodyNoticed(prober.outage(), "good builds");
                String live = host.sh("cat " + LIVE + "/lectio-release.txt");
                BAD_BUILDS.forEach((what, how) -> {
                    makeBuild(host, "bad1");
                    host.sh(how);
                    TestHost.Result refused = deploy(host, "/tmp/build");
                    System.out.printf(
                            "%-8s %-28s %s%n", release, what, refused.err().strip());
                    assertThat(refused.exit())
                            .as(what + refused.out() + refused.err())
                            .isEqualTo(REFUSED);
                });
                assertThat(host.sh("cat " + LIVE + "/lectio-release.txt")).isEqualTo(live);
                nobodyNoticed(prober.stop(), "bad builds");
            }
            guarded.bot().awaitMessage(message -> message.text().contains("it has 17 files"), PATIENCE);
            assertThat(guarded.alerts())
                    .hasSize(BAD_BUILDS.size())
                    .allMatch(message -> message.text().contains("отклонена, сайт прежний"));
            assertThat(host.sh("find " + LIVE + " ! -user www-data")).isEmpty();
        }
    }

    /// nginx still has a rule in force that its files no longer have: no stage can show that.
    @OnOneRelease
    void whatOnlyShowsLiveIsTakenBackAtOnceAndWhatFailsLaterIsTooAndBadOnesStayAway(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            adopt(guarded);
            String before = host.sh("sha256sum < " + LIVE + "/index.html");
            makeBuild(host, "later1");
            host.sh("""
                    cp /etc/nginx/sites-enabled/default /run/site.conf
                    sed -i 's#index index.html;#index index.html; location ~ app[.] { return 500; }#' /etc/nginx/sites-enabled/default
                    nginx -s reload; sleep 1; cp /run/site.conf /etc/nginx/sites-enabled/default
                    """);
            try (Prober prober = Prober.start(host, WATCHED)) {
                TestHost.Result back = deploy(host, "/tmp/build");
                System.out.println(release + " " + back.out() + back.err());
                assertThat(back.exit()).as(back.out() + back.err()).isEqualTo(ROLLED_BACK);
                assertThat(host.sh("sha256sum < " + LIVE + "/index.html")).isEqualTo(before);
                assertThat(deploy(host, "/tmp/build").err()).contains("taken back", "--force");
                nobodyNoticed(prober.stop(), "what only shows live");
            }
            host.sh("nginx -s reload; sleep 1");
            makeBuild(host, "later2");
            assertThat(deploy(host, "/tmp/build").exit()).isZero();
            host.sh("""
                    sed -i 's#index index.html;#index index.html; location ~ app[.] { return 500; }#' /etc/nginx/sites-enabled/default
                    nginx -s reload
                    """);
            Instant broken = Instant.now();
            host.sh("for i in $(seq 200); do [ \"$(sha256sum < " + LIVE + "/index.html)\" = '" + before.strip()
                    + "' ] && exit; sleep 0.1; done; exit 1");
            Duration took = Duration.between(broken, Instant.now());
            System.out.printf("%-8s taken back after %d ms%n", release, took.toMillis());
            assertThat(took).isLessThan(Duration.ofSeconds(10));
            guarded.bot().awaitMessage(message -> message.text().contains("снят"), PATIENCE);
            assertThat(host.sh(LECTIO + " releases")).contains("bad");
            guarded.awaitCalm();
        }
    }

    @OnOneRelease
    void filesThatAreChangedOutsideADeployArePutBackWhereThePageFailsByIt(Release release) {
        Map<String, String> faults = new LinkedHashMap<>();
        faults.put("overwritten", "echo broken > index.html");
        faults.put("emptied", ": > index.html");
        faults.put("removed", "rm index.html");
        faults.put("a chunk removed", "rm static/js/main.91c0.js");
        faults.put("a folder removed", "rm -r static/css");
        faults.put("all of it moved away", "cd ..; rm -rf gone; mv build gone");
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            adopt(guarded);
            faults.forEach((what, how) -> {
                try (Prober prober = Prober.start(host, WATCHED)) {
                    Instant broken = Instant.now();
                    host.sh("cd " + LIVE + "; " + how);
                    prober.awaitHealed(broken, Duration.ofSeconds(1), PATIENCE);
                    System.out.printf(
                            "%-8s %-22s outage %5d ms%n",
                            release, what, prober.stop().since(broken).toMillis());
                }
                guarded.awaitCalm();
            });
            assertThat(guarded.alerts()).hasSize(faults.size());
            assertThat(guarded.alerts().getFirst().text()).contains("index.html", "Возвращено из выпуска");
            // what breaks nothing is told, and left to the owner
            host.sh("echo '// by hand' >> " + LIVE + "/static/js/main.91c0.js");
            guarded.bot().awaitMessage(message -> message.text().contains("не через deploy"), PATIENCE);
            assertThat(host.sh("cat " + LIVE + "/static/js/main.91c0.js")).contains("by hand");
            // nor does it keep a fault of another kind from being repaired
            host.sh("chmod 000 " + LIVE + "/index.html");
            guarded.bot().awaitMessage(message -> message.text().contains("права 644"), PATIENCE);
            assertThat(host.sh("cat " + LIVE + "/static/js/main.91c0.js")).contains("by hand");
        }
    }

    /// As an administrator lays a site out who keeps releases beside one another.
    @OnOneRelease
    void behindALinkThatOnlyRootCanLeadElsewhereTheFolderIsExchanged(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release, DeployOnARealHostTest::layOutWithALink)) {
            TestHost host = guarded.host();
            adopt(guarded);
            try (Prober prober = Prober.start(host, WATCHED)) {
                for (String build : List.of("linked1", "linked2")) {
                    makeBuild(host, build);
                    TestHost.Result deployed = deploy(host, "/tmp/build");
                    assertThat(deployed.exit())
                            .as(deployed.out() + deployed.err())
                            .isZero();
                    assertThat(host.sh("curl -s localhost/")).contains("app." + build + ".js");
                }
                nobodyNoticed(prober.stop(), "deploys behind a link");
            }
            assertThat(host.sh("readlink " + LIVE)).isEqualTo("../releases/3\n");
            host.sh("echo broken > " + LIVE + "/index.html");
            guarded.bot().awaitMessage(message -> message.text().contains("Возвращено из выпуска"), PATIENCE);
        }
    }

    private static void layOutWithALink(TestHost host) {
        host.sh("""
                cd /var/www/teaching_panel; mkdir releases; mv frontend/build releases/3
                ln -s ../releases/3 frontend/build; chown root: . frontend releases; chmod 755 . frontend releases
                """);
    }

    @OnOneRelease
    void killedAtAnyMomentOneWholeReleaseIsServedAndTheDeployIsFinished(Release release) {
        killed(release, 25);
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource(Release.class)
    void killedTwoHundredTimes(Release release) {
        killed(release, 100);
    }

    private static void killed(Release release, int times) {
        Random random = new Random(6);
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            adopt(guarded);
            try (Prober prober = Prober.start(host, WATCHED)) {
                for (int i = 0; i < times; i++) {
                    makeBuild(host, "k%03d".formatted(i));
                    host.sh(LECTIO
                            + " deploy frontend /tmp/build >/tmp/out 2>&1 & sleep 0.%03d; "
                                    .formatted(300 + random.nextInt(600))
                            + "systemctl kill -s KILL lectio-monitor; wait");
                    guarded.awaitGuard();
                    guarded.awaitNoDeploy();
                    String page = host.sh("curl -s localhost/");
                    String app = page.replaceFirst("(?s).*?(/static/js/app[^'\"]*).*", "$1");
                    if (app.startsWith("/static")) {
                        assertThat(host.sh("curl -s -o /dev/null -w '%{content_type}' localhost" + app))
                                .contains("javascript");
                    }
                }
                nobodyNoticed(prober.stop(), "killed " + times + " times");
            }
            System.out.println(release + " " + host.sh("grep -c DEPLOYED /var/log/lectio-monitor/deploy.log") + " of "
                    + times + " were finished");
            assertThat(host.sh("ls " + "/var/www/.lectio/teaching_panel/frontend/build/stage | wc -l")
                            .strip())
                    .isIn("0", "1", "2");
        }
    }
}
