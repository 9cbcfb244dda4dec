package io.lectio.bench;

import io.lectio.testhost.TestHost;
import java.util.Optional;

/// What all processes of a unit on a test host take.
record UnitCost(TestHost host, String unit) {
    private static final String GROUP = "/sys/fs/cgroup/system.slice/";

    /// So far, in microseconds.
    long processorTime() {
        return number(host, "sed -n 's/^usage_usec //p' " + GROUP + unit + ".service/cpu.stat");
    }

    String resident() {
        return megabytes("Rss");
    }

    /// A page that several processes share counts in part.
    String proportional() {
        return megabytes("Pss");
    }

    long threads() {
        return sum("Threads", "status");
    }

    private String megabytes(String key) {
        return "%.1f".formatted(sum(key, "smaps_rollup") / 1024.0);
    }

    private long sum(String key, String file) {
        return number(
                host,
                "for p in $(cat " + GROUP + unit + ".service/cgroup.procs); do cat /proc/$p/" + file
                        + "; done | awk '/^" + key + ":/ { s += $2 } END { print s }'");
    }

    /// How long a bench measures.
    static int minutes(int unlessTold) {
        return Optional.ofNullable(System.getenv("LECTIO_BENCH_MINUTES"))
                .map(Integer::parseInt)
                .orElse(unlessTold);
    }

    /// What a script prints.
    static long number(TestHost host, String script) {
        return Long.parseLong(host.sh(script).strip());
    }

    /// Of one core.
    static String percent(long micros, long seconds) {
        return "%.2f".formatted(micros / 10_000.0 / seconds);
    }
}
