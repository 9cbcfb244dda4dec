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
import java.util.List;

/// `lectio init` on hosts that serve the plan's site, and a second one beside it: what it finds is what is there, and
/// the
/// guard that takes its file heals by it.
@HostTest
class InitOnARealHostTest {
    private static final String LECTIO = "/opt/lectio-monitor/bin/lectio ";
    private static final String YAML = "/opt/lectio-monitor/lectio.yaml";
    /// What is in force, kept by the guard for its next start.
    private static final String TAKEN = "/var/lib/lectio-monitor/configuration.json";

    private static final String ALL_OF_THE_SITES =
            "find /var/www /srv/shop /etc/nginx /etc/systemd/system \\( -path /var/www/teaching_panel/backups -o -name __pycache__ \\) -prune -o -printf '%p %m %u %g %T@ %s\\n' 2>/dev/null | sort | sha256sum";
    private static final Duration QUIET = Duration.ofMillis(500);

    /// As Django's users have it behind gunicorn at a socket, with its own user and its static files beside.
    private static final String SHOP = """
            mkdir -p /srv/shop /srv/shop/static && cp -r /var/www/teaching_panel/teaching_panel /srv/shop/code && mv /srv/shop/code/db.sqlite3 /srv/shop/data.sqlite3
            useradd --system shop && echo 'shop {}' >/srv/shop/static/site.css
            sed -i '1i import os
            s#"NAME": BASE_DIR.*"#"NAME": os.environ["SHOP_DATABASE"]#' /srv/shop/code/panel/settings.py
            printf '# of the shop\\nSECRET_KEY=cAnArY\\nSHOP_DATABASE="/srv/shop/data.sqlite3"\\n' >/etc/shop.env
            chown -R shop: /srv/shop
            cat >/etc/systemd/system/shop.service <<'END'
            [Service]
            User=shop
            WorkingDirectory=/srv/shop/code
            EnvironmentFile=/etc/shop.env
            RuntimeDirectory=shop
            ExecStart=/usr/bin/gunicorn --workers 1 --bind unix:/run/shop/app.sock panel.wsgi:application
            END
            cat >/etc/nginx/sites-enabled/shop <<'END'
            upstream shop { server unix:/run/shop/app.sock fail_timeout=0; }
            server { listen 80; server_name www.shop.test; return 301 http://shop.test$request_uri; }
            server {
                listen 80;
                server_name shop.test;
                location /static/ { alias /srv/shop/static/; }
                location / { proxy_pass http://shop; proxy_set_header Host $host; }
            }
            server { listen 81; server_name _; root /var/www/html; }
            END
            rm -rf /var/www/html; mkdir /var/www/html; echo '<h1>Welcome to nginx!</h1>' >/var/www/html/index.nginx-debian.html
            systemctl daemon-reload && systemctl start shop && nginx -t -q && systemctl reload nginx
            shop() { curl -sf -H 'Host: shop.test' http://127.0.0.1/$1; }
            for i in $(seq 100); do shop static/site.css | grep -q '^shop' && shop api/health/ && exit; sleep 0.1; done; exit 1
            """;

    private static TestHost.Result init(TestHost host, String options) {
        return host.run(Duration.ofSeconds(60), "bash", "-c", LECTIO + "init " + options);
    }

    @OnOneRelease
    void thePlansSiteIsFoundAndTheGuardThatTakesItsFileHeals(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release)) {
            TestHost host = guarded.host();
            guarded.awaitAllWell();
            String before = host.sh(ALL_OF_THE_SITES);

            TestHost.Result dry = init(host, "--dry-run");
            assertThat(dry.exit()).as(dry.out() + dry.err()).isZero();
            host.sh("[ ! -e " + YAML + " ]");

            TestHost.Result init = init(host, "");
            assertThat(init.exit()).as(init.out() + init.err()).isZero();
            assertThat(init.out())
                    .contains(
                            "http://localhost/",
                            "/var/www/teaching_panel/frontend/build",
                            "teaching_panel.service",
                            "db.sqlite3",
                            "www-data",
                            "The guard takes it within 10 s");
            assertThat(host.sh("stat -c %a%U " + YAML + "; cat " + YAML))
                    .startsWith("600root\n# yaml-language-server: $schema=lectio.schema.json\n")
                    .contains(
                            "  - url: http://localhost/  # server, /etc/nginx/sites-enabled/default:1\n",
                            "    root: /var/www/teaching_panel  #",
                            "      # root: /var/www/teaching_panel/frontend/build  # so by default: root, /etc/nginx/sites-enabled/default:3",
                            "# user: 'www-data'",
                            "# unit: nginx.service",
                            "# unit: teaching_panel.service",
                            "# database: /var/www/teaching_panel/teaching_panel/db.sqlite3");
            assertThat(dry.out()).isEqualTo(host.sh("cat " + YAML));
            host.sh(LECTIO + "config check");

            TestHost.Result again = init(host, "");
            assertThat(again.exit()).isEqualTo(2);
            assertThat(again.err()).contains("is there already", "--force");
            host.sh("for i in $(seq 100); do grep -q yaml-language-server " + TAKEN
                    + " && exit; sleep 0.1; done; exit 1");
            heals(host, "/var/www/teaching_panel/frontend/build/index.html", "http://localhost/");
            assertThat(host.sh(ALL_OF_THE_SITES).lines().count())
                    .isEqualTo(before.lines().count());

            TestHost.Result forced = init(host, "--force --json");
            assertThat(forced.exit()).as(forced.err()).isZero();
            assertThat(forced.out()).contains("\"written\"", "\"leftOut\"", "\"key\" : \"root\"");
            host.sh("grep -q yaml-language-server /opt/lectio-monitor/lectio.yaml.before-*"
                    + " && [ $(stat -c %a%U%h /opt/lectio-monitor/lectio.yaml.before-*) = 600root1 ]");
        }
    }

    private static void heals(TestHost host, String file, String url) {
        try (Prober visitors = Prober.start(host, List.of(url))) {
            Instant broken = Instant.now();
            host.sh("chmod 000 " + file);
            visitors.awaitHealed(broken, QUIET, Duration.ofSeconds(20));
        }
    }

    @OnOneRelease
    void aSecondSiteIsFoundByItsOwnNameAndGuardedWithin10Seconds(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release, host -> host.sh(SHOP))) {
            TestHost host = guarded.host();
            guarded.awaitAllWell();
            String before = host.sh(ALL_OF_THE_SITES);
            TestHost.Result init = init(host, "");
            assertThat(init.exit()).as(init.out() + init.err()).isZero();
            assertThat(host.sh(ALL_OF_THE_SITES)).isEqualTo(before);
            assertThat(host.sh("cat " + YAML))
                    .doesNotContain("cAnArY")
                    .contains(
                            "  - url: http://localhost/",
                            "unit: teaching_panel.service  # gunicorn",
                            "  - name: 'shop-test'\n    url: http://shop.test/  # server, /etc/nginx/sites-enabled/shop:3; /etc/nginx/sites-enabled/shop:2 leads to it\n",
                            "    root: /srv/shop  #",
                            "      root: /srv/shop/static  # root, /etc/nginx/sites-enabled/shop:6\n",
                            "unit: shop.service  # gunicorn",
                            ", as shop, gunicorn of panel.wsgi:application\n",
                            "server: unix:/run/shop/app.sock  #",
                            "# api: http://shop.test/api/health/  # so by default: answers well\n",
                            "code: /srv/shop/code  # where shop.service runs",
                            "database: /srv/shop/data.sqlite3  # DATABASES, /srv/shop/code/panel/settings.py\n",
                            "# left out: server _, /etc/nginx/sites-enabled/shop:9: only nginx's own welcome page is in /var/www/html\n");
            host.sh("for i in $(seq 120); do " + LECTIO
                    + "status --site shop-test | grep -q '^files *HEALTHY' && exit; sleep 0.1; done; exit 1");
            host.sh(
                    "chmod 000 /srv/shop/static/site.css; for i in $(seq 100); do "
                            + "curl -sf -H 'Host: shop.test' http://127.0.0.1/static/site.css && exit; sleep 0.1; done; exit 1");
        }
    }

    @OnOneRelease
    void whatCannotBeDoneIsToldWithItsMendAndNothingIsWritten(Release release) {
        try (GuardedHost guarded = GuardedHost.boot(release, "LECTIO_WEB_USER=www-data", "LECTIO_ALIVE=10:00")) {
            TestHost host = guarded.host();
            TestHost.Result both = init(host, "");
            assertThat(both.exit()).isEqualTo(2);
            assertThat(both.err())
                    .contains("LECTIO_WEB_USER", "config.env:4", "make a comment of LECTIO_WEB_USER in")
                    .doesNotContain("LECTIO_ALIVE");

            assertThat(host.run(
                                    Duration.ofSeconds(30),
                                    "setpriv",
                                    "--reuid=www-data",
                                    "--clear-groups",
                                    LECTIO.strip(),
                                    "init")
                            .err())
                    .contains("sudo lectio init");
            host.sh("echo 'server { listen 82; root /x; nonsense on; }' >/etc/nginx/sites-enabled/zz");
            TestHost.Result bad = init(host, "");
            assertThat(bad.exit()).isEqualTo(4);
            assertThat(bad.err()).contains("nginx -T: unknown directive \"nonsense\" in /etc/nginx/sites-enabled/zz:1");
            host.sh(
                    "printf 'server { listen 80; return 404; }' >/etc/nginx/sites-enabled/zz; rm /etc/nginx/sites-enabled/default");
            TestHost.Result none = init(host, "");
            assertThat(none.exit()).isEqualTo(1);
            assertThat(none.out() + none.err())
                    .contains("zz:1: it has one answer to every question", "No site was found");
            host.sh("mv /usr/sbin/nginx /usr/sbin/nginx.away");
            TestHost.Result without = init(host, "");
            assertThat(without.exit()).isEqualTo(4);
            assertThat(without.err()).contains("there is no nginx");
            host.sh("[ ! -e " + YAML + " ]");
        }
    }
}
