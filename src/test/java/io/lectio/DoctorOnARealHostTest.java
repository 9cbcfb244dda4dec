package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `lectio doctor` on a host that has the package: all is well; then one fault after another, each found by its own
/// point with its mend. `./lectio test` makes the package before.
@HostTest
class DoctorOnARealHostTest {
    private static final Path MADE = Path.of("target/package/dist");
    private static final String TOKEN = "123456789:" + GuardedHost.CANARY;
    private static final Pattern TITLE = Pattern.compile("^(\\S.*)$");
    private static final Pattern WRONG = Pattern.compile("^ {2}✗ wrong {2,}(\\S+): .*");
    private static final String DROP_IN = "/etc/systemd/system/teaching_panel.service.d/90-mine.conf";
    private static final String ANSWERS =
            "for i in $(seq 100); do curl -fs localhost/api/health/ -o /dev/null && exit; sleep 0.2; done; exit 1";
    private static final String UNCHANGED =
            "find /var/www /etc /opt /usr/lib/systemd -printf '%p %i %m %u %g %s %T@ %C@\\n' | sort";

    /// @param points that are wrong by it; more than one where one thing follows from the other
    /// @param fixed whether `--fix` mends it
    private record Fault(String breaks, Set<String> points, String mend, boolean fixed, String repairs) {}

    private record Said(int exit, String text) {
        Set<String> wrong() {
            Set<String> names = new TreeSet<>();
            String title = "";
            for (String line : text.lines().toList()) {
                Matcher head = TITLE.matcher(line);
                title = head.matches() ? head.group(1) : title;
                Matcher wrong = WRONG.matcher(line);
                if (wrong.matches()) {
                    names.add(title + "/" + wrong.group(1));
                }
            }
            return names;
        }
    }

    private static Said doctor(TestHost host, String options) {
        TestHost.Result result =
                host.run(Duration.ofSeconds(60), "bash", "-c", "/opt/lectio-monitor/bin/lectio doctor " + options);
        assertThat(result.out()).doesNotContain(GuardedHost.CANARY);
        assertThat(result.err()).doesNotContain(GuardedHost.CANARY);
        return new Said(result.exit(), options.contains("--json") ? result.out() : result.out() + result.err());
    }

    private static List<Fault> faults(Release release) {
        String unit = "The application's unit/";
        Set<String> neverReached = release == Release.BOOKWORM
                ? Set.of(unit + "start-limit", unit + "on-failure")
                : Set.of(unit + "start-limit");
        return List.of(
                new Fault(
                        "chmod 644 /opt/lectio-monitor/config.env",
                        Set.of("Configuration/rights-of-config.env"),
                        "sudo chmod 600 /opt/lectio-monitor/config.env",
                        true,
                        ""),
                new Fault(
                        "echo '# mine' >>/etc/systemd/system/teaching_panel.service",
                        Set.of(unit + "files"),
                        "sudo systemctl daemon-reload",
                        true,
                        ""),
                new Fault(
                        "systemctl disable teaching_panel",
                        Set.of(unit + "enabled"),
                        "sudo systemctl enable teaching_panel.service",
                        true,
                        ""),
                new Fault(
                        "crontab -r",
                        Set.of("Installed/cron"),
                        "sudo sh -c '. /opt/lectio-monitor/lib/setup.sh; cron on'",
                        true,
                        ""),
                new Fault(
                        "rm /etc/logrotate.d/lectio-monitor",
                        Set.of("Installed/logrotate"),
                        "sudo install -m 0644 ",
                        true,
                        ""),
                new Fault(
                        "systemctl disable lectio-monitor",
                        Set.of("Installed/unit"),
                        "sudo systemctl enable --now lectio-monitor.service",
                        true,
                        ""),
                new Fault(
                        "printf '[Service]\\nExecStartPost=\\n' >" + DROP_IN
                                + "; systemctl daemon-reload; systemctl restart teaching_panel; " + ANSWERS,
                        Set.of(unit + "watchdog"),
                        "sudo lectio unit apply",
                        false,
                        "rm " + DROP_IN + "; systemctl daemon-reload; systemctl restart teaching_panel; " + ANSWERS),
                new Fault(
                        "printf '[Unit]\\nStartLimitIntervalSec=10\\n[Service]\\nRestartSec=5\\n' >" + DROP_IN
                                + "; systemctl daemon-reload",
                        neverReached,
                        "sudo lectio unit apply",
                        false,
                        "rm " + DROP_IN + "; systemctl daemon-reload"),
                new Fault(
                        "cp /etc/nginx/nginx.conf /run/; echo broken >>/etc/nginx/nginx.conf",
                        Set.of("nginx/configuration"),
                        "sudo nginx -t",
                        false,
                        "cp /run/nginx.conf /etc/nginx/"),
                new Fault(
                        "sed -i 's/AAtesthost/BBtesthost/' /opt/lectio-monitor/config.env",
                        Set.of("Telegram/token"),
                        "sudo lectio telegram setup",
                        false,
                        "sed -i 's/BBtesthost/AAtesthost/' /opt/lectio-monitor/config.env"),
                new Fault(
                        "chown root /var/www/teaching_panel/teaching_panel/db.sqlite3",
                        Set.of("Database/file"),
                        "sudo chown www-data: /var/www/teaching_panel/teaching_panel/db.sqlite3",
                        false,
                        "chown www-data /var/www/teaching_panel/teaching_panel/db.sqlite3"),
                new Fault(
                        "chmod o+w /var/www/teaching_panel/frontend/build/static/js/main.91c0.js",
                        Set.of("Files/others-write"),
                        "sudo chmod -R o-w ",
                        false,
                        "chmod o-w /var/www/teaching_panel/frontend/build/static/js/main.91c0.js"),
                new Fault(
                        "systemctl stop cron lectio-monitor; rm /var/lib/lectio-monitor/alive; chmod 000 /var/www/teaching_panel/frontend/build/index.html",
                        Set.of(
                                "Installed/unit",
                                "Installed/round",
                                "Installed/cron-runs",
                                "Files/access",
                                "The site's answers/page"),
                        "sudo lectio check --cron",
                        false,
                        "systemctl start lectio-monitor cron; for i in $(seq 100); do curl -fs localhost -o /dev/null"
                                + " && exit; sleep 0.2; done; exit 1"));
    }

    private static void awaitGuard(TestHost host) {
        host.sh(
                "for i in $(seq 100); do /opt/lectio-monitor/bin/lectio status | grep -q '^files *HEALTHY' && exit; sleep 0.3; done;"
                        + " exit 1");
    }

    @OnOneRelease
    void eachFaultIsFoundByItsOwnPoint(Release release) {
        try (TestHost host = TestHost.boot(release, MADE);
                BotApiServer bot = host.startBotApi(TOKEN, "42")) {
            host.sh("systemctl start cron; dpkg -i $(echo " + TestHost.PRODUCT + "/*.deb) 2>&1");
            host.sh("printf 'TELEGRAM_BOT_TOKEN=%s\\nTELEGRAM_CHAT_ID=42\\nTELEGRAM_API_URL=%s\\n' '" + TOKEN + "' '"
                    + bot.baseUrl() + "' >>/opt/lectio-monitor/config.env");
            awaitGuard(host);
            // the first daily copy changes the site's folder of copies
            host.sh("for i in $(seq 200); do lectio backups | grep -q Z && exit; sleep 0.3; done; exit 1");

            String before = host.sh(UNCHANGED);
            long began = System.nanoTime();
            Said well = doctor(host, "");
            System.out.printf(
                    "%s: %d ms%n%s%n",
                    release, Duration.ofNanos(System.nanoTime() - began).toMillis(), well.text());
            assertThat(well.wrong()).isEmpty();
            assertThat(well.exit()).isZero();
            assertThat(well.text()).contains("@lectio_test_bot is reached", " 0 wrong, ");
            assertThat(doctor(host, "--json").text()).startsWith("{").contains("\"wrong\" : 0");
            assertThat(host.sh(UNCHANGED).lines())
                    .containsExactlyElementsOf(before.lines().toList());
            TestHost.Result nobody = host.run(
                    Duration.ofSeconds(60),
                    "setpriv",
                    "--reuid=nobody",
                    "--regid=nogroup",
                    "--clear-groups",
                    "/opt/lectio-monitor/bin/lectio",
                    "doctor");
            assertThat(nobody.out()).contains("not looked at").doesNotContain("✗", GuardedHost.CANARY);
            assertThat(nobody.exit()).as(nobody.out() + nobody.err()).isZero();

            for (Fault fault : faults(release)) {
                host.sh(fault.breaks());
                Said found = doctor(host, "");
                assertThat(found.wrong()).as(fault.breaks() + found.text()).isEqualTo(new TreeSet<>(fault.points()));
                assertThat(found.exit()).isEqualTo(1);
                assertThat(found.text()).contains(fault.mend());
                if (fault.fixed()) {
                    Said mended = doctor(host, "--fix --yes");
                    assertThat(mended.exit()).as(mended.text()).isZero();
                    assertThat(mended.text()).contains("To be run:", "Looked at again", " 0 wrong, ");
                } else {
                    Said left = doctor(host, "--json");
                    assertThat(left.exit()).isEqualTo(1);
                    host.sh(fault.repairs());
                }
            }
            awaitGuard(host);
            assertThat(doctor(host, "").wrong()).isEmpty();

            host.sh("echo LECTIO_NO=1 >>/opt/lectio-monitor/config.env");
            Said bad = doctor(host, "");
            assertThat(bad.exit()).isEqualTo(2);
            assertThat(bad.wrong()).containsExactly("Configuration/valid");
            assertThat(bad.text()).contains("unknown key LECTIO_NO", "sudo nano +");
            host.sh("sed -i '/LECTIO_NO/d' /opt/lectio-monitor/config.env; rm /etc/logrotate.d/lectio-monitor");
            Said unasked = doctor(host, "--fix");
            assertThat(unasked.exit()).isEqualTo(2);
            assertThat(unasked.text()).contains("Not confirmed");
            assertThat(host.sh("ls /etc/logrotate.d")).doesNotContain("lectio");
        }
    }
}
