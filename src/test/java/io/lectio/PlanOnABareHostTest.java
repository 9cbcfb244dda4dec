package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.BotApiServer.Message;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The owner's plan followed on a Debian that has the site and nothing of ours: each of its commands is typed as it is
/// printed there, in its order, by a person who may use sudo, and each of its guarantees is measured by visitors.
///
/// The constants are the plan's own lines. What cannot be typed as printed has a comment that begins with "Trap";
/// docs/walk-through.md says the same to a person. Lines of ours between the plan's are spelled out where they are.
@HostTest
class PlanOnABareHostTest {
    private static final Path MADE = Path.of("target/package/dist");
    private static final List<String> VISITED = List.of("/", "/static/js/main.91c0.js", "/api/health/");
    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /// Of any fault, as the plan's last line promises.
    private static final Duration TOLD = Duration.ofMinutes(2);

    private static final int REFUSED = 5;

    /// A person with sudo, whose computer reaches the server by the name that the plan uses; the server has run for
    /// longer
    /// than the two minutes after a boot in which the guard waits for services to come up.
    private static final String OWNER = """
            echo "127.0.0.1 $(hostname)" >>/etc/hosts
            mkdir -m 700 /run/lectio-monitor; touch %s
            systemctl start cron ssh
            useradd -m -s /bin/bash owner; echo 'owner ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/owner
            runuser -u owner -- bash -euc 'cd; mkdir -m 700 .ssh; ssh-keygen -q -t ed25519 -N "" -f .ssh/id_ed25519
              cp .ssh/id_ed25519.pub .ssh/authorized_keys; ssh-keyscan 127.0.0.1 >.ssh/known_hosts 2>/dev/null
              printf "Host tp\\nHostName 127.0.0.1\\n" >.ssh/config'
            """.formatted(GuardedHost.BEGUN);

    // "Шаг 1: Копирование файлов"
    private static final String COPY = "scp -r scripts/monitoring tp:/tmp/monitoring-install";
    // Trap: `ssh tp` and the two lines below it are typed in one session
    private static final String INSTALL = """
            cd /tmp/monitoring-install
            sudo bash install_monitoring.sh
            """;

    // "Шаг 3: Проверка работы"
    private static final String HEALTH_CHECK = "sudo /opt/lectio-monitor/health_check.sh";
    private static final String CRON = "sudo crontab -l | grep lectio";
    // Trap: `tail -f` does not end by itself
    private static final String FOLLOW = "timeout 2 sudo tail -f /var/log/lectio-monitor/health.log || [ $? = 124 ]";

    // "Использование Safe Deploy", "С сервера"
    private static final String FRONTEND = "sudo /opt/lectio-monitor/deploy_safe.sh frontend /path/to/build";
    private static final String BACKEND = "sudo /opt/lectio-monitor/deploy_safe.sh backend";

    // "Если сайт недоступен", as printed
    private static final String LOOK = """
            systemctl status teaching_panel nginx
            sudo tail -50 /var/log/lectio-monitor/health.log
            sudo journalctl -u teaching_panel -n 50
            ls -la /var/www/teaching_panel/frontend/build/
            """;
    private static final String BY_HAND = """
            sudo chown -R www-data:www-data /var/www/teaching_panel/frontend/build
            sudo chmod -R 755 /var/www/teaching_panel/frontend/build
            sudo systemctl restart teaching_panel nginx
            """;

    // "Если база данных недоступна"
    private static final String LOOK_AT_DATABASE = "ls -la /var/www/teaching_panel/teaching_panel/db.sqlite3";
    // Trap: `sudo cp …/backups/db_latest.sqlite3 …/db.sqlite3`, the chown and the restart. A copy over a database that
    // is
    // open, or whose -wal is still there, corrupts it, and nothing says that the copy is a good one
    private static final String RESTORE = "sudo lectio restore --yes";

    // "Полезные команды". Trap: without sudo they are a root shell's, since the logs are root's alone
    private static final List<String> USEFUL = List.of(
            "tail -20 /var/log/lectio-monitor/health.log",
            "grep \"CRITICAL\\|ERROR\" /var/log/lectio-monitor/health.log",
            "journalctl -u teaching_panel | grep \"Started\\|Stopped\\|Failed\" | tail -20",
            // Trap: `grep CRON /var/log/syslog | tail -10`; Debian 12 and 13 have no such file
            "journalctl -t CRON | grep CRON | tail -10");

    // "Симуляция сбоя прав доступа"
    private static final String BREAK_PERMISSIONS = "sudo chmod 000 /var/www/teaching_panel/frontend/build/index.html";
    // "Симуляция падения сервиса". The pattern meets sudo itself, too, which takes no signal of its own command
    private static final String BREAK_SERVICE = "sudo pkill -f gunicorn";
    // "Проверка rollback"
    private static final String BREAK_BUILD = """
            mkdir /tmp/broken-build
            echo "broken" > /tmp/broken-build/index.html
            """;
    private static final String DEPLOY_BROKEN = "sudo /opt/lectio-monitor/deploy_safe.sh frontend /tmp/broken-build";

    // "Чек-лист установки". Trap: without sudo these two are a root shell's
    private static final List<String> CHECKLIST =
            List.of("crontab -l | grep lectio", "/opt/lectio-monitor/health_check.sh");
    private static final String UNIT = "systemctl status teaching_panel";

    // "Где искать информацию"
    private static final List<String> LOGS = List.of(
            "/var/log/lectio-monitor/health.log",
            "/var/log/lectio-monitor/alerts.log",
            "/var/log/lectio-monitor/deploy.log",
            "/var/log/lectio-monitor/cron.log",
            "/var/log/teaching_panel/error.log",
            "/var/log/nginx/error.log");

    // "Гарантии после установки"
    private enum Guarantee {
        SERVICE("Сервис упал", 0, 5, BREAK_SERVICE, "teaching_panel.service"),
        PERMISSIONS("Права доступа", 60, 10, BREAK_PERMISSIONS, "frontend/build/index.html"),
        NGINX_HANGS("Nginx завис", 60, 15, "sudo systemctl kill -s STOP nginx", "nginx.service"),
        ALL_HANGS("Полное зависание", 60, 15, "sudo systemctl kill -s STOP teaching_panel", "teaching_panel.service");

        private final String scenario;
        private final Duration found;
        private final Duration back;
        private final String command;
        private final String cause;

        Guarantee(String scenario, int found, int back, String command, String cause) {
            this.scenario = scenario;
            this.found = Duration.ofSeconds(found);
            this.back = Duration.ofSeconds(back);
            this.command = command;
            this.cause = cause;
        }
    }

    /// Held while a host is broken, so that two at once do not make each other slow.
    private static final Lock MEASURING = new ReentrantLock();

    private static final Pattern GAP = Pattern.compile("the longest time without an answer: (\\d+) ms");
    /// What a mere restart of the application takes on a machine with nothing else to do, and more.
    private static final Duration IDLE = Duration.ofSeconds(1);

    private final List<String> table = new ArrayList<>();
    /// By how much longer the one restart of the installation took here: so much slower this machine is just now.
    private Duration slower = Duration.ZERO;

    /// Typed into a shell, which has the text from a file: `pkill -f` looks at command lines.
    private static TestHost.Result typed(TestHost host, String user, String lines) {
        host.sh("cat >/run/typed <<'END'\n" + lines + "\nEND\nchmod 644 /run/typed");
        TestHost.Result result =
                host.run(PATIENCE, "runuser", "-l", user, "-c", "cd unpacked 2>/dev/null; exec bash /run/typed");
        System.out.printf(
                "%s %s$ %s%n%s%s-> %d%n",
                host.release(), user, lines.strip(), result.out(), result.err(), result.exit());
        return result;
    }

    private static String typed(TestHost host, String lines) {
        return succeeds(typed(host, "owner", lines), lines);
    }

    private static String succeeds(TestHost.Result result, String lines) {
        String said = result.out() + result.err();
        assertThat(result.exit()).as(lines + "\n" + said).isZero();
        return said;
    }

    private void install(TestHost host) {
        String said = switch (host.release()) {
            case BOOKWORM -> {
                host.sh("runuser -u owner -- mkdir ~owner/unpacked && runuser -u owner -- tar -C ~owner/unpacked"
                        + " --strip-components=1 -xzf " + TestHost.PRODUCT + "/*.tar.gz");
                typed(host, COPY);
                host.sh("cat >~owner/typed <<'END'\n" + INSTALL + "END\n");
                yield typed(host, "ssh tp <~/typed");
            }
            case TRIXIE -> {
                host.sh("cp " + TestHost.PRODUCT + "/*.deb ~owner/");
                yield typed(host, "cd; sudo apt install -y ./lectio-monitor_*.deb");
            }
        };
        Matcher gap = GAP.matcher(said);
        assertThat(gap.find()).as(said).isTrue();
        Duration restart = Duration.ofMillis(Long.parseLong(gap.group(1)));
        slower = restart.compareTo(IDLE) > 0 ? restart.minus(IDLE) : Duration.ZERO;
        System.out.printf("%s: this machine is slower by %d ms a restart%n", host.release(), slower.toMillis());
    }

    /// "Шаг 2: Настройка Telegram". Trap: `sudo nano` wants a person; sed is in its place here.
    private static void configure(GuardedHost guarded) {
        guarded.bot().written("42", "the owner");
        assertThat(typed(
                        guarded.host(),
                        "curl -s " + guarded.bot().baseUrl() + "/bot" + GuardedHost.TOKEN + "/getUpdates"))
                .contains("\"id\":42");
        typed(guarded.host(), """
                sudo sed -i 's|^#\\(TELEGRAM_BOT_TOKEN=\\)$|\\1"%s"|; s|^#\\(TELEGRAM_CHAT_ID=\\)$|\\1"42"|;
                  s|^#\\(TELEGRAM_API_URL=\\).*|\\1"%s"|' /opt/lectio-monitor/config.env
                """.formatted(GuardedHost.TOKEN, guarded.bot().baseUrl()));
    }

    private void isKept(GuardedHost guarded, Guarantee promised) {
        TestHost host = guarded.host();
        guarded.awaitAllWell();
        guarded.awaitOver(promised.cause);
        int before = guarded.alerts().size();
        MEASURING.lock();
        try (Prober visitors = Prober.start(host, VISITED)) {
            Instant broken = Instant.now();
            typed(host, "owner", promised.command);
            visitors.awaitHealed(
                    broken, QUIET, promised.found.plus(promised.back).plus(PATIENCE));
            Duration outage = visitors.stop().since(broken);
            Message told = guarded.bot()
                    .awaitMessage(message -> !message.firstAt().isBefore(broken) && GuardedHost.isAlert(message), TOLD);
            guarded.bot()
                    .awaitMessage(
                            message ->
                                    message.id() == told.id() && message.text().contains("восстановлено"),
                            TOLD);
            row(promised.scenario, promised.found, promised.back, outage, Duration.between(broken, told.firstAt()));
            assertThat(outage).as(promised.scenario).isBetween(Duration.ofMillis(1), promised.back.plus(slower));
            assertThat(told.firstAt()).as(promised.scenario).isBefore(broken.plus(TOLD));
            assertThat(last(guarded)).contains("WARNING", promised.cause);
            assertThat(guarded.alerts()).as(promised.scenario).hasSize(before + 1);
        } finally {
            MEASURING.unlock();
        }
    }

    private static String last(GuardedHost guarded) {
        String text = guarded.alerts().getLast().text();
        System.out.println(guarded.host().release() + " Telegram: " + text);
        return text;
    }

    private void row(String scenario, Duration found, Duration back, Duration outage, Duration told) {
        table.add(String.format(
                Locale.ROOT,
                "%-18s %4d s / %2d s   %7.2f s   %6.2f s",
                scenario,
                found.toSeconds(),
                back.toSeconds(),
                outage.toMillis() / 1_000.0,
                told.toMillis() / 1_000.0));
    }

    private void aBrokenBuildIsRefused(GuardedHost guarded) {
        TestHost host = guarded.host();
        String page = "sha256sum </var/www/teaching_panel/frontend/build/index.html";
        String before = host.sh(page);
        int alerts = guarded.alerts().size();
        typed(host, BREAK_BUILD);
        try (Prober visitors = Prober.start(host, VISITED)) {
            Instant began = Instant.now();
            TestHost.Result refused = typed(host, "owner", DEPLOY_BROKEN);
            assertThat(refused.exit()).isEqualTo(REFUSED);
            Message told =
                    guarded.bot().awaitMessage(message -> message.text().contains("отклонена, сайт прежний"), TOLD);
            Prober.Outage seen = visitors.stop();
            row(
                    "Плохой деплой",
                    Duration.ZERO,
                    Duration.ofSeconds(30),
                    seen.since(began),
                    Duration.between(began, told.firstAt()));
            assertThat(seen.failed()).as(visitors.toString()).isZero();
        }
        assertThat(host.sh(page)).isEqualTo(before);
        assertThat(guarded.alerts()).hasSize(alerts + 1);
        last(guarded);
    }

    private static void deploysRefuseNobody(GuardedHost guarded) {
        TestHost host = guarded.host();
        host.sh("""
                mkdir /path; mkdir -m 777 /path/to; cp -a /var/www/teaching_panel/frontend/build /path/to/build
                rm -f /path/to/build/lectio-release.txt
                sed -i 's#</body>#<!-- the next one --></body>#' /path/to/build/index.html
                chmod -R 700 /path/to/build; chown -R root: /path/to/build
                """);
        try (Prober visitors = Prober.start(host, VISITED)) {
            typed(host, FRONTEND);
            assertThat(host.sh("curl -s localhost/")).contains("the next one");
            host.sh("echo '# the next one' >>/var/www/teaching_panel/teaching_panel/panel/urls.py");
            typed(host, BACKEND);
            assertThat(visitors.stop().failed()).as(visitors.toString()).isZero();
        }
        assertThat(host.sh("cat /var/log/lectio-monitor/deploy.log"))
                .contains("REFUSED", "DEPLOYED: the site", "(code)");
    }

    private static void theDatabaseComesBack(GuardedHost guarded) {
        TestHost host = guarded.host();
        Instant broken = Instant.now();
        host.sh("ls /var/www/teaching_panel/backups/db_latest.sqlite3");
        host.sh("rm /var/www/teaching_panel/teaching_panel/db.sqlite3");
        TestHost.Result missing = typed(host, "owner", LOOK_AT_DATABASE);
        assertThat(missing.exit() != 0 || missing.out().contains(" www-data 0 "))
                .as("it is not there, or it is the empty one that the application makes when it is asked: " + missing)
                .isTrue();
        Message told = guarded.bot().awaitMessage(message -> message.text().contains("db.sqlite3"), TOLD);
        assertThat(told.text()).contains("CRITICAL", "lectio restore");
        assertThat(Duration.between(broken, told.firstAt())).isLessThan(TOLD);
        typed(host, RESTORE);
        assertThat(typed(host, LOOK_AT_DATABASE)).contains("www-data www-data");
        guarded.awaitAllWell();
        guarded.bot()
                .awaitMessage(
                        message -> message.id() == told.id() && message.text().contains("восстановлено"), TOLD);
        last(guarded);
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void everyStepOfThePlanDoesWhatItSaysAndEachGuaranteeIsKept(Release release) {
        Instant began = Instant.now();
        TestHost host = TestHost.boot(release, MADE);
        try (GuardedHost guarded = GuardedHost.bare(host)) {
            host.sh(OWNER);
            install(host);
            configure(guarded);

            assertThat(typed(host, HEALTH_CHECK)).isNotBlank();
            assertThat(typed(host, CRON)).contains("/opt/lectio-monitor/health_check.sh");
            assertThat(typed(host, FOLLOW)).isNotBlank();
            assertThat(typed(host, UNIT)).contains("Active: active (running)");
            CHECKLIST.forEach(line -> succeeds(typed(host, "root", line), line));

            isKept(guarded, Guarantee.PERMISSIONS);
            isKept(guarded, Guarantee.SERVICE);
            aBrokenBuildIsRefused(guarded);
            isKept(guarded, Guarantee.NGINX_HANGS);
            deploysRefuseNobody(guarded);
            isKept(guarded, Guarantee.ALL_HANGS);

            typed(host, LOOK);
            int alerts = guarded.alerts().size();
            typed(host, BY_HAND);
            guarded.awaitAllWell();
            theDatabaseComesBack(guarded);
            assertThat(guarded.alerts()).hasSize(alerts + 1);
            USEFUL.forEach(line -> assertThat(succeeds(typed(host, "root", line), line))
                    .as(line)
                    .isNotBlank());
            host.sh("ls " + String.join(" ", LOGS));
            String report = typed(host, "sudo lectio report");
            assertThat(report).contains(" yes ");
        }
        System.out.printf(
                "%s: the plan, followed in %d s%n%-18s %-15s %-11s %s%n%s%n",
                release,
                Duration.between(began, Instant.now()).toSeconds(),
                "guarantee",
                "promised",
                "seen",
                "told after",
                String.join("\n", table));
    }
}
