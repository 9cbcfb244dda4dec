package io.lectio.bench;

import io.lectio.testhost.Faults;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What the installed guard weighs: all processes of its unit, after guarding for `LECTIO_BENCH_MINUTES` (2) and
/// healing the whole build once.
@HostTest
@Tag("bench")
class SizeBench {
    private static final int MINUTES = UnitCost.minutes(2);
    private static final int RUNS = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String LECTIO = "/opt/lectio-monitor/bin/lectio ";

    @Test
    void size() throws IOException {
        Table table = new Table(
                "size",
                "host",
                "resident, MB",
                "proportional, MB",
                "after minutes",
                "idle, % of a core",
                "ready after start, ms",
                "`lectio check`, ms",
                "threads",
                "on disk, MB");
        table.row("budget", "64", "", "60", "0.5", "300", "500", "", "130");
        List<Guarding> all = new ArrayList<>();
        try {
            for (Release release : Release.values()) {
                all.add(Guarding.begin(release));
            }
            LockSupport.parkNanos(TimeUnit.MINUTES.toNanos(MINUTES - 1)); // both hosts at once
            List<Long> before = all.stream().map(Guarding::processorTime).toList();
            LockSupport.parkNanos(TimeUnit.MINUTES.toNanos(1));
            for (int i = 0; i < all.size(); i++) {
                all.get(i).row(table, all.get(i).processorTime() - before.get(i));
            }
        } finally {
            all.forEach(guarding -> guarding.guarded().close());
        }
        table.publish();
    }

    /// A guard at work, and how long it took to start.
    private record Guarding(GuardedHost guarded, List<Long> ready, List<Long> check) {
        static Guarding begin(Release release) {
            GuardedHost guarded = GuardedHost.boot(release);
            TestHost host = guarded.host();
            List<Long> ready = new ArrayList<>();
            List<Long> check = new ArrayList<>();
            for (int i = 0; i < RUNS; i++) {
                ready.add(UnitCost.number(host, """
                        s=/var/lib/lectio-monitor/control.sock; systemctl stop lectio-monitor; rm -f $s
                        systemd-run -q --unit lectio-monitor /opt/lectio-monitor/bin/lectio run
                        until [ -S $s ]; do sleep 0.01; done; sleep 0.5
                        began=$(systemctl show --timestamp=us+utc -p ExecMainStartTimestamp lectio-monitor | cut -d= -f2)
                        echo $(( ($(date -d "$(stat -c %z $s)" +%s%N) - $(date -d "${began#* }" +%s%N)) / 1000000 ))"""));
                check.add(UnitCost.number(
                        host,
                        "t=$(date +%s%N); " + LECTIO + "check >/dev/null; echo $((($(date +%s%N) - t) / 1000000))"));
            }
            guarded.awaitGuard();
            Faults.BUILD_AS_ROOT_SCP.inject(host);
            guarded.bot().awaitMessage(message -> message.text().contains("восстановлено"), PATIENCE);
            guarded.awaitCalm();
            return new Guarding(guarded, ready, check);
        }

        UnitCost cost() {
            return new UnitCost(guarded.host(), "lectio-monitor");
        }

        long processorTime() {
            return cost().processorTime();
        }

        void row(Table table, long usedInAMinute) {
            TestHost host = guarded.host();
            table.row(
                    host.release().codename(),
                    cost().resident(),
                    cost().proportional(),
                    String.valueOf(MINUTES),
                    UnitCost.percent(usedInAMinute, 60),
                    Table.median(ready) + " (worst " + Table.worst(ready) + ")",
                    Table.median(check) + " (worst " + Table.worst(check) + ")",
                    String.valueOf(cost().threads()),
                    String.valueOf(UnitCost.number(host, "du -sm /opt/lectio-monitor | cut -f1")));
        }
    }
}
