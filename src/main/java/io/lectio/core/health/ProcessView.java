package io.lectio.core.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/// A process as the kernel shows it. Source: proc(5).
///
/// @param state its character: `R` runs, `S` sleeps, `D` waits for a device, `T` is stopped, `Z` has ended …
/// @param sockets the inodes of the sockets that it holds
public record ProcessView(
        int pid, int parent, String name, char state, Instant started, Duration processorTime, Set<Long> sockets) {
    public ProcessView {
        sockets = Set.copyOf(sockets);
    }
}
