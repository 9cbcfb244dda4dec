package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The package and the archive on hosts that have nothing of ours, under visitors: installed, upgraded, taken away, and
/// each of it cut off by SIGKILL. `./lectio test` makes both before.
@HostTest
class InstallOnARealHostTest {
    private static final Path MADE = Path.of("target/package/dist");
    private static final List<String> PAGES = List.of("http://localhost/", "http://localhost/static/js/main.91c0.js");
    /// A file of the site that none of those names.
    private static final String CHUNK = "57.chunk.js";

    private static final String FOREIGN = "# mine\n0 3 * * *  true   # of lectio, but not ours\n";
    private static final String DEB = "$(echo " + TestHost.PRODUCT + "/*.deb)";
    private static final String WHOLE_SITE =
            "cd /var/www && find . -path ./teaching_panel/backups -prune -o -printf '%p %m %u %g %T@ %s\\n' | sort | sha256sum";
    private static final String NGINX = "; find /etc/nginx -type f -exec sha256sum {} + | sort | sha256sum";
    /// Of those who ask while the application starts anew.
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration QUIET = Duration.ofMillis(500);

    private static final String API = "/api/health/";
    private static final Pattern GAP = Pattern.compile("the longest time without an answer: (\\d+) ms");
    private static final List<Integer> FEW = List.of(3, 9, 18);
    private static final List<Integer> MANY = List.of(1, 4, 7, 10, 13, 16, 19, 22, 30, 38, 46, 54);

    private static final String INSTALL = "bash /tmp/monitoring-install/install_monitoring.sh --non-interactive";

    private static TestHost boot(Release release) {
        TestHost host = TestHost.boot(release, MADE);
        host.sh("systemctl start cron; printf '" + FOREIGN.replace("\n", "\\n").replace("%", "%%") + "' | crontab -");
        return host;
    }

    /// As the plan's `scp -r scripts/monitoring`: other times, other rights.
    private static void copy(TestHost host) {
        host.sh(
                "mkdir /tmp/unpacked && tar -C /tmp/unpacked -xzf " + TestHost.PRODUCT + "/*.tar.gz"
                        + " && cp -r /tmp/unpacked/*/scripts/monitoring /tmp/monitoring-install && find /tmp/monitoring-install -type f -exec chmod 600 {} +");
    }

    /// The class archive is used, too: the virtual machine starts only by it.
    private static void guards(TestHost host) {
        host.sh(
                "systemctl is-active lectio-monitor && systemctl is-enabled lectio-monitor && /opt/lectio-monitor/bin/lectio status"
                        + " && crontab -l | grep lectio-monitor && [ $(stat -c %a%U /opt/lectio-monitor/config.env) = 600root ]"
                        + " && [ $(systemctl show -p WatchdogUSec --value teaching_panel) = 1min ]"
                        + " && pid=$(systemctl show -p MainPID --value lectio-monitor) && grep -q lectio.jsa /proc/$pid/maps"
                        + " && sed 's/-Xlog:disable/-Xlog:disable -Xshare:on/; s#^dir=.*#dir=/opt/lectio-monitor#' /opt/lectio-monitor/bin/lectio >/run/strict"
                        + " && sh /run/strict version");
    }

    private static void heals(TestHost host, Prober visitors) {
        host.sh(
                "for i in $(seq 100); do /opt/lectio-monitor/bin/lectio status | grep -q '^files *HEALTHY' && exit; sleep 0.1; done; exit 1");
        Instant broken = Instant.now();
        host.sh("chmod 000 /var/www/teaching_panel/frontend/build/index.html");
        visitors.awaitHealed(broken, QUIET, Duration.ofSeconds(20));
    }

    /// Promise 35: what is to be told when the upgrade comes is told after it.
    private static void healedWhileNobodyCanBeTold(TestHost host, BotApiServer bot) {
        host.sh("/usr/local/bin/lectio reload"); // else what is told within the next ten seconds is told to alerts.log
        // alone
        bot.outage(BotApiServer.Outage.REFUSED);
        host.sh("cd /var/www/teaching_panel/frontend/build/static/js; chmod 000 " + CHUNK + "; for i in $(seq 300); do"
                + " [ $(stat -c %a " + CHUNK + ") = 644 ] && break; sleep 0.1; done; [ $(stat -c %a " + CHUNK
                + ") = 644 ];"
                + " for i in $(seq 100); do grep -q " + CHUNK
                + " /var/lib/lectio-monitor/state.json && exit; sleep 0.1; done; exit 1");
    }

    private static void nothingIsLeft(TestHost host) {
        assertThat(
                        host.sh(
                                "find / -xdev \\( -path /proc -o -path /sys -o -path /srv -o -path /tmp -o -path /run/lectio-testhost -o -path /var/log/journal \\)"
                                        + " -prune -o -name '*lectio[-.]*' -print; find /opt /etc /usr/bin /usr/local /var/lib /var/log /run -name '*lectio*' ! -name '*ollectio*'"
                                        + " ! -name '*electio*' ! -path '*lectio-testhost*' -print; systemctl list-units --all --no-legend 'lectio*' 'failure-*'"))
                .isEmpty();
        assertThat(host.sh("crontab -l")).isEqualTo(FOREIGN);
    }

    private static void nobodyNoticed(Prober visitors) {
        Prober.Outage seen = visitors.stop();
        assertThat(seen.requests()).isGreaterThan(50);
        assertThat(seen.failed()).as(visitors.toString()).isZero();
    }

    private static String runOfTheSite(TestHost host) {
        return host.sh("systemctl show -p MainPID,InvocationID,ActiveState teaching_panel");
    }

    /// How long it took until a guard answered, and what the application's one restart cost: some wait, nobody fails.
    private static String install(TestHost host, String command) {
        Instant begun = Instant.now();
        String said;
        try (Prober callers = Prober.start(host, List.of(API), PATIENCE)) {
            said = host.sh(command + " 2>&1");
            nobodyNoticed(callers);
        }
        Duration taken = Duration.between(begun, Instant.now());
        Matcher gap = GAP.matcher(said);
        assertThat(gap.find()).as(said).isTrue();
        System.out.printf(
                "%s: %s: from bare to guarded in %d ms; the longest wait for the API %s ms%n",
                host.release(), command, taken.toMillis(), gap.group(1));
        assertThat(taken).isLessThan(Duration.ofSeconds(60));
        return said;
    }

    /// Each time a little later, until it comes to its end; then the caller repeats it.
    private static void cutOff(TestHost host, List<Integer> moments, String command, boolean guarded) {
        for (int tenths : moments) {
            String ended = host.sh("setsid bash -c '" + command + "' >/run/cut 2>&1 & pid=$!; sleep " + tenths / 10.0
                    + "; kill -KILL -- -$pid && echo cut; wait $pid || true");
            if (guarded) {
                host.sh(
                        "for i in $(seq 200); do systemctl is-active -q lectio-monitor && exit; sleep 0.1; done; cat /run/cut; exit 1");
            }
            assertThat(host.sh("crontab -l | grep -v /health_check.sh")).isEqualTo(FOREIGN);
            if (!ended.contains("cut")) {
                return;
            }
        }
    }

    @OnOneRelease
    void thePackageComesGrowsAndGoesUnderVisitors(Release release) {
        try (TestHost host = boot(release)) {
            String site = host.sh(WHOLE_SITE + NGINX);
            host.sh("mkdir /tmp/old && dpkg-deb -R " + DEB
                    + " /tmp/old && sed -i 's/^Version: .*/Version: 0.0.1/' /tmp/old/DEBIAN/control"
                    + " && sed -i '/^#LECTIO_ALIVE/d' /tmp/old/opt/lectio-monitor/config.env.example"
                    + " && dpkg-deb -Znone -b /tmp/old /tmp/old.deb");
            try (Prober visitors = Prober.start(host, PAGES)) {
                assertThat(install(host, "apt-get install -y -q --no-install-recommends /tmp/old.deb"))
                        .contains("nobody is told yet");
                guards(host);
                String run = runOfTheSite(host);
                host.sh(
                        "echo LECTIO_LANGUAGE=en >>/opt/lectio-monitor/config.env; echo kept >/var/lib/lectio-monitor/kept");

                cutOff(host, FEW, "dpkg -i " + DEB, true);
                host.sh("dpkg -i " + DEB);
                guards(host);
                assertThat(host.sh("cat /opt/lectio-monitor/config.env /var/lib/lectio-monitor/kept"))
                        .contains("\nLECTIO_LANGUAGE=en\n", "\n#LECTIO_ALIVE=09:00\n", "kept")
                        .containsOnlyOnce("LECTIO_ALIVE");
                assertThat(host.sh("lectio version")).doesNotContain("0.0.1");
                assertThat(runOfTheSite(host)).isEqualTo(run);
                nobodyNoticed(visitors);
            }
            assertThat(host.sh(WHOLE_SITE + NGINX)).isEqualTo(site);
            try (Prober visitors = Prober.start(host, PAGES)) {
                heals(host, visitors);
            }
            try (Prober visitors = Prober.start(host, PAGES)) {
                String run = runOfTheSite(host);
                host.sh("dpkg -r lectio-monitor");
                assertThat(runOfTheSite(host)).isEqualTo(run);
                assertThat(host.sh("crontab -l")).isEqualTo(FOREIGN);
                host.sh(
                        "[ ! -e /opt/lectio-monitor/bin ] && [ -s /opt/lectio-monitor/config.env ] && [ -s /var/lib/lectio-monitor/kept ]"
                                + " && [ -s /var/log/lectio-monitor/health.log ] && ! systemctl is-active lectio-monitor");
                cutOff(host, FEW, "dpkg -i " + DEB, false);
                assertThat(host.sh("dpkg -i " + DEB + " 2>&1")).doesNotContain("cannot be enabled", "stays so");
                guards(host);
                cutOff(host, List.of(4), "dpkg -P lectio-monitor", false);
                host.sh("dpkg -P lectio-monitor");
                nobodyNoticed(visitors);
            }
            nothingIsLeft(host);
        }
    }

    @OnOneRelease
    void theArchiveComesGrowsAndGoesUnderVisitors(Release release) throws IOException {
        try (TestHost host = boot(release);
                BotApiServer bot = host.startBotApi("123456789:AAtesthostTESTHOSTtesthostTESTHOST0", "42")) {
            String site = host.sh(WHOLE_SITE + NGINX);
            copy(host);
            for (String file : List.of("scripts/deploy_safe.ps1", "scripts/health.py")) {
                assertThat(host.sh("base64 -w0 /tmp/unpacked/*/" + file))
                        .as(file)
                        .isEqualTo(Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(file))));
            }
            assertThat(host.sh("bash /tmp/monitoring-install/install_monitoring.sh --dry-run"))
                    .contains("would lay");
            nothingIsLeft(host);
            host.sh("mkdir -m 700 /run/lectio-monitor; touch " + GuardedHost.BEGUN);
            try (Prober visitors = Prober.start(host, PAGES)) {
                install(host, INSTALL);
                guards(host);
                String run = runOfTheSite(host);
                host.sh("[ -s /opt/lectio-monitor/sudoers.d/lectio-deploy ]; echo TELEGRAM_API_URL=" + bot.baseUrl()
                        + " >>/opt/lectio-monitor/config.env");
                bot.written("42", "the owner");
                assertThat(
                                host.sh(
                                        "echo 123456789:AAtesthostTESTHOSTtesthostTESTHOST0 | /usr/local/bin/lectio telegram setup"))
                        .contains("@lectio_test_bot has told chat 42");
                bot.awaitMessage(message -> message.text().contains("this is a test"), Duration.ofSeconds(5));
                healedWhileNobodyCanBeTold(host, bot);
                cutOff(host, FEW, INSTALL, true);
                host.sh(INSTALL);
                guards(host);
                assertThat(host.sh("cat /opt/lectio-monitor/config.env")).contains("TELEGRAM_CHAT_ID='42'");
                bot.outage(BotApiServer.Outage.NONE);
                bot.awaitMessage(message -> message.text().contains(CHUNK), Duration.ofSeconds(60));
                assertThat(bot.chat().stream().filter(message -> message.text().contains(CHUNK)))
                        .hasSize(1);

                host.sh(
                        "cp -r /tmp/monitoring-install /tmp/bad && sed -i 's#^ExecStart=.*#ExecStart=/bin/false#; s/^Type=.*//' /tmp/bad/systemd/lectio-monitor.service");
                String before = host.sh("readlink /opt/lectio-monitor/current");
                TestHost.Result bad =
                        host.run(Duration.ofSeconds(90), "bash", "/tmp/bad/install_monitoring.sh", "--non-interactive");
                assertThat(bad.exit()).isEqualTo(1);
                assertThat(bad.out() + bad.err()).contains("the new version does not guard", "going back");
                assertThat(host.sh("readlink /opt/lectio-monitor/current; ls /opt/lectio-monitor/versions"))
                        .isEqualTo(before + before.substring("versions/".length()));
                guards(host);

                assertThat(host.run(Duration.ofSeconds(60), "bash", "-c", "dpkg -i " + DEB)
                                .err())
                        .contains("install_monitoring.sh --uninstall");
                guards(host);
                host.sh("bash /opt/lectio-monitor/install_monitoring.sh --uninstall");
                host.sh(
                        "[ -s /opt/lectio-monitor/config.env ] && [ ! -e /opt/lectio-monitor/versions ] && ! systemctl is-active lectio-monitor");
                assertThat(runOfTheSite(host)).isEqualTo(run);
                assertThat(host.sh("crontab -l")).isEqualTo(FOREIGN);
                host.sh("bash /tmp/monitoring-install/install_monitoring.sh --uninstall --purge");
                nobodyNoticed(visitors);
            }
            assertThat(host.sh(WHOLE_SITE + NGINX)).isEqualTo(site);
            nothingIsLeft(host);
        }
    }

    private static void refuses(TestHost host, String command, String reason) {
        TestHost.Result result = host.run(Duration.ofSeconds(60), "bash", "-c", command);
        String said = result.out() + result.err();
        System.out.println(host.release() + " " + command + " -> " + result.exit() + "\n" + said);
        assertThat(result.exit()).as(command + "\n" + said).isEqualTo(1);
        assertThat(said).contains(reason);
    }

    @OnOneRelease
    void whatCannotBeDoneIsRefusedAndNothingIsLeftOfIt(Release release) {
        String installDeb = "dpkg -i " + DEB + " 2>&1";
        try (TestHost host = boot(release)) {
            String site = host.sh(WHOLE_SITE + NGINX);
            copy(host);
            host.sh("""
                    chmod -R a+rX /tmp/monitoring-install
                    mkdir /run/arm; printf '#!/bin/sh\necho Linux aarch64\n' >/run/arm/uname; chmod +x /run/arm/uname
                    """);
            refuses(host, "runuser -u www-data -- " + INSTALL, "it must be root: sudo bash");
            refuses(host, "PATH=/run/arm:$PATH " + INSTALL, "made for Linux on x86_64, and this is Linux aarch64");
            refuses(
                    host,
                    "unshare -m sh -c 'mount -t tmpfs none /run/systemd; " + INSTALL + "'",
                    "systemd does not run");
            refuses(host, INSTALL + " --purge || exit 1", "usage: ");
            host.sh("mv /tmp/monitoring-install/runtime /tmp/");
            refuses(host, INSTALL, "From a clone: ./lectio package");
            host.sh("mv /tmp/runtime /tmp/monitoring-install/; mount -t tmpfs -o size=40m,mode=755 none /opt");
            refuses(host, INSTALL, "/opt/lectio-monitor has 40 MB left, and ");
            refuses(host, installDeb, "No space left on device");
            assertThat(host.sh("ls -A /opt; dpkg -P lectio-monitor >/dev/null 2>&1; umount /opt"))
                    .isEmpty();
            nothingIsLeft(host);

            String there = "find /opt -exec stat -c '%n %U %a %s %Y' {} +";
            for (String foreign : List.of(
                    "mkdir /opt/lectio-monitor; echo '. /opt/lectio-monitor/config.env' >/opt/lectio-monitor/health_check.sh",
                    "echo bin/lectio >/opt/lectio-monitor/health_check.sh; touch /opt/lectio-monitor/notes.txt",
                    "rm /opt/lectio-monitor/*; chown www-data /opt/lectio-monitor",
                    "rmdir /opt/lectio-monitor; touch /opt/lectio-monitor")) {
                host.sh(foreign);
                String before = host.sh(there);
                for (String command : List.of(INSTALL, INSTALL + " --uninstall", installDeb)) {
                    refuses(host, command, "sudo mv /opt/lectio-monitor /opt/lectio-monitor.before");
                    assertThat(host.sh(there)).as(command).isEqualTo(before);
                }
            }
            host.sh("rm /opt/lectio-monitor; dpkg -P lectio-monitor >/dev/null 2>&1");
            nothingIsLeft(host);
            assertThat(host.sh(WHOLE_SITE + NGINX)).isEqualTo(site);
        }
    }

    @Tag("full")
    @ParameterizedTest
    @EnumSource(Release.class)
    void whatIsCutOffIsCompletedByTheRepeat(Release release) {
        try (TestHost host = boot(release)) {
            String site = host.sh(WHOLE_SITE + NGINX);
            copy(host);
            try (Prober visitors = Prober.start(host, PAGES)) {
                cutOff(host, MANY, INSTALL, false);
                host.sh(INSTALL);
                guards(host);
                cutOff(host, MANY, INSTALL, true);
                host.sh(INSTALL);
                guards(host);
                cutOff(host, MANY, "bash /tmp/monitoring-install/install_monitoring.sh --uninstall --purge", false);
                host.sh(
                        "bash /tmp/monitoring-install/install_monitoring.sh --uninstall --purge || [ ! -e /opt/lectio-monitor ]");
                nothingIsLeft(host);

                cutOff(host, MANY, "dpkg -i " + DEB, false);
                String said = host.sh("dpkg -i " + DEB + " 2>&1");
                assertThat(said).doesNotContain("cannot be enabled", "stays so");
                guards(host);
                cutOff(host, MANY, "dpkg -i " + DEB, true);
                host.sh("dpkg -i " + DEB);
                guards(host);
                cutOff(host, MANY, "dpkg -P lectio-monitor", false);
                host.sh("dpkg -P lectio-monitor || true");
                nobodyNoticed(visitors);
            }
            nothingIsLeft(host);
            assertThat(host.sh(WHOLE_SITE + NGINX)).isEqualTo(site);
        }
    }
}
