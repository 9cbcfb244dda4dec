package io.lectio.bench;

import io.lectio.testhost.BotApiServer;
import io.lectio.testhost.Faults;
import io.lectio.testhost.GuardedHost;
import io.lectio.testhost.HostTest;
import io.lectio.testhost.Prober;
import io.lectio.testhost.Release;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How long a visitor sees each permission fault, and when the owner is told.
@HostTest
@Tag("bench")
class HealingBench {
    private static final int RUNS = 5;
    private static final int ROUND_MILLIS = 5_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private record Row(List<Long> outages, List<Long> alerts) {}

    @Test
    void healing() throws IOException {
        Table table =
                new Table("healing", "fault", "host", "outage: median", "worst", "each run", "alert: median", "worst");
        Map<Release, Map<Faults, Row>> all = new EnumMap<>(Release.class);
        for (Release release : Release.values()) {
            all.put(release, measure(release));
        }
        for (Faults fault : Faults.values()) {
            all.forEach((release, rows) -> add(table, fault, release, Objects.requireNonNull(rows.get(fault))));
        }
        table.publish();
    }

    private static void add(Table table, Faults fault, Release release, Row row) {
        table.row(
                fault.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                        + (fault.lasts().isZero()
                                ? ""
                                : " (goes on for " + fault.lasts().toSeconds() + " s)"),
                release.codename(),
                String.valueOf(Table.median(row.outages())),
                String.valueOf(Table.worst(row.outages())),
                row.outages().toString().replaceAll("[\\[\\],]", ""),
                String.valueOf(Table.median(row.alerts())),
                String.valueOf(Table.worst(row.alerts())));
    }

    private static Map<Faults, Row> measure(Release release) {
        Random random = new Random();
        Map<Faults, Row> rows = new EnumMap<>(Faults.class);
        // the hourly budget is for a site, not for a benchmark of fifty faults
        try (GuardedHost guarded = GuardedHost.boot(release, "LECTIO_REPAIRS_PER_HOUR=1000")) {
            for (int run = 0; run < RUNS; run++) {
                for (Faults fault : Faults.values()) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(ROUND_MILLIS)));
                    Row row = rows.computeIfAbsent(fault, _ -> new Row(new ArrayList<>(), new ArrayList<>()));
                    measure(guarded, fault, row);
                    Faults.mend(guarded.host());
                }
            }
        }
        return rows;
    }

    private static void measure(GuardedHost guarded, Faults fault, Row row) {
        try (Prober prober = Prober.start(guarded.host(), fault.watched())) {
            Instant broken = fault.inject(guarded.host());
            prober.awaitHealed(broken, Duration.ofSeconds(1).plus(fault.lasts()), PATIENCE);
            row.outages().add(prober.stop().since(broken).toMillis());
            BotApiServer.Message told =
                    guarded.bot().awaitMessage(message -> !message.firstAt().isBefore(broken), PATIENCE);
            row.alerts().add(Duration.between(broken, told.firstAt()).toMillis());
            guarded.awaitCalm();
        }
    }
}
