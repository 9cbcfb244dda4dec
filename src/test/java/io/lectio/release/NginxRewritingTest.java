package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NginxRewritingTest {
    private final Map<String, String> sockets = new LinkedHashMap<>();

    private String rewrite(String text) {
        return NginxRewriting.of(text, "/s", sockets);
    }

    /// A text, and what becomes of it, where the sockets are numbered as they are met.
    static Stream<Arguments> rewritten() {
        return Stream.of(
                argumentSet("Debian's default site", """
                        ##
                        # You should look at the following URL's { in order; to grasp }
                        ##
                        server {
                        \tlisten 80 default_server;
                        \tlisten [::]:80 default_server;

                        \t# SSL configuration
                        \t#
                        \t# listen 443 ssl default_server;
                        \troot /var/www/html;
                        \tindex index.html index.htm index.nginx-debian.html;
                        \tserver_name _;
                        \tlocation / {
                        \t\t# First attempt to serve request as file, then
                        \t\ttry_files $uri $uri/ =404;
                        \t}
                        \t#location ~ \\.php$ {
                        \t#\tinclude snippets/fastcgi-php.conf;
                        \t#}
                        }
                        """, """
                        ##
                        # You should look at the following URL's { in order; to grasp }
                        ##
                        server { listen unix:/s/0.sock default_server; listen unix:/s/1.sock default_server;

                        \t# SSL configuration
                        \t#
                        \t# listen 443 ssl default_server;
                        \troot /var/www/html;
                        \tindex index.html index.htm index.nginx-debian.html;
                        \tserver_name _;
                        \tlocation / {
                        \t\t# First attempt to serve request as file, then
                        \t\ttry_files $uri $uri/ =404;
                        \t}
                        \t#location ~ \\.php$ {
                        \t#\tinclude snippets/fastcgi-php.conf;
                        \t#}
                        }
                        """),
                argumentSet("Debian's nginx.conf", """
                        user www-data;
                        worker_processes auto;
                        pid /run/nginx.pid;
                        error_log /var/log/nginx/error.log;
                        include /etc/nginx/modules-enabled/*.conf;
                        daemon on;
                        lock_file /run/nginx.lock;

                        events {
                        \tworker_connections 768;
                        }
                        http {
                        \tsendfile on;
                        \taccess_log /var/log/nginx/access.log main buffer=32k;
                        \tgzip on;
                        }
                        """, """
                        user www-data;
                        worker_processes auto;
                        include /etc/nginx/modules-enabled/*.conf;

                        events {
                        \tworker_connections 768;
                        }
                        http {
                        \tsendfile on; access_log off;
                        \tgzip on;
                        }
                        """),
                argumentSet(
                        "a listener with all there is",
                        "server{listen 443 ssl http2 default_server reuseport backlog=511 so_keepalive=30m::10;x;}",
                        "server{ listen unix:/s/0.sock ssl http2 default_server;x;}"),
                argumentSet(
                        "the old protocol alone",
                        "server { listen [::]:80 ipv6only=on; x; }",
                        "server { listen unix:/s/0.sock; x; }"),
                argumentSet("no listen", "server { x; }", "server { x;  listen unix:/s/0.sock; }"),
                argumentSet(
                        "no listen, and a comment last",
                        "server {\n  x; # it is }\n}\n",
                        "server {\n  x; # it is }\n listen unix:/s/0.sock; }\n"),
                argumentSet(
                        "a listen in quotes",
                        "server { listen \"127.0.0.1:80\"; listen '8080'; }",
                        "server { listen unix:/s/0.sock; listen unix:/s/1.sock; }"),
                argumentSet(
                        "a proxy before it",
                        "server { listen 80 proxy_protocol; }",
                        "server { listen unix:/s/0.sock; }"),
                argumentSet(
                        "all addresses, written twice",
                        "server { listen 80; } server { listen 0.0.0.0:80; } server { listen *:80; }",
                        "server { listen unix:/s/0.sock; } server { listen unix:/s/0.sock; }"
                                + " server { listen unix:/s/0.sock; }"),
                argumentSet(
                        "HTTP/3 beside HTTP/2",
                        "server { listen 443 quic reuseport; listen 443 ssl; http3 on; }",
                        "server { listen unix:/s/0.sock; listen unix:/s/1.sock ssl; http3 on; }"),
                argumentSet(
                        "HTTP/3 alone, which is no port 80 for it",
                        "server { listen 443 quic; x; }",
                        "server { listen unix:/s/0.sock; x; }"),
                argumentSet(
                        "a name server's both ways",
                        "stream { server { listen 53; listen 53 udp; proxy_pass dns; } }",
                        "stream { server { listen unix:/s/0.sock; listen unix:/s/1.sock; proxy_pass dns; } }"),
                argumentSet(
                        "a unix socket of the site's own",
                        "server { listen unix:/run/site.sock; }",
                        "server { listen unix:/s/0.sock; }"),
                argumentSet(
                        "a log in a location and in an if",
                        "location /a { if ($x = \"}\") { access_log /x; return 403; } error_log /y debug; }",
                        "location /a { if ($x = \"}\") { access_log off; return 403; } }"),
                argumentSet(
                        "braces within words",
                        "server { location ~ ^/[^}]+ { a; } listen 80; } x;",
                        "server { location ~ ^/[^}]+ { a; } listen unix:/s/0.sock; } x;"),
                argumentSet(
                        "an escape at a word's begin",
                        "server { if ($a ~ \\{) { b; } listen 80; rewrite \\;x y; }",
                        "server { if ($a ~ \\{) { b; } listen unix:/s/0.sock; rewrite \\;x y; }"),
                argumentSet("lua that has all that nginx reads otherwise", """
                        server {
                          content_by_lua_block {
                            local t = {listen = 80, n = #other} -- don't }
                            --[[ } ]] local s = [==[ }} ]] ]==]
                            if t["}"] then ngx.say('\\'}') end; pid = 1; listen = {80};
                          }
                          set_by_lua_block $x { return "${" }
                          listen 80;
                        }
                        """, """
                        server {
                          content_by_lua_block {
                            local t = {listen = 80, n = #other} -- don't }
                            --[[ } ]] local s = [==[ }} ]] ]==]
                            if t["}"] then ngx.say('\\'}') end; pid = 1; listen = {80};
                          }
                          set_by_lua_block $x { return "${" } listen unix:/s/0.sock;
                        }
                        """));
    }

    @ParameterizedTest
    @MethodSource("rewritten")
    void listensOnOurSocketsAndWritesNowhere(String text, String expected) {
        assertThat(rewrite(text)).isEqualTo(expected);
    }

    static Stream<Arguments> untouched() {
        return Stream.of(
                argumentSet("an upstream", "upstream a { server 127.0.0.1:8000 weight=2; server unix:/run/g.sock; }\n"),
                argumentSet("words with variables", "x ${scheme}://${host}a${b}c; y \"${d}}\" $e; z a}b;\n"),
                argumentSet(
                        "a map", "map $uri $x { default 0; listen 80; pid 1; error_log '{'; ~^/a\\{2\\} \"}\"; }\n"),
                argumentSet("types", "types { text/html html; access_log log; daemon d; }\n"),
                argumentSet("geo", "geo $x { default 0; 10.0.0.0/8 1; }\n"),
                argumentSet("a comment to the end", "x; # { listen 80;"),
                argumentSet("quotes in comments", "x; # don't\ny \"it's\"; # \"\nz;\r\n"),
                argumentSet("quoted braces", "log_format json escape=json '{\"a\":\"$b\",' '\"c\":{}}';\n"),
                argumentSet("names like the ones that we know", "server_name listen; error_page 404 /pid; listens 80;"),
                argumentSet("an if", "if ($request_method !~ ^(GET|HEAD)$ ) { return 405; }\n"),
                argumentSet("other letters", "add_header X \"Занятия → {}\"; # урок;\n"),
                argumentSet("nothing", ""),
                argumentSet("blank lines", "\n\n  \t\n"),
                argumentSet("what is cut off", "server { x \"y"));
    }

    @ParameterizedTest
    @MethodSource("untouched")
    void allElseStaysByteForByte(String text) {
        assertThat(rewrite(text)).isEqualTo(text);
        assertThat(sockets).isEmpty();
    }

    @Test
    void filesShareTheSocketsOfAnAddress() {
        rewrite("server { listen 443 ssl; }");
        assertThat(rewrite("server { listen 8080; } server { listen *:443 ssl; }"))
                .isEqualTo("server { listen unix:/s/1.sock; } server { listen unix:/s/0.sock ssl; }");
        assertThat(sockets).containsExactly(Map.entry("*:443", "/s/0.sock"), Map.entry("*:8080", "/s/1.sock"));
    }

    @Test
    void whatIsAskedAtAnAddressGoesWhereNginxWouldTakeIt() {
        sockets.putAll(Map.of("127.0.0.1:80", "one", "*:80", "all", "[::]:80", "six", "[::]:81", "rest"));
        assertThat(NginxRewriting.socket(sockets, "127.0.0.1", 80)).contains("one");
        assertThat(NginxRewriting.socket(sockets, "10.0.0.1", 80)).contains("all");
        assertThat(NginxRewriting.socket(sockets, "::1", 80)).contains("six");
        assertThat(NginxRewriting.socket(sockets, "127.0.0.1", 81)).contains("rest");
        assertThat(NginxRewriting.socket(sockets, "127.0.0.1", 443)).isEmpty();
    }
}
