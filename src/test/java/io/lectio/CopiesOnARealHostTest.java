package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.OnOneRelease;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.time.Duration;

/// Copies of the plan's own database, made and put back under real systemd, Django and visitors.
@HostTest
class CopiesOnARealHostTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String LECTIO = "/opt/lectio-monitor/bin/lectio ";
    private static final String DATABASE = "/var/www/teaching_panel/teaching_panel/db.sqlite3";
    private static final String BACKUPS = "/var/www/teaching_panel/backups";

    private static String sql(GuardedHost guarded, String statement) {
        return guarded.host().sh("""
                runuser -u www-data -- python3 - <<'END'
                import sqlite3
                db = sqlite3.connect("%s", timeout=20)
                print(*[row[0] for row in db.execute("%s")])
                db.commit()
                END
                """.formatted(DATABASE, statement)).strip();
    }

    private static void awaitFirstCopy(GuardedHost guarded) {
        guarded.host()
                .sh("for i in $(seq 800); do ls " + BACKUPS + "/db-*.gz 2>/dev/null && exit; sleep 0.1; done; exit 1");
    }

    private static TestHost.Result lectio(GuardedHost guarded, String... words) {
        String[] command = new String[words.length + 1];
        command[0] = LECTIO.strip();
        System.arraycopy(words, 0, command, 1, words.length);
        return guarded.host().run(PATIENCE, command);
    }

    /// A socket that starts the application at a visitor's request, and a visitor each 20 ms.
    private static void openToVisitors(TestHost host) {
        host.sh("""
                printf '[Socket]\\nListenStream=127.0.0.1:8000\\n[Install]\\nWantedBy=sockets.target\\n' \\
                    >/etc/systemd/system/teaching_panel.socket
                systemctl daemon-reload; systemctl stop teaching_panel
                systemctl start teaching_panel.socket teaching_panel.service
                cat >/run/visitor.py <<'END'
                import socket, time
                while True:
                    try:
                        with socket.create_connection(("127.0.0.1", 8000), 0.5) as s:
                            s.sendall(b"GET /api/health/ HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n")
                    except OSError:
                        pass
                    time.sleep(0.02)
                END
                systemd-run -q --unit visitor python3 /run/visitor.py
                for i in $(seq 100); do curl -fsS -m 1 -o /dev/null http://localhost/api/health/ && exit; sleep 0.1; done; exit 1
                """);
    }

    @OnOneRelease
    void aCopyIsPutBackWhileVisitorsAskAndNothingStartsTheApplicationEarly(Release release) {
        try (GuardedHost guarded =
                GuardedHost.boot(release, CopiesOnARealHostTest::openToVisitors, "LECTIO_LANGUAGE=en")) {
            guarded.awaitAllWell();
            sql(guarded, "CREATE TABLE lesson(a)");
            sql(guarded, "INSERT INTO lesson VALUES('first')");
            awaitFirstCopy(guarded);
            assertThat(guarded.host()
                            .sh("stat -c '%U:%G %a' " + BACKUPS + " " + BACKUPS + "/*")
                            .lines())
                    .containsExactly("root:root 750", "root:root 600", "root:root 600");
            TestHost.Result made = lectio(guarded, "backup");
            assertThat(made.exit()).as(made.err()).isZero();
            sql(guarded, "INSERT INTO lesson VALUES('second')");

            String before = guarded.host().sh("date +%s.%N").strip();
            TestHost.Result restored = lectio(guarded, "restore", "--yes");
            assertThat(restored.exit()).as(restored.err()).isZero();
            assertThat(sql(guarded, "SELECT a FROM lesson")).isEqualTo("first");
            assertThat(guarded.host().sh("stat -c '%U:%G' " + DATABASE).strip()).isEqualTo("www-data:www-data");
            assertThat(guarded.host()
                            .sh("journalctl -u teaching_panel.service -o cat --since @" + before
                                    + " | grep -c '^Started '")
                            .strip())
                    .isEqualTo("1");
            assertThat(guarded.host().sh("""
                            at=$(systemctl show --timestamp=us -p ExecMainStartTimestamp --value teaching_panel)
                            swapped=$(stat -c %%Z %s)
                            [ "$(date -d "$at" +%%s)" -ge "$swapped" ] && echo later
                            """.formatted(DATABASE)).strip()).isEqualTo("later");
            assertThat(guarded.host().sh("ls /etc/systemd/system/*.d /var/lib/lectio-monitor/copies 2>&1; true"))
                    .doesNotContain("lectio-restore", "held", "restore");
            String aside = guarded.host().sh("ls " + DATABASE + ".before-*Z").strip();
            TestHost.Result back = lectio(guarded, "restore", "--yes", aside);
            assertThat(back.exit()).as(back.err()).isZero();
            assertThat(sql(guarded, "SELECT a FROM lesson")).isEqualTo("first second");
            assertThat(guarded.host().sh(LECTIO + "status --json")).contains("\"maintenance\":null");
            assertThat(guarded.alerts()).isEmpty();
        }
    }

    @OnOneRelease
    void aRestoreThatIsKilledIsTakenBackByTheGuard(Release release) {
        try (GuardedHost guarded =
                GuardedHost.boot(release, CopiesOnARealHostTest::openToVisitors, "LECTIO_COPIES_AT=")) {
            guarded.awaitAllWell();
            sql(guarded, "CREATE TABLE lesson(a)");
            sql(guarded, "INSERT INTO lesson VALUES('first')");
            TestHost.Result made = lectio(guarded, "backup");
            assertThat(made.exit()).as(made.err()).isZero();
            sql(guarded, "INSERT INTO lesson VALUES('second')");
            guarded.host().sh("""
                    %s restore --yes >/run/said 2>&1 & pid=$!
                    for i in $(seq 2000); do
                        [ -e /var/lib/lectio-monitor/copies/held ] && kill -9 $pid && exit 0; sleep 0.005
                    done; cat /run/said; exit 1
                    """.formatted(LECTIO));
            guarded.host().sh("""
                    for i in $(seq 900); do
                        [ -e /var/lib/lectio-monitor/copies/restore ] || break; sleep 0.1
                    done
                    for i in $(seq 300); do curl -fsS -m 1 -o /dev/null http://localhost/api/health/ && exit; sleep 0.1; done; exit 1
                    """);
            assertThat(sql(guarded, "SELECT a FROM lesson")).isEqualTo("first second");
            assertThat(guarded.host().sh("ls /var/www/teaching_panel/teaching_panel; ls /etc/systemd/system"))
                    .doesNotContain("before-", "restored-", "teaching_panel.service.d");
            assertThat(guarded.host().sh("cat /var/log/lectio-monitor/health.log"))
                    .contains("is taken back");
            assertThat(guarded.host().sh(LECTIO + "status --json")).contains("\"maintenance\":null");
        }
    }

    @OnOneRelease
    void anApplicationThatDoesNotWorkWithWhatWasPutBackHasItsOwnAgain(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            guarded.awaitAllWell();
            sql(guarded, "CREATE TABLE lesson(a)");
            guarded.host().sh("""
                    cp %s /run/other.sqlite3
                    python3 -c 'import sqlite3; sqlite3.connect("/run/other.sqlite3").execute("DROP TABLE auth_user")'
                    """.formatted(DATABASE));
            TestHost.Result restored = lectio(guarded, "restore", "--yes", "/run/other.sqlite3");
            assertThat(restored.exit()).isEqualTo(6);
            assertThat(restored.err()).contains("the database is the one from before");
            assertThat(sql(guarded, "SELECT count(*) FROM lesson")).isEqualTo("0");
            assertThat(guarded.host().sh("""
                            for i in $(seq 100); do
                                curl -fsS -m 1 -o /dev/null http://localhost/api/health/ && echo back && exit; sleep 0.1
                            done
                            """).strip()).isEqualTo("back");
        }
    }

    @OnOneRelease
    void thatThereIsNoGoodCopyIsToldAndOneGoesToAnotherHost(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(
                release,
                host -> host.sh("""
                        mkdir -p /var/lib/lectio-monitor/copies; touch -d '2 days ago' /var/lib/lectio-monitor/copies/lock
                        install -d -o www-data -g www-data /srv/copies
                        systemctl start ssh; mkdir -pm 700 /root/.ssh; ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
                        cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
                        ssh-keyscan 127.0.0.1 >/root/.ssh/known_hosts 2>/dev/null
                        """),
                "LECTIO_LANGUAGE=en",
                "LECTIO_COPIES=/srv/copies",
                "LECTIO_COPIES_TO=root@127.0.0.1:there/copies")) {
            guarded.awaitAllWell();
            assertThat(guarded.bot()
                            .awaitMessage(message -> message.text().contains("no good copy"), PATIENCE)
                            .text())
                    .contains("no good copy of the database: /srv/copies")
                    .contains("is of www-data:www-data")
                    .contains("sudo lectio backup");
            TestHost.Result refused = lectio(guarded, "backup");
            assertThat(refused.exit()).isEqualTo(4);
            assertThat(refused.err()).contains("sudo chown root /srv/copies");
            guarded.host().sh("chown root:root /srv/copies");
            sql(guarded, "CREATE TABLE lesson(a)");
            TestHost.Result made = lectio(guarded, "backup", "--json");
            assertThat(made.exit()).as(made.err()).isZero();
            assertThat(made.err()).contains(" to root@127.0.0.1").doesNotContain("warning");
            guarded.host().sh("cmp /root/there/copies/db-*.gz /srv/copies/db-*.gz");
            assertThat(guarded.bot().awaitMessage(message -> message.text().contains("healed"), PATIENCE))
                    .isNotNull();
            assertThat(lectio(guarded, "backup", "verify").exit()).isZero();
        }
    }

    /// What a person has stopped is not started, and what had failed beside it is no reason to take anything back.
    @OnOneRelease
    void whatWasStoppedStaysSoAndWhatHadFailedBesideItIsNoReasonToTakeItBack(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release, host -> host.sh("""
                        printf '[Service]\\nExecStart=/bin/false\\n' >/etc/systemd/system/queue.service
                        systemctl daemon-reload; systemctl start queue || true
                        """), "LECTIO_APP_BESIDE=queue.service")) {
            sql(guarded, "CREATE TABLE lesson(a)");
            TestHost.Result made = lectio(guarded, "backup");
            assertThat(made.exit()).as(made.err()).isZero();
            TestHost.Result restored = lectio(guarded, "restore", "--yes");
            assertThat(restored.exit()).as(restored.err()).isZero();
            guarded.host().sh("systemctl stop teaching_panel");
            TestHost.Result stopped = lectio(guarded, "restore", "--yes");
            assertThat(stopped.exit()).as(stopped.err()).isZero();
            assertThat(stopped.err()).contains("neither started nor asked");
            assertThat(guarded.host()
                            .sh("systemctl is-active teaching_panel queue; true")
                            .lines())
                    .containsExactly("inactive", "failed");
        }
    }
}
