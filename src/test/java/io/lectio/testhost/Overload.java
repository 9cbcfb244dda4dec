package io.lectio.testhost;

import java.time.Duration;
import java.util.List;

/// More visitors than the API can serve, for `lasts`: three times as many as its workers' number and a request's fixed
/// time allow. Nothing is broken, and a restart would only throw away who waits; [ServiceFaults#WORKERS_BLOCKED] is
/// what looks like it and is not.
///
/// Proved by waiting: a request that takes 200 ms takes five times that, or gives up. The visitors give up after 4 s
/// as people do, but gunicorn still serves whom it has in its queue, so the API is slow for up to twice as long again.
public record Overload(Duration lasts) implements Fault {
    static final String UNIT = "testhost-overload";

    private static final int TIMES_CAPACITY = 3;
    private static final int REQUEST_MILLIS = 200;

    @Override
    public String name() {
        return "OVERLOAD";
    }

    @Override
    public List<String> watched() {
        return List.of("/", FaultScript.ASSET_URL, "/api/health/");
    }

    @Override
    public void prepare(TestHost host) {
        host.lay("overload.py");
    }

    @Override
    public FaultScript script() {
        return new FaultScript(
                """
                served || fail 'the site is broken already'
                [ -e %s/overload.py ] || fail 'the fault is not prepared'
                mapfile -t workers < <(app_workers)
                [ ${#workers[@]} -gt 0 ] || fail 'the API is broken already'
                waited() { # too long: five times what a request takes
                  local seconds
                  seconds=$(curl -s -m 2 -o /dev/null -w '%%{time_total}' 'http://localhost/api/slow/?ms=%d') || true
                  awk -v s="$seconds" 'BEGIN { exit !(s * 1000 >= 5 * %<d) }'
                }
                """.formatted(TestHost.LAID, REQUEST_MILLIS),
                "systemd-run -q --collect --unit %1$s -p RuntimeMaxSec=%2$d python3 %6$s/overload.py $((%3$d * ${#workers[@]} * 1000 / %4$d)) %5$d %4$d"
                        .formatted(
                                UNIT,
                                lasts.toSeconds() + 10,
                                TIMES_CAPACITY,
                                REQUEST_MILLIS,
                                lasts.toSeconds(),
                                TestHost.LAID),
                "await 50 'nobody waits' waited");
    }
}
