package io.lectio.testhost;

import java.util.List;

/// The ways in which a service stops serving while its files are in order, and the page that a bad release leaves.
public enum ServiceFaults implements Fault {
    /// SIGKILL of all gunicorn processes.
    GUNICORN_KILLED(Part.APP, Seen.APP_DIES, "kill -KILL \"${app[@]}\""),
    /// What the plan prints: `pkill -f gunicorn`, so SIGTERM.
    GUNICORN_TERMED(Part.APP, Seen.APP_DIES, "pkill -f '[g]unicorn'"),
    /// SIGSTOP of every process of its unit.
    GUNICORN_STOPPED(
            Part.APP,
            "mapfile -t app < <(cgroup teaching_panel); mapfile -t -O ${#stopping[@]} stopping < <(noted \"${app[@]}\")",
            "kill -STOP \"${app[@]}\""),
    /// SIGSTOP of its workers; the master kills them after its `--timeout`, 30 s.
    GUNICORN_WORKERS_STOPPED(
            Part.APP,
            "mapfile -t app < <(app_workers); mapfile -t -O ${#stopping[@]} stopping < <(noted \"${app[@]}\")",
            "kill -STOP \"${app[@]}\""),
    /// All workers wait for ever for a lock, and `--timeout 0` keeps the master from noticing. [#prepare(TestHost)]
    /// restarts gunicorn with that time-out.
    WORKERS_BLOCKED(Part.APP, """
            tr '\\0' '\\n' <"/proc/$(systemctl show -p MainPID --value teaching_panel)/environ" | grep -qx 'GUNICORN_CMD_ARGS=--timeout=0' \\
              || fail 'the fault is not prepared'
            mapfile -t workers < <(app_workers)
            [ ${#workers[@]} -gt 0 ] || fail 'the API is broken already'
            hit=$(mktemp -d)
            noted "${workers[@]}" >$hit/workers
            """, """
            for i in "${!workers[@]}"; do curl -sN -m 5 http://127.0.0.1:8000/api/block/ >$hit/told.$i 2>/dev/null & done
            """, """
            all_told() { cat $hit/told.* 2>/dev/null | sort | cmp -s - <(cut -d' ' -f1 $hit/workers | sort); }
            one_gone() { while read -r p s; do ! is_gone $p $s || return 0; done <$hit/workers; return 1; }
            all_told_or_gone() { all_told || one_gone; }
            await 40 'not every worker is blocked' all_told_or_gone
            ! curl -s -m 2 -o /dev/null http://127.0.0.1:8000/api/health/ || one_gone || fail 'not injected: the API answers'
            rm -r $hit
            """) {
        @Override
        public void prepare(TestHost host) {
            host.sh("""
                    set -euo pipefail
                    mkdir -p $(dirname %1$s)
                    printf '[Service]\\nEnvironment=GUNICORN_CMD_ARGS=--timeout=0\\n' >%1$s
                    systemctl daemon-reload
                    systemctl restart teaching_panel
                    for i in $(seq 100); do ! curl -fsS -m 2 -o /dev/null http://localhost/api/health/ 2>/dev/null || break; sleep 0.1; done
                    # a worker reads its routes at its first request, which it cannot once another fault has closed a folder
                    for i in $(seq 24); do curl -fsS -m 20 -o /dev/null 'http://127.0.0.1:8000/api/slow/?ms=200' & asked+=($!); done
                    for one in "${asked[@]}"; do wait $one; done
                    """.formatted(DROP_IN));
        }
    },
    /// SIGKILL of nginx's master and workers.
    NGINX_KILLED(
            Part.WEB,
            "mapfile -t web < <(pgrep -x nginx); mapfile -t -O ${#dying[@]} dying < <(noted \"${web[@]}\")",
            "kill -KILL \"${web[@]}\""),
    /// SIGSTOP of nginx's master and workers.
    NGINX_STOPPED(
            Part.WEB,
            "mapfile -t web < <(pgrep -x nginx); mapfile -t -O ${#stopping[@]} stopping < <(noted \"${web[@]}\")",
            "kill -STOP \"${web[@]}\""),
    /// The page says only `broken`: 200, its owner and mode as before.
    PAGE_OVERWRITTEN(
            Part.PAGE,
            "broken+=($B/index.html); cp -p $B/index.html " + Seen.PAGE_BEFORE,
            "echo broken >$B/index.html");

    static final String DROP_IN = "/etc/systemd/system/teaching_panel.service.d/testhost.conf";
    static final String PAGE_BEFORE = Seen.PAGE_BEFORE;

    /// What a fault takes; two faults of one part cannot be at one moment.
    enum Part {
        APP,
        WEB,
        PAGE
    }

    private final Part part;
    private final String before;
    private final String breaking;
    private final String after;

    ServiceFaults(Part part, String before, String breaking) {
        this(part, before, breaking, "");
    }

    ServiceFaults(Part part, String before, String breaking, String after) {
        this.part = part;
        this.before = before;
        this.breaking = breaking;
        this.after = after;
    }

    Part part() {
        return part;
    }

    @Override
    public FaultScript script() {
        return new FaultScript("served || fail 'the site is broken already'\n" + before, breaking, after);
    }

    /// All that the site has: a repair that breaks something else for a moment is to be seen.
    @Override
    public List<String> watched() {
        return List.of("/", FaultScript.ASSET_URL, "/api/health/");
    }

    /// Constants that the constants above may use.
    private static final class Seen {
        private static final String PAGE_BEFORE = "/run/testhost-page";
        private static final String APP_DIES =
                "mapfile -t app < <(app); mapfile -t -O ${#dying[@]} dying < <(noted \"${app[@]}\")";
    }
}
