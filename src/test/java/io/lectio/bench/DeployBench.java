package io.lectio.bench;

import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import io.lectio.testhost.SchoolCode;
import io.lectio.testhost.TestHost;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Deploys under visitors who ask each of four addresses every 20 ms.
@HostTest
@Tag("bench")
class DeployBench {
    private static final int RUNS = 5;
    private static final int REFUSALS_OF_CODE = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String LIVE = "/var/www/teaching_panel/frontend/build";
    private static final List<String> WATCHED =
            List.of("/", "/static/js/main.91c0.js", "/static/css/main.3f2a.css", "/api/health/");
    private static final List<String> CODE_WATCHED = List.of("/", "/api/health/", "/api/lessons/");
    private static final Pattern SWITCHED = Pattern.compile("live within (\\d+) µs");
    private static final Pattern BACK = Pattern.compile("UNDO\",\"took\":\"PT([\\d.]+)S");

    private static String failing(String name) {
        return "sed -i 's#index index.html;#index index.html; location ~ app[.]" + name
                + " { return 500; }#' /etc/nginx/sites-enabled/default";
    }

    @Test
    void deploy() throws IOException {
        Table table = new Table("deploy", "what", "host", "requests", "failed", "median", "worst", "unit");
        for (Release release : Release.values()) {
            measure(release, table);
        }
        table.publish();
    }

    private static void build(TestHost host, String name) {
        host.sh("""
                rm -rf /tmp/build; cp -a %1$s /tmp/build; cd /tmp/build; rm -f lectio-release.txt static/js/app.*.js
                echo "console.log('%2$s')" > static/js/app.%2$s.js
                grep -q app[.] index.html && sed -i "s/app[.][0-9a-z]*[.]js/app.%2$s.js/" index.html \\
                  || sed -i "s#</head>#<script src='/static/js/app.%2$s.js'></script></head>#" index.html
                """.formatted(LIVE, name));
    }

    private static String deployed(TestHost host) {
        return deployed(host, "frontend /tmp/build");
    }

    private static String deployed(TestHost host, String what) {
        return host.run(Duration.ofMinutes(3), "sh", "-c", "/opt/lectio-monitor/bin/lectio deploy " + what + " --json")
                .out();
    }

    private static void row(
            Table table, String what, Release release, Prober.Outage seen, List<Long> all, String unit) {
        table.row(
                what,
                release.codename(),
                String.valueOf(seen.requests()),
                String.valueOf(seen.failed()),
                String.valueOf(Table.median(all)),
                String.valueOf(Table.worst(all)),
                unit);
    }

    private static List<Long> figures(Pattern pattern, String text, double factor) {
        List<Long> all = pattern.matcher(text)
                .results()
                .map((MatchResult found) -> (long) (Double.parseDouble(found.group(1)) * factor))
                .toList();
        if (all.isEmpty()) {
            throw new IllegalStateException("no " + pattern + " in " + text);
        }
        return all;
    }

    private static void measure(Release release, Table table) {
        try (GuardedHost guarded = GuardedHost.boot(release, "LECTIO_REPAIRS_PER_HOUR=1000")) {
            TestHost host = guarded.host();
            guarded.awaitAllWell();
            host.sh("/opt/lectio-monitor/bin/lectio releases adopt");
            good(release, table, host);
            bad(release, table, host);
            onlyLive(release, table, host);
            later(release, table, guarded);
            outside(release, table, guarded);
            large(release, table, host);
        }
        try (GuardedHost guarded = GuardedHost.boot(release, "LECTIO_REPAIRS_PER_HOUR=1000")) {
            TestHost host = guarded.host();
            SchoolCode.write(host);
            guarded.awaitAllWell();
            host.sh("/opt/lectio-monitor/bin/lectio releases adopt");
            goodCode(release, table, host);
            badCode(release, table, host);
            codeOnlyLive(release, table, guarded);
            codeLater(release, table, guarded);
        }
    }

    private static void goodCode(Release release, Table table, TestHost host) {
        host.sh("cd /tmp/code; touch lessons/models.py; " + SchoolCode.FIRST_MIGRATION);
        timedCode(release, table, host, "good code, the first time with a migration, the whole command", run -> {
            host.sh("echo '# " + run + "' >> /tmp/code/panel/urls.py");
            return "backend /tmp/code";
        });
        timedCode(release, table, host, "code as it lies in the live folder, the whole command", run -> {
            host.sh("echo '# by hand " + run + "' >> " + SchoolCode.LIVE + "/panel/urls.py");
            return "backend";
        });
        timedCode(release, table, host, "full: pages and code, the whole command", run -> {
            build(host, "full" + run);
            host.sh("echo '# full " + run + "' >> /tmp/code/panel/urls.py");
            return "full /tmp/build /tmp/code";
        });
    }

    private static void timedCode(
            Release release, Table table, TestHost host, String what, IntFunction<String> prepared) {
        List<Long> took = new ArrayList<>();
        try (Prober prober = Prober.start(host, CODE_WATCHED)) {
            for (int run = 0; run < RUNS; run++) {
                String arguments = prepared.apply(run);
                long start = System.nanoTime();
                String said = deployed(host, arguments);
                took.add((System.nanoTime() - start) / 1_000_000);
                if (!said.contains("DEPLOYED")) {
                    throw new IllegalStateException(what + ": " + said);
                }
            }
            row(table, what, release, prober.stop(), took, "ms");
        }
    }

    private static void badCode(Release release, Table table, TestHost host) {
        SchoolCode.BAD.forEach((what, how) -> {
            List<Long> took = new ArrayList<>();
            try (Prober prober = Prober.start(host, CODE_WATCHED)) {
                for (int run = 0; run < REFUSALS_OF_CODE; run++) {
                    host.sh("rm -rf /tmp/bad; cp -r /tmp/code /tmp/bad; cd /tmp/bad; echo '# " + run
                            + "' >> panel/settings.py; " + how);
                    long start = System.nanoTime();
                    String said = deployed(host, "backend /tmp/bad");
                    took.add((System.nanoTime() - start) / 1_000_000);
                    if (!said.contains("REFUSED")) {
                        throw new IllegalStateException(what + " was not refused: " + said);
                    }
                }
                row(table, "code with " + what + ", until refused", release, prober.stop(), took, "ms");
            }
        });
    }

    private static void codeOnlyLive(Release release, Table table, GuardedHost guarded) {
        TestHost host = guarded.host();
        List<Long> took = new ArrayList<>();
        try (Prober prober = Prober.start(host, CODE_WATCHED)) {
            for (int run = 0; run < RUNS; run++) {
                host.sh("rm -rf /tmp/bad; cp -r /tmp/code /tmp/bad; cd /tmp/bad; echo '# live " + run
                        + "' >> panel/urls.py; " + SchoolCode.DIES_LIVE);
                String said = deployed(host, "backend /tmp/bad");
                took.add(
                        figures(Pattern.compile("(?:RELOAD|GATE|UNDO)\",\"took\":\"PT([\\d.]+)S"), said, 1_000).stream()
                                .mapToLong(Long::longValue)
                                .sum());
                guarded.awaitCalm();
            }
            row(
                    table,
                    "code that dies only live: from the switch until it is taken back",
                    release,
                    prober.stop(),
                    took,
                    "ms");
        }
    }

    private static void codeLater(Release release, Table table, GuardedHost guarded) {
        TestHost host = guarded.host();
        List<Long> took = new ArrayList<>();
        try (Prober prober = Prober.start(host, CODE_WATCHED)) {
            for (int run = 0; run < RUNS; run++) {
                String good = SchoolCode.running(host);
                host.sh("rm -rf /tmp/later; cp -r /tmp/code /tmp/later; cd /tmp/later; echo '# later " + run
                        + "' >> panel/settings.py; " + SchoolCode.FAILS_LATER);
                deployed(host, "backend /tmp/later");
                long start = System.nanoTime();
                host.sh("touch /run/fail; for i in $(seq 600); do curl -s localhost/api/health/ | grep -q " + good
                        + " && break; sleep 0.05; done");
                took.add((System.nanoTime() - start) / 1_000_000);
                guarded.awaitCalm();
                host.sh("rm /run/fail");
            }
            row(
                    table,
                    "code whose API fails later: from its first failure until it is taken back",
                    release,
                    prober.stop(),
                    took,
                    "ms");
        }
    }

    private static void good(Release release, Table table, TestHost host) {
        List<Long> took = new ArrayList<>();
        List<Long> switches = new ArrayList<>();
        try (Prober prober = Prober.start(host, WATCHED)) {
            for (int run = 0; run < RUNS; run++) {
                build(host, "good" + run);
                long start = System.nanoTime();
                String said = deployed(host);
                took.add((System.nanoTime() - start) / 1_000_000);
                switches.add(figures(SWITCHED, said, 1).getLast());
            }
            Prober.Outage seen = prober.stop();
            row(table, "good build of 217 files, the whole command", release, seen, took, "ms");
            row(table, "its switch", release, seen, switches, "µs");
        }
    }

    private static void bad(Release release, Table table, TestHost host) {
        Map<String, String> faults = new LinkedHashMap<>();
        faults.put("the plan's broken build", "rm -rf /tmp/build/*; echo broken > /tmp/build/index.html");
        faults.put("missing chunk", "rm /tmp/build/static/js/main.91c0.js");
        faults.put("wrong type", "cp /tmp/build/index.html /tmp/build/static/js/main.91c0.js");
        faults.put("empty file", ": > /tmp/build/static/css/main.3f2a.css");
        faults.forEach((what, how) -> {
            List<Long> took = new ArrayList<>();
            try (Prober prober = Prober.start(host, WATCHED)) {
                for (int run = 0; run < RUNS; run++) {
                    build(host, "bad" + run);
                    host.sh(how);
                    long start = System.nanoTime();
                    if (!deployed(host).contains("REFUSED")) {
                        throw new IllegalStateException(what + " was not refused");
                    }
                    took.add((System.nanoTime() - start) / 1_000_000);
                }
                row(table, what + ", until refused", release, prober.stop(), took, "ms");
            }
        });
    }

    /// A rule that nginx has in force and its files have no longer.
    private static void onlyLive(Release release, Table table, TestHost host) {
        host.sh("cp /etc/nginx/sites-enabled/default /run/site.conf;" + failing("live")
                + "; nginx -s reload; sleep 1; cp /run/site.conf /etc/nginx/sites-enabled/default");
        List<Long> took = new ArrayList<>();
        try (Prober prober = Prober.start(host, WATCHED)) {
            for (int run = 0; run < RUNS; run++) {
                build(host, "live" + run);
                String said = deployed(host);
                took.add(figures(Pattern.compile("GATE\",\"took\":\"PT([\\d.]+)S"), said, 1_000)
                                .getLast()
                        + figures(BACK, said, 1_000).getLast());
            }
            row(table, "shows only live: from the switch until it is taken back", release, prober.stop(), took, "ms");
        }
        host.sh("nginx -s reload; sleep 1");
    }

    private static void later(Release release, Table table, GuardedHost guarded) {
        TestHost host = guarded.host();
        List<Long> took = new ArrayList<>();
        try (Prober prober = Prober.start(host, WATCHED)) {
            for (int run = 0; run < RUNS; run++) {
                build(host, "later" + run);
                deployed(host);
                String live = host.sh("cat " + LIVE + "/lectio-release.txt").strip();
                host.sh(failing("later") + "; nginx -s reload");
                long start = System.nanoTime();
                host.sh("for i in $(seq 600); do [ \"$(cat " + LIVE + "/lectio-release.txt 2>/dev/null)\" = '" + live
                        + "' ] || exit 0; sleep 0.05; done; exit 1");
                took.add((System.nanoTime() - start) / 1_000_000);
                host.sh("cp /run/site.conf /etc/nginx/sites-enabled/default; nginx -s reload; sleep 1");
                guarded.awaitCalm();
            }
            row(
                    table,
                    "fails later: from its first failure until it is taken back",
                    release,
                    prober.stop(),
                    took,
                    "ms");
        }
    }

    private static void outside(Release release, Table table, GuardedHost guarded) {
        Map<String, String> faults = new LinkedHashMap<>();
        faults.put("overwritten", "echo broken > index.html");
        faults.put("emptied", ": > index.html");
        faults.put("removed", "rm index.html");
        faults.forEach((what, how) -> {
            List<Long> outages = new ArrayList<>();
            int requests = 0;
            int failed = 0;
            for (int run = 0; run < RUNS; run++) {
                try (Prober prober = Prober.start(guarded.host(), WATCHED)) {
                    Instant broken = Instant.now();
                    guarded.host().sh("cd " + LIVE + "; " + how);
                    prober.awaitHealed(broken, Duration.ofSeconds(1), PATIENCE);
                    Prober.Outage seen = prober.stop();
                    outages.add(seen.since(broken).toMillis());
                    requests += seen.requests();
                    failed += seen.failed();
                }
                guarded.awaitCalm();
            }
            table.row(
                    "live page " + what + ": outage",
                    release.codename(),
                    String.valueOf(requests),
                    String.valueOf(failed),
                    String.valueOf(Table.median(outages)),
                    String.valueOf(Table.worst(outages)),
                    "ms");
        });
    }

    private static void large(Release release, Table table, TestHost host) {
        List<Long> switches = new ArrayList<>();
        List<Long> took = new ArrayList<>();
        try (Prober prober = Prober.start(host, WATCHED)) {
            for (int run = 0; run < RUNS; run++) {
                build(host, "large" + run);
                host.sh("mkdir -p /tmp/build/static/many; cd /tmp/build/static/many; seq 20000 | split -l 1 -a 4 - f.");
                long start = System.nanoTime();
                String said = deployed(host);
                took.add((System.nanoTime() - start) / 1_000_000);
                switches.add(figures(SWITCHED, said, 1).getLast());
            }
            Prober.Outage seen = prober.stop();
            row(table, "good build of 20,217 files, the whole command", release, seen, took, "ms");
            row(table, "its switch", release, seen, switches, "µs");
        }
    }
}
