package io.lectio.wiring;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Tells systemd of each round that is finished: every loop has taken the result of a look, decided on it and saved
/// that. It has no timer, so a loop that hangs is followed by silence, and that by systemd's watchdog.
final class Rounds {
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    /// The unit's `WatchdogSec=`.
    private static final Duration USUAL = Duration.ofSeconds(10);
    /// What a round may be late.
    private static final Duration LATE = Duration.ofSeconds(5);

    private final Consumer<String> systemd;
    private final Set<String> looked = new HashSet<>();
    private Duration patience = USUAL;
    private long told = System.nanoTime() - BETWEEN.toNanos();

    Rounds(Consumer<String> systemd) {
        this.systemd = systemd;
    }

    /// Called by a site's own loop.
    ///
    /// @param all the names of the sites that are guarded
    /// @param longest between the rounds of any of them
    /// @param status in words
    synchronized void looked(String site, Collection<String> all, Duration longest, Supplier<String> status) {
        looked.add(site);
        long now = System.nanoTime();
        if (all.isEmpty() || !looked.containsAll(all) || now - told < BETWEEN.toNanos()) {
            return;
        }
        looked.clear();
        told = now;
        Duration wanted = longest.plus(LATE).compareTo(USUAL) > 0 ? longest.plus(LATE) : USUAL;
        String change = wanted.equals(patience) ? "" : "\nWATCHDOG_USEC=" + wanted.toMillis() * 1_000;
        patience = wanted;
        systemd.accept("WATCHDOG=1" + change + "\nSTATUS=" + status.get());
    }
}
