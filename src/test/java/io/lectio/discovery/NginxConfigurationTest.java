package io.lectio.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NginxConfigurationTest {
    /// What configurations are made of, and what none is.
    static final String ALL_SORTS = """
            user www-data;  # who { reads }
            http {
                map $http_upgrade $connection { default upgrade; '' close; "~^a{2}" 'x;y'; server root; }
                geo $near { 10.0.0.0/8 1; }
                types { text/html html htm; }
                log_format main '$remote_addr "$request" {$status}';
                upstream app { server unix:/run/app.sock fail_timeout=0; server 10.0.0.2:80 backup; }
                include sites/*.conf;
                server {
                    listen [::]:443 ssl http2; server_name "a b" ~^(?<x>.+)\\.example$;
                    root "/srv/it's; #here"; set $x ${y}z;
                    if ($host = 'a') { return 301 https://b$request_uri; }
                    content_by_lua_block { if x then ngx.say("}") -- }
                    } }
                    location ~* \\.(js|css)$ { expires 1y; location /in { alias /srv/x/; } }
                }
            }
            """;

    private static Directive read(String text) {
        return NginxConfiguration.of(new LinkedHashMap<>(Map.of("/etc/nginx/nginx.conf", text)));
    }

    private static String shown(Directive directive) {
        String words = directive.words().stream().map(word -> "<" + word + ">").collect(Collectors.joining());
        return words
                + directive.block().stream()
                        .map(NginxConfigurationTest::shown)
                        .collect(Collectors.joining("", "{", "}"));
    }

    /// A doctor who looks for a root takes no word of a comment or of another directive for one.
    @Test
    void theFoldersAreThoseOfRootAndAliasAlone() {
        assertThat(Discovery.folders(new LinkedHashMap<>(Map.of("/etc/nginx/nginx.conf", ALL_SORTS))))
                .containsExactly("/srv/it's; #here", "/srv/x/");
        assertThat(Discovery.folders(new LinkedHashMap<>(
                        Map.of("/etc/nginx/nginx.conf", "http { # root /a;\n server { set $root /b; root $x/c; } }"))))
                .containsExactly("$x/c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a b c; | <a><b><c>{}",
                "a{b 1;}c 2; | <a>{<b><1>{}}<c><2>{}",
                "a 'b c' \"d;{}#\"; | <a><b c><d;{}#>{}",
                "a \"b\\\"c\" 'd\\'e' f\\;g; | <a><b\"c><d'e><f\\;g>{}",
                "a b#c; #d; | <a><b#c>{}",
                "a ${b}c; | <a><${b}c>{}",
                "a ~\\.js$ { } | <a><~\\.js$>{}",
                "a_by_lua_block { x = \"}\" } b; | <b>{}",
                "a { b { c; | <a>{<b>{<c>{}}}",
                "a } b; | <b>{}",
                "; ; a; | <a>{}",
                "a 'b | ``"
            })
    void readsWordsBlocksAndQuotesAsNginxDoes(String text, String tree) {
        assertThat(shown(read(text))).isEqualTo("<>{" + tree + "}");
    }

    @Test
    void eachDirectiveKnowsItsFileAndLine() {
        SequencedMap<String, String> files = new LinkedHashMap<>();
        files.put("/etc/nginx/nginx.conf", "user x;\n# a\nhttp {\n  include sites-enabled/*;\n  root\n /a;\n}\n");
        files.put("/etc/nginx/sites-enabled/b", "\nserver {\n}\n");
        files.put("/etc/nginx/sites-enabled/a", "server { listen\n 80; }");
        files.put("/etc/nginx/other/c", "server { }");
        Directive http = NginxConfiguration.of(files).first("http").orElseThrow();
        assertThat(http.block().stream().map(each -> each.name() + " " + each.place()))
                .containsExactly(
                        "server /etc/nginx/sites-enabled/a:1",
                        "server /etc/nginx/sites-enabled/b:2",
                        "root /etc/nginx/nginx.conf:5");
    }

    @ParameterizedTest
    @CsvSource({
        "/etc/nginx/a?.conf, /etc/nginx/ab.conf, true",
        "/etc/nginx/*.conf, /etc/nginx/a/b.conf, false",
        "/etc/nginx/[a-c]x, /etc/nginx/bx, true",
        "/etc/nginx/[!a-c]x, /etc/nginx/bx, false",
        "/etc/nginx/[z-a]x, /etc/nginx/bx, false",
        "conf.d/x.conf, /etc/nginx/conf.d/x.conf, true",
        "/etc/nginx/a.conf, /etc/nginx/aXconf, false",
        "/etc/nginx/{a}(b.conf, /etc/nginx/{a}(b.conf, true"
    })
    void includesWhatTheirPatternNames(String pattern, String file, boolean included) {
        SequencedMap<String, String> files = new LinkedHashMap<>();
        files.put("/etc/nginx/nginx.conf", "include \"" + pattern + "\";");
        files.put(file, "here;");
        assertThat(NginxConfiguration.of(files).first("here").isPresent()).isEqualTo(included);
    }

    @Test
    void filesThatIncludeOneAnotherComeToAnEnd() {
        SequencedMap<String, String> files = new LinkedHashMap<>();
        files.put("/etc/nginx/nginx.conf", "include *; include *; include *;");
        files.put("/etc/nginx/a", "include *; x; include *; include *;");
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThat(NginxConfiguration.of(files).block()).isNotEmpty());
    }

    @Test
    void aTextThatIsCutOffOrMixedUpIsReadToItsEndAndDecidedOn() {
        Random random = new Random(7);
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            for (int length = 0; length <= ALL_SORTS.length(); length++) {
                decide(ALL_SORTS.substring(0, length));
                decide("http { server { " + ALL_SORTS.substring(length));
            }
            String letters = "{};'\"#\\$ \n/:*[]~()server listen root location proxy_pass return 301 http://unix:";
            for (int round = 0; round < 3_000; round++) {
                StringBuilder text = new StringBuilder(ALL_SORTS);
                for (int times = random.nextInt(8); times >= 0; times--) {
                    int at = random.nextInt(text.length());
                    int from = random.nextInt(letters.length());
                    text.replace(
                            at,
                            Math.min(text.length(), at + random.nextInt(6)),
                            letters.substring(from, Math.min(letters.length(), from + random.nextInt(12))));
                }
                decide(text.toString());
            }
        });
        decide("{".repeat(100_000));
        decide("a {".repeat(100_000));
        decide("http { server { location / { proxy_pass ".repeat(10_000));
    }

    private static void decide(String text) {
        FakeWorld world = FakeWorld.ofThePlan();
        assertThatCode(() -> {
                    Findings found =
                            Discovery.of(new LinkedHashMap<>(Map.of("/etc/nginx/nginx.conf", text)), world, Map.of());
                    YamlText.of(found, List.of());
                })
                .as(text.length() < 3_000 ? text : "long")
                .doesNotThrowAnyException();
    }
}
