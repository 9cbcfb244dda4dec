package io.lectio.core.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/// A process of a service. Source: proc(5).
///
/// @param state its character: `R` runs, `S` sleeps, `D` waits for a device, `T` is stopped, `Z` has ended …
/// @param processorTime what it has used since its start
/// @param sockets the inodes of the sockets that it holds: one that is no longer held was a request that is over
public record ProcessView(
        int pid, int parent, String name, char state, Instant started, Duration processorTime, Set<Long> sockets) {
    public ProcessView {
        sockets = Set.copyOf(sockets);
    }

    public boolean isStopped() {
        return state == 'T';
    }
}
