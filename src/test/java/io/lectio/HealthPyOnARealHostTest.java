package io.lectio;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.testhost.HostTest;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `scripts/health.py` in the plan's site, under each Debian's own Django, gunicorn and nginx.
@HostTest
class HealthPyOnARealHostTest {
    private static final String PROJECT = "/var/www/teaching_panel/teaching_panel";
    private static final String DIRECT = "http://127.0.0.1:8000/api/health/";
    private static final String BY_NGINX = "http://127.0.0.1/api/health/";
    private static final String AS_STRANGER = "setpriv --reuid www-data --regid www-data --clear-groups ";
    private static final String WELL = "200 {\"status\": \"ok\", \"release\": \"r7\"}";

    @ParameterizedTest
    @EnumSource(Release.class)
    void saysTheReleaseAndTheDatabaseToAllAndTheWorkerToRoot(Release release) throws IOException {
        try (TestHost host = TestHost.boot(release)) {
            // one worker: of three, one that answers does not mean that all have read the release
            dropIn(
                    host,
                    "echo r7 >lectio-release.txt; sed -i 's/--workers 3/--workers 1/'"
                            + " /etc/systemd/system/teaching_panel.service; systemctl daemon-reload");
            assertThat(ask(host, DIRECT)).matches(root("r7", "\\[\\]"));
            assertThat(host.sh("ps -o ppid= -p " + ask(host, DIRECT).replaceAll(".*\"pid\": (\\d+).*", "$1")))
                    .isEqualTo(host.sh("ps -o ppid= -p $(pgrep -n gunicorn)"));

            assertThat(ask(host, BY_NGINX))
                    .as("nginx here says nothing of whom it asks for")
                    .isEqualTo(WELL);
            assertThat(ask(host, AS_STRANGER, DIRECT)).isEqualTo(WELL);
            for (String header :
                    new String[] {"X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Real-IP: ::1"}) {
                assertThat(ask(host, "", "-H '" + header + "' " + DIRECT)).isEqualTo(WELL);
            }
            assertThat(host.sh("curl -sI " + BY_NGINX)).containsIgnoringCase("cache-control: no-store");
            assertThat(ask(host, "", "-X POST " + BY_NGINX)).startsWith("405 ");

            host.sh("cd " + PROJECT + "; echo r8 >lectio-release.txt");
            assertThat(ask(host, BY_NGINX))
                    .as("the workers are those of r7 still")
                    .isEqualTo(WELL);
            host.sh("sqlite3 " + PROJECT + "/db.sqlite3 \"delete from django_migrations where app = 'sessions'\"");
            restart(host);
            assertThat(ask(host, DIRECT)).matches(root("r8", "\\[\"sessions.0001_initial\"\\]"));

            host.sh("sed -i 's/--bind [^ ]*/--bind [::]:8000/' /etc/systemd/system/teaching_panel.service");
            knowsRootOverBothProtocols(host);
            host.sh("sed -i '/^User/a RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6' "
                    + "/etc/systemd/system/teaching_panel.service"); // the kernel cannot be asked
            knowsRootOverBothProtocols(host);
        }
    }

    private static void knowsRootOverBothProtocols(TestHost host) {
        host.sh("systemctl daemon-reload");
        restart(host);
        for (String address : List.of("127.0.0.1", "[::1]")) {
            String url = "http://" + address + ":8000/api/health/";
            assertThat(ask(host, "", "-g " + url)).matches(root("r8", ".*"));
            assertThat(ask(host, AS_STRANGER, "-g " + url)).isEqualTo(WELL.replace("r7", "r8"));
        }
    }

    private static String root(String release, String unapplied) {
        return "200 \\{\"status\": \"ok\", \"release\": \"" + release
                + "\", \"worker\": \\{\"pid\": \\d+, \"started\": " + "\\d+\\.\\d+\\}, \"unapplied_migrations\": "
                + unapplied + "\\}";
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void saysWhatIsWrongWithTheDatabaseAndMakesNoNewOne(Release release) throws IOException {
        try (TestHost host = TestHost.boot(release)) {
            dropIn(
                    host,
                    "systemctl set-environment LECTIO_RELEASE=r7; sed -i '/^User/a PassEnvironment=LECTIO_RELEASE' "
                            + "/etc/systemd/system/teaching_panel.service; systemctl daemon-reload");
            assertThat(ask(host, BY_NGINX)).isEqualTo(WELL);

            host.sh("""
                    systemd-run -q --unit writer python3 -c 'import sqlite3, signal
                    writer = sqlite3.connect("%s/db.sqlite3", isolation_level=None); writer.execute("begin exclusive"); print("it is", "held", flush=True)
                    signal.pause()'
                    for i in $(seq 100); do journalctl -u writer | grep -q 'it is held' && exit 0; sleep 0.1; done; exit 1
                    """.formatted(PROJECT));
            assertThat(ask(host, "", "--max-time 3 " + BY_NGINX)).isEqualTo(bad("locked"));
            assertThat(ask(host, DIRECT))
                    .startsWith("503 ")
                    .contains("\"detail\": \"OperationalError: database is locked\"");
            host.sh("systemctl kill -s KILL writer");
            assertThat(ask(host, BY_NGINX)).isEqualTo(WELL);

            host.sh("cd " + PROJECT + "; mv db.sqlite3 kept");
            assertThat(ask(host, BY_NGINX)).isEqualTo(bad("missing"));
            assertThat(host.sh("ls " + PROJECT)).doesNotContain("db.sqlite3");
            host.sh("cd " + PROJECT + "; install -o www-data -g www-data /dev/null db.sqlite3");
            assertThat(ask(host, BY_NGINX)).isEqualTo(bad("no schema"));
            host.sh("cd " + PROJECT + "; seq 9999 >db.sqlite3");
            assertThat(ask(host, BY_NGINX)).isEqualTo(bad("error"));
            host.sh("cd " + PROJECT + "; mv kept db.sqlite3");
            assertThat(ask(host, BY_NGINX)).isEqualTo(WELL);
        }
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void aUnixSocketKnowsItsPeer(Release release) throws IOException {
        try (TestHost host = TestHost.boot(release)) {
            dropIn(host, """
                    echo r7 >lectio-release.txt
                    sed -i 's#--bind [^ ]*#--bind unix:/run/panel/it.sock --umask 0#; /^User/a RuntimeDirectory=panel' \
                        /etc/systemd/system/teaching_panel.service
                    sed -i 's#http://127.0.0.1:8000#http://unix:/run/panel/it.sock#' /etc/nginx/sites-enabled/default
                    systemctl daemon-reload; systemctl reload nginx
                    """);
            String socket = "--unix-socket /run/panel/it.sock http://localhost/api/health/";
            assertThat(ask(host, "", socket)).matches(root("r7", "\\[\\]"));
            assertThat(ask(host, AS_STRANGER, socket)).isEqualTo(WELL);
            assertThat(ask(host, BY_NGINX)).isEqualTo(WELL);
        }
    }

    private static String bad(String word) {
        return "503 {\"status\": \"error\", \"release\": \"r7\", \"database\": \"" + word + "\"}";
    }

    private static void dropIn(TestHost host, String besides) throws IOException {
        host.sh("cat >" + PROJECT + "/panel/health.py <<'END'\n" + Files.readString(Path.of("scripts/health.py"))
                + "END");
        host.sh("cd " + PROJECT + """
                ; echo 'from .health import health as dropped_in' >>panel/urls.py
                echo 'urlpatterns.insert(0, path("api/health/", dropped_in))' >>panel/urls.py
                """ + besides);
        restart(host);
    }

    private static void restart(TestHost host) {
        host.sh("systemctl restart teaching_panel; for i in $(seq 200); do curl -sf " + BY_NGINX
                + " | grep release && exit; sleep 0.1; done; journalctl -u teaching_panel; exit 1");
    }

    private static String ask(TestHost host, String url) {
        return ask(host, "", url);
    }

    /// Status and body.
    private static String ask(TestHost host, String as, String url) {
        String said = host.sh(as + "curl -s -w '\\n%{http_code}' " + url);
        int last = said.lastIndexOf('\n');
        return said.substring(last + 1) + " " + said.substring(0, last);
    }
}
