package io.lectio.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.discovery.Findings.LeftOut;
import io.lectio.discovery.Findings.SiteFound;
import io.lectio.discovery.World.Health;
import io.lectio.discovery.World.Listener;
import io.lectio.discovery.World.Service;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiscoveryTest {
    private static final String NGINX = """
            user www-data;
            events { worker_connections 768; }
            http { include /etc/nginx/mime.types; include /etc/nginx/conf.d/*.conf; include /etc/nginx/sites-enabled/*; }
            """;
    private static final String PLAN = """
            server {
                listen 80 default_server;
                root /var/www/teaching_panel/frontend/build;
                index index.html;
                location /api/ { proxy_pass http://127.0.0.1:8000; proxy_set_header Host $host; }
                location / { try_files $uri /index.html; }
            }
            """;
    private static final String DEBIAN = """
            server {
            \tlisten 80 default_server;
            \tlisten [::]:80 default_server;
            \t# listen 443 ssl default_server;
            \troot /var/www/html;
            \tindex index.html index.htm index.nginx-debian.html;
            \tserver_name _;
            \tlocation / {
            \t\t# as directory, then fall back to displaying a 404.
            \t\ttry_files $uri $uri/ =404;
            \t}
            }
            """;

    private final FakeWorld world = FakeWorld.ofThePlan();
    private Map<Path, String> known = Map.of();

    private Findings find(String... sites) {
        SequencedMap<String, String> files = new LinkedHashMap<>();
        files.put("/etc/nginx/nginx.conf", NGINX);
        files.put("/etc/nginx/mime.types", "types { text/html html; }");
        for (int at = 0; at < sites.length; at++) {
            files.put("/etc/nginx/sites-enabled/" + (char) ('a' + at), sites[at]);
        }
        return Discovery.of(files, world, known);
    }

    private static SiteFound only(Findings found) {
        assertThat(found.sites()).as(found.leftOut().toString()).hasSize(1);
        return found.sites().getFirst();
    }

    /// What the file is to say.
    private static String said(SiteFound site) {
        return site.all().stream()
                .filter(each -> !each.usual())
                .map(each -> each.key() + "=" + each.value())
                .collect(Collectors.joining(" "));
    }

    private static String why(SiteFound site, String key) {
        return site.all().stream()
                .filter(each -> each.key().equals(key))
                .findFirst()
                .orElseThrow()
                .whence();
    }

    @Test
    void thePlansSiteIsAllThatTheGuardTakesForItself() {
        SiteFound site = only(find(PLAN));
        assertThat(said(site)).isEqualTo("url=http://localhost/ root=/var/www/teaching_panel");
        assertThat(site.all().stream().map(each -> each.key() + " " + each.value() + " " + each.whence()))
                .contains(
                        "web.root /var/www/teaching_panel/frontend/build root, /etc/nginx/sites-enabled/a:3",
                        "web.user www-data user, /etc/nginx/nginx.conf:1",
                        "web.unit nginx.service nginx (1) listens at port 80",
                        "app.unit teaching_panel.service gunicorn (2) listens at 127.0.0.1:8000, as www-data, gunicorn of panel.wsgi:application",
                        "app.server 127.0.0.1:8000 proxy_pass, /etc/nginx/sites-enabled/a:5",
                        "app.api http://localhost/api/health/ answers well",
                        "app.code /var/www/teaching_panel/teaching_panel where teaching_panel.service runs",
                        "app.database /var/www/teaching_panel/teaching_panel/db.sqlite3 DATABASES, /var/www/teaching_panel/teaching_panel/panel/settings.py");
        assertThat(site.name()).isEmpty();
    }

    @Test
    void theWelcomePageIsLeftOutAndSaidSo() {
        world.welcomes.add(Path.of("/var/www/html"));
        Findings found = find(DEBIAN);
        assertThat(found.sites()).isEmpty();
        assertThat(found.leftOut())
                .containsExactly(new LeftOut(
                        "/etc/nginx/sites-enabled/a:1", "_", "only nginx's own welcome page is in /var/www/html"));
        world.welcomes.clear();
        assertThat(said(only(find(DEBIAN))))
                .startsWith("url=http://localhost/ root=/var/www/html web.root=/var/www/html");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "server { listen 80; server_name www.school.example school.example; return 301 https://$host$request_uri; }",
                "server { listen 80; server_name school.example; rewrite ^(.*)$ https://school.example$1 permanent; }",
                "server { listen 80; server_name school.example; location / { return 302 https://school.example$request_uri; } location /.well-known/acme-challenge/ { root /var/www/letsencrypt; } }",
                "server { if ($host = www.school.example) { return 301 https://$host$request_uri; } if ($host = school.example) { return 301 https://$host$request_uri; } listen 80; server_name school.example www.school.example; return 404; }",
                "server { listen 443 ssl; server_name www.school.example; return 301 https://school.example$request_uri; }"
            })
    void whatOnlyLeadsToASiteIsNoneOfItsOwn(String redirect) {
        Findings found = find(redirect, """
                server {
                    listen 443 ssl; listen [::]:443 ssl; server_name school.example www.school.example;
                    root /var/www/school/dist;
                    location / { try_files $uri /index.html; }
                }
                """);
        SiteFound site = only(found);
        assertThat(found.leftOut()).isEmpty();
        assertThat(said(site))
                .isEqualTo("url=https://school.example/ root=/var/www/school web.root=/var/www/school/dist app.unit=");
        assertThat(why(site, "url")).contains("/etc/nginx/sites-enabled/a:1 leads to it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listen 80; server_name x.example; return 444; | one answer to every question",
                "listen 80; server_name x.example; return 301 https://elsewhere.example/; | sends everything on to elsewhere.example (/etc/nginx/sites-enabled/a:1)",
                "listen unix:/run/x.sock; server_name x.example; root /srv/x/y; | unix socket only",
                "listen 80; server_name *.x.example; root /srv/x/y; | no plain name",
                "listen 80; server_name ~^(.+)[.]x$; root /srv/x/y; | no plain name",
                "listen 80; server_name a_b.example; root /srv/x/y; | no plain name",
                "listen 80; server_name a..b x.1 _; root /srv/x/y; | no plain name",
                "listen 80; server_name x.example; root /srv/$host; | has a variable",
                "listen 80; server_name x.example; root html; | no absolute path",
                "listen 80; server_name x.example; root /usr/share/nginx/html; | belongs to the system",
                "listen 80; server_name x.example; root /var/www; | too wide",
                "listen 80; server_name x.example; | serves no folder",
                "listen 80; server_name x.example; location / { proxy_pass http://10.0.0.9; } | cannot be told"
            })
    void whatIsNoSiteIsToldWithTheReason(String server, String why) {
        Findings found = find("server { " + server + " }", "server { listen 80 default_server; return 404; }");
        assertThat(found.sites()).isEmpty();
        assertThat(found.leftOut().getFirst().inWords()
                        + found.leftOut().getLast().inWords())
                .contains(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "80 | http://a.example/ | 127.0.0.1",
                "8080 | http://a.example:8080/ | 127.0.0.1",
                "127.0.0.1:80 | http://a.example/ | 127.0.0.1",
                "10.1.2.3 | http://a.example/ | 10.1.2.3",
                "[::]:80 | http://a.example/ | ::1",
                "[::1]:8443 ssl | https://a.example:8443/ | ::1",
                "*:443 ssl http2 | https://a.example/ | 127.0.0.1",
                "localhost:81 | http://a.example:81/ | 127.0.0.1"
            })
    void anAddressIsAskedWhereNginxListens(String listen, String url, String server) {
        SiteFound site = only(find("server { listen " + listen + "; server_name a.example; root /srv/a/pages; }"));
        assertThat(site.value("url")).isEqualTo(url);
        assertThat(site.value("server")).isEqualTo(server);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "proxy_pass http://127.0.0.1:9000; | 127.0.0.1:9000",
                "proxy_pass http://localhost:9000/api/; | 127.0.0.1:9000",
                "proxy_pass http://app/; | unix:/run/app.sock",
                "proxy_pass http://app; | unix:/run/app.sock",
                "proxy_pass http://unix:/run/app.sock; | unix:/run/app.sock",
                "proxy_pass http://unix:/run/app.sock:/api/; | unix:/run/app.sock"
            })
    void theApplicationIsFoundBehindWhatIsPassedOn(String pass, String address) {
        world.gunicorn("127.0.0.1:9000", "shop.service", "/srv/shop/code");
        world.gunicorn("/run/app.sock", "shop.service", "/srv/shop/code");
        SiteFound site = only(find("upstream app { server 127.0.0.1:1 down; server unix:/run/app.sock fail_timeout=0; }"
                + " server { listen 80; server_name shop.example; root /srv/shop/web; location /api { " + pass
                + " } }"));
        assertThat(site.value("app.server")).isEqualTo(address);
        assertThat(site.value("app.unit")).isEqualTo("shop.service");
        assertThat(site.value("root")).isEqualTo("/srv/shop");
        assertThat(site.value("app.code")).isEqualTo("/srv/shop/code");
        assertThat(site.value("app.database")).isEqualTo("/srv/shop/code/db.sqlite3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "uwsgi_pass unix:/run/x.sock; | not spoken there",
                "fastcgi_pass unix:/run/php.sock; | not spoken there",
                "proxy_pass http://$backend; | cannot be told",
                "proxy_pass https://127.0.0.1:8443; | cannot be told",
                "proxy_pass http://127.0.0.1:9; | nobody listens",
                "proxy_pass http://10.0.0.9:80; | is not this machine",
                "proxy_pass http://127.0.0.1:7; | belongs to no service"
            })
    void anApplicationThatCannotBeGuardedIsLeftOutWithTheReason(String pass, String why) {
        world.listeners.put("127.0.0.1:7", new Listener("python3 (7)", Optional.empty()));
        SiteFound site =
                only(find("server { listen 80 default_server; root /srv/shop/web; location /api/ { " + pass + " } }"));
        assertThat(why(site, "app.unit"))
                .contains(why, pass.substring(0, pass.length() - 1), "/etc/nginx/sites-enabled/a:1");
        assertThat(said(site)).endsWith("app.unit=");
    }

    @Test
    void aSiteThatTheApplicationServesItselfHasItsStaticFilesGuarded() {
        world.gunicorn("/run/shop.sock", "shop.service", "/srv/shop/code");
        String server = "server { listen 80; server_name shop.example; location = /favicon.ico { access_log off; } %s"
                + " location / { include proxy_params; proxy_pass http://unix:/run/shop.sock; } }";
        SiteFound site = only(find(server.formatted(
                "location /media/ { alias /srv/shop/media/; } location /static/ { root /srv/shop; }")));
        assertThat(said(site)).contains("root=/srv/shop web.root=/srv/shop/static ");
        assertThat(said(site)).doesNotContain("checks.files");
        SiteFound inherited = only(find(server.formatted("root /srv/shop/public; location /static/ { expires 1y; }")));
        assertThat(said(inherited)).contains("root=/srv/shop web.root=/srv/shop/public/static ");
        SiteFound bare = only(find(server.formatted("")));
        assertThat(said(bare)).contains("root=/srv/shop/code web.root=/srv/shop/code ", "checks.files.enabled=false");
    }

    @Test
    void severalSitesHaveNamesAndWhatIsGuardedAlreadyKeepsItsOwn() {
        String two = "server { listen 80; server_name docs.example; root /srv/docs/html; }"
                + " server { listen 80; server_name www.shop-with-a-rather-long-name.example; root /srv/shop/public; }";
        assertThat(find(PLAN, two).sites().stream().map(SiteFound::name))
                .containsExactly("teaching-panel", "docs-example", "shop-with-a-rather-long-name");
        known = Map.of(Path.of("/srv/docs"), "", Path.of("/srv/shop"), "shop");
        assertThat(find(PLAN, two).sites().stream().map(SiteFound::name)).containsExactly("", "shop", "teaching-panel");
        assertThat(said(find(PLAN, two).sites().getLast())).contains("app.unit=teaching_panel.service");
    }

    @Test
    void theSameFolderByTwoServersIsOneSiteAndByHttpsIfItCan() {
        Findings found = find(
                "server { listen 80; server_name a.example; root /srv/a/web; } server { listen 443 ssl; server_name a.example; root /srv/a/web/; }");
        assertThat(only(found).value("url")).isEqualTo("https://a.example/");
        assertThat(found.leftOut().getFirst().inWords()).contains("serves the same as https://a.example/");
    }

    @Test
    void sitesWhoseFoldersLieInOneAnotherAreParted() {
        Findings found = find(
                "server { listen 80; server_name a.example; root /srv/all/public; } server { listen 80; server_name b.example; root /srv/all/b/public; }");
        assertThat(found.sites().stream().map(each -> each.value("root")))
                .containsExactly("/srv/all/public", "/srv/all/b");
        Findings inside = find(
                "server { listen 80; server_name a.example; root /srv/all; } server { listen 80; server_name b.example; root /srv/all/b; }");
        assertThat(inside.leftOut().stream().map(LeftOut::inWords).toList().toString())
                .contains("lies in that of another site");
    }

    @Test
    void noAddressOfHealthIsMadeUp() {
        world.health.clear();
        assertThat(said(only(find(PLAN)))).endsWith("checks.api.enabled=false");
        world.health.put("http://localhost/healthz", Health.WELL);
        assertThat(only(find(PLAN)).value("app.api")).isEqualTo("http://localhost/healthz");
        world.otherwise = Health.DOWN;
        assertThat(said(only(find(PLAN)))).doesNotContain("checks.api");
        assertThat(why(only(find(PLAN)), "app.api")).contains("no good answer now");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "NAME': BASE_DIR / 'data' / 'x.db' | /srv/app/code/data/x.db",
                "NAME': str(BASE_DIR / \"x.db\") | /srv/app/code/x.db",
                "NAME': os.path.join(BASE_DIR, 'data', 'x.db') | /srv/app/code/data/x.db",
                "NAME': BASE_DIR.parent / 'x.db' | /srv/app/x.db",
                "NAME': '/var/lib/app/x.db' | /var/lib/app/x.db",
                "NAME': '/etc/shadow' | ``",
                "NAME': BASE_DIR / '../../../etc/x.db' | ``",
                "NAME': os.environ['DB_FILE'] | /srv/data/from-env.db",
                "NAME': os.environ.get('DB_NONE', '/x') | ``",
                "NAME': config.database | ``"
            })
    void aSqliteDatabaseIsFoundWhereTheSettingsSayIt(String name, String path) {
        assertThat(database(
                        "BASE_DIR = Path(__file__).resolve().parent.parent\n",
                        "'ENGINE': 'django.db.backends.sqlite3', '" + name))
                .isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'NAME': 'school' | postgresql:///school",
                "'NAME': 'school', 'USER': 'school', 'PASSWORD': 'x y', 'HOST': 'localhost', 'PORT': '5433' | postgresql://school@localhost:5433/school",
                "'NAME': os.environ.get('DB_NAME'), 'USER': env('DB_USER'), 'PASSWORD': os.environ['P'] | postgresql://owner@/school2",
                "'NAME': 'school', 'HOST': '/var/run/postgresql' | postgresql:///school",
                "'NAME': 'a b' | ``",
                "'NAME': get_name() | ``"
            })
    void aPostgresDatabaseIsFoundWithoutItsPassword(String keys, String address) {
        assertThat(database("", "'ENGINE': 'django.db.backends.postgresql', " + keys))
                .isEqualTo(address);
    }

    private String database(String before, String inside) {
        world.gunicorn("127.0.0.1:8000", "app.service", "/srv/app/code");
        Service old = Objects.requireNonNull(world.services.get("app.service"));
        world.services.put(
                "app.service",
                new Service(
                        "app",
                        Map.of(
                                "DB_FILE",
                                "/srv/data/from-env.db",
                                "DB_NAME",
                                "school2",
                                "DB_USER",
                                "owner",
                                "DJANGO_SETTINGS_MODULE",
                                "panel.production"),
                        old.command(),
                        true,
                        old.target(),
                        old.folder()));
        world.files.put(Path.of("/srv/app/code/panel/production.py"), "from .base import *\nDEBUG = False\n");
        world.files.put(
                Path.of("/srv/app/code/panel/base.py"),
                before + "# DATABASES = {'default': {'NAME': 'not this'}}\nDATABASES = {'default': {" + inside
                        + "}}\n");
        SiteFound site = only(find(PLAN.replace("/var/www/teaching_panel", "/srv/app")));
        return site.value("app.database");
    }
}
