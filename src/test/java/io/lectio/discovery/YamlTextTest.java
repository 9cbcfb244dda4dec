package io.lectio.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.lectio.config.ConfigLoader;
import io.lectio.config.Settings;
import io.lectio.config.Settings.SiteSettings;
import io.lectio.discovery.Findings.LeftOut;
import io.lectio.discovery.Findings.SiteFound;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTextTest {
    private static Settings read(String yaml) throws Settings.Invalid {
        return ConfigLoader.load(Path.of("/opt/lectio-monitor/config.env"), Map.of("lectio.yaml", yaml));
    }

    private static Finding usual(String key, String value) {
        return Finding.of(key, value, "").usually(value);
    }

    private static SiteSettings only(List<Finding> findings) throws Settings.Invalid {
        return read(YamlText.of(new Findings(List.of(new SiteFound("", findings)), List.of()), List.of()))
                .sites()
                .getFirst();
    }

    @Test
    void thePlansSiteIsWrittenWithEachFindingInAComment() throws Settings.Invalid {
        Map<String, String> files = Map.of("/etc/nginx/nginx.conf", """
                user www-data;
                http { server { listen 80 default_server; root /var/www/teaching_panel/frontend/build;
                location /api/ { proxy_pass http://127.0.0.1:8000; } } }
                """);
        String yaml = YamlText.of(
                Discovery.of(new LinkedHashMap<>(files), FakeWorld.ofThePlan(), Map.of()), List.of("Found."));
        assertThat(yaml).isEqualTo("""
                        # yaml-language-server: $schema=lectio.schema.json
                        # Found.
                        sites:
                          - url: http://localhost/  # server, /etc/nginx/nginx.conf:2
                            # server: '127.0.0.1'  # so by default: listen, /etc/nginx/nginx.conf:2
                            root: /var/www/teaching_panel  # has the pages and the code; nothing above it is ever changed
                            # web:
                              # root: /var/www/teaching_panel/frontend/build  # so by default: root, /etc/nginx/nginx.conf:2
                              # user: 'www-data'  # so by default: user, /etc/nginx/nginx.conf:1
                              # unit: nginx.service  # so by default: nginx (1) listens at port 80
                            # app:
                              # unit: teaching_panel.service  # so by default: gunicorn (2) listens at 127.0.0.1:8000, as www-data, gunicorn of panel.wsgi:application
                              # server: '127.0.0.1:8000'  # so by default: proxy_pass, /etc/nginx/nginx.conf:3
                              # api: http://localhost/api/health/  # so by default: answers well
                              # code: /var/www/teaching_panel/teaching_panel  # so by default: where teaching_panel.service runs
                              # database: /var/www/teaching_panel/teaching_panel/db.sqlite3  # so by default: DATABASES, /var/www/teaching_panel/teaching_panel/panel/settings.py
                        """);
        SiteSettings asWritten = read(yaml).sites().getFirst();
        String whole = yaml.replaceAll("(?m)^( {4,})# ", "$1");
        assertThat(whole).isNotEqualTo(yaml);
        SiteSettings uncommented = read(whole).sites().getFirst();
        assertThat(uncommented.site()).isEqualTo(asWritten.site());
        assertThat(uncommented.services().app()).isEqualTo(asWritten.services().app());
        assertThat(uncommented.services().proxy())
                .isEqualTo(asWritten.services().proxy());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/srv/it's \"here\": #1",
                "/srv/- a, b: [c] {d} & *e !f |g >h %i @j `k",
                "/srv/ends with a blank ",
                "/srv/школа/日本/\ud83d\ude00",
                "/srv/true: null",
                "/srv/#",
                "/srv/a:",
                "/srv/soft\u00adhyphen\u200d\u202e\u2028x",
                "/srv/\ue000\uffff\ufeffx"
            })
    void aHostileNameIsReadAsItIs(String name) throws Settings.Invalid {
        SiteSettings site = only(List.of(
                Finding.of("url", "http://localhost/", "x\n  root: /etc\u0085\u2028\r- y: [\u001b[2J"),
                Finding.of("root", name, name),
                Finding.of("web.root", name, "#")));
        assertThat(site.site().siteRoot()).isEqualTo(Path.of(name));
    }

    @Test
    void aLineBreakInAValueOrACommentBeginsNoLineOfItsOwn() {
        String yaml = YamlText.of(
                new Findings(
                        List.of(new SiteFound("a", List.of(Finding.of("root", "/a\n  root: /b\t\u0000", "b\nc: d")))),
                        List.of(new LeftOut("/etc/x\ny: z", "n\rm", "w\u2028"))),
                List.of("h\ni: j"));
        assertThat(yaml.lines())
                .containsExactly(
                        "# yaml-language-server: $schema=lectio.schema.json",
                        "# h?i: j",
                        "sites:",
                        "  - name: 'a'",
                        "    root: \"/a\\U0000000a  root: /b\\U00000009\\U00000000\"  # b?c: d",
                        "# left out: server n?m, /etc/x?y: z: w?");
    }

    @Test
    void whatStandsInOneBlockIsWrittenAsOne() throws Settings.Invalid {
        SiteSettings site = only(List.of(
                Finding.of("url", "http://localhost/", ""),
                Finding.of("root", "/srv/a", ""),
                usual("web.root", "/srv/a/frontend/build"),
                Finding.off("api", "why"),
                Finding.of("app.unit", "a.service", ""),
                Finding.of("web.user", "1000", ""),
                new Finding(
                        "app.needs", List.of("postgresql@15-main.service", "b.service"), Finding.Form.LIST, "", false),
                Finding.off("files", "why")));
        assertThat(site.site().webUser()).isEqualTo("1000");
        assertThat(site.services().needed()).containsExactly("postgresql@15-main.service", "b.service");
        assertThat(site.policy().checks().toString())
                .doesNotContain("API", "FILES")
                .contains("PAGE");
    }
}
