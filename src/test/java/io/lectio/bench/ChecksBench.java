package io.lectio.bench;

import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What looking costs: the plan's site with all its checks; then a hundred sites, a page and nine files each, in one
/// guard every 30 seconds, and the same thousand addresses asked through Debian's Prometheus blackbox exporter in the
/// same minutes.
@HostTest
@Tag("bench")
class ChecksBench {
    private static final int SITES = 100;
    private static final int MINUTES = UnitCost.minutes(3);
    private static final String GUARD = "lectio-monitor";
    private static final String EXPORTER = "prometheus-blackbox-exporter";

    @Test
    void checks() throws IOException {
        Table table = new Table(
                "checks",
                "who",
                "host",
                "HTTP checks a minute",
                "% of a core",
                "s of processor time per 1,000 HTTP checks",
                "proportional, MB");
        table.row("budget: the plan's site", "", "", "0.5", "", "64");
        table.row("budget: 100 sites", "", "2,000", "3", "the exporter's", "");
        for (Release release : Release.values()) {
            try (GuardedHost guarded = GuardedHost.boot(release)) {
                plansSite(table, guarded);
                hundredSites(table, guarded);
            }
        }
        table.publish();
    }

    private static void plansSite(Table table, GuardedHost guarded) {
        TestHost host = guarded.host();
        guarded.awaitAllWell();
        host.sh("sleep 75"); // its own compiler comes to rest
        UnitCost guard = new UnitCost(host, GUARD);
        long before = guard.processorTime();
        sleep(host);
        String share = UnitCost.percent(guard.processorTime() - before, MINUTES * 60L);
        table.row(
                "lectio, the plan's site, all checks", host.release().codename(), "", share, "", guard.proportional());
    }

    private static void hundredSites(Table table, GuardedHost guarded) {
        TestHost host = guarded.host();
        laySites(host);
        host.sh("systemctl restart lectio-monitor " + EXPORTER + "; systemd-run -q --unit asker python3 /run/asker.py");
        host.sh("sleep 75"); // each of several sites answers at a socket of its own
        UnitCost guard = new UnitCost(host, GUARD);
        UnitCost exporter = new UnitCost(host, EXPORTER);
        host.sh(": >/run/asked.log");
        long guardBefore = guard.processorTime();
        long exporterBefore = exporter.processorTime();
        sleep(host);
        long guardUsed = guard.processorTime() - guardBefore;
        long exporterUsed = exporter.processorTime() - exporterBefore;
        add(table, "lectio, 100 sites", guard, guardUsed, "lectio");
        add(table, "blackbox exporter", exporter, exporterUsed, "Blackbox");
    }

    private static void sleep(TestHost host) {
        for (int i = 0; i < MINUTES; i++) {
            host.sh("sleep 60");
        }
    }

    private static void add(Table table, String who, UnitCost unit, long used, String agent) {
        long asked = UnitCost.number(unit.host(), "grep -ci '" + agent + "' /run/asked.log");
        table.row(
                who,
                unit.host().release().codename(),
                String.valueOf(asked / MINUTES),
                UnitCost.percent(used, MINUTES * 60L),
                "%.2f".formatted(used / 1_000.0 / asked),
                unit.proportional());
    }

    private static void laySites(TestHost host) {
        String sites = IntStream.rangeClosed(1, SITES).mapToObj("""
                          - {name: s%1$d, url: 'http://s%1$d.test/', root: /srv/s%1$d, web: {root: /srv/s%1$d/build, unit: ''},
                             app: {unit: ''}, checks: {public: {enabled: false}}, timing: {round: 30s}}
                        """::formatted).collect(Collectors.joining());
        host.sh("""
                for i in $(seq %d); do
                  mkdir -p /srv/s$i/build
                  { echo '<!doctype html><title>s</title>'; for j in $(seq 9); do echo "<script src=/a$j.js></script>"; done; } \\
                    >/srv/s$i/build/index.html
                  for j in $(seq 9); do echo "x=$j" >/srv/s$i/build/a$j.js; done
                done
                cat >/etc/nginx/conf.d/sites.conf <<'END'
                log_format agents '$http_user_agent';
                server {
                  listen 80; server_name ~^s(?<n>[0-9]+)\\.test$; root /srv/s$n/build; access_log /run/asked.log agents;
                }
                END
                nginx -t -q; systemctl reload nginx
                cat >/opt/lectio-monitor/lectio.yaml <<'END'
                sites:
                %sEND
                cat >/run/asker.py <<'END'
                import http.client, itertools, time
                ways = ['/'] + ['/a%%d.js' %% j for j in range(1, 10)]
                asked = [(i, way) for i in range(1, %d + 1) for way in ways]
                exporter = http.client.HTTPConnection('127.0.0.1', 9115)
                begin = time.monotonic()
                for n, (site, way) in enumerate(itertools.cycle(asked)):
                    time.sleep(max(0, begin + n * 30 / len(asked) - time.monotonic()))
                    exporter.request('GET', '/probe?module=http_2xx&target=http://127.0.0.1%%s&hostname=s%%d.test' %% (way, site))
                    answer = exporter.getresponse().read()
                    assert b'probe_success 1' in answer, answer
                END
                """.formatted(SITES, sites, SITES));
    }
}
