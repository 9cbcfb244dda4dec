package io.lectio.bench;

import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Release;
import io.lectio.testhost.TestHost;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What the commands that ask a running guard take, as a shell starts them.
@HostTest
@Tag("bench")
class CommandsBench {
    private static final int RUNS = 11;

    @Test
    void commands() throws IOException {
        Table table = new Table(
                "commands", "host", "`lectio version`, ms", "`lectio status`, ms", "`lectio watch`, % of a core");
        table.row("budget", "", "200", "1");
        for (Release release : Release.values()) {
            try (GuardedHost guarded = GuardedHost.boot(release)) {
                guarded.awaitAllWell();
                TestHost host = guarded.host();
                host.sh("sleep 60"); // the guard's own compiler comes to rest
                table.row(release.codename(), took(host, "version"), took(host, "status"), watch(host));
            }
        }
        table.publish();
    }

    private static String took(TestHost host, String command) {
        List<Long> took = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            took.add(UnitCost.number(
                    host,
                    "t=$(date +%s%N); /opt/lectio-monitor/bin/lectio " + command
                            + " >/dev/null; echo $((($(date +%s%N) - t) / 1000000))"));
        }
        return Table.median(took) + " (" + Table.worst(took) + ")";
    }

    /// On a terminal of 80 columns, for a minute that begins when it has been up for half a minute.
    private static String watch(TestHost host) {
        UnitCost cost = new UnitCost(host, "lectio-watch");
        host.sh(
                "systemd-run -q --unit lectio-watch script -qfc 'stty cols 80 rows 24; /opt/lectio-monitor/bin/lectio watch' /run/watched; sleep 30");
        long before = cost.processorTime();
        host.sh("sleep 60");
        long used = cost.processorTime() - before;
        host.sh("[ $(wc -c </run/watched) -gt 1000 ]; systemctl stop lectio-watch");
        return UnitCost.percent(used, 60);
    }
}
