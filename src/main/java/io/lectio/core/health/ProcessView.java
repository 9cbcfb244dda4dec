package io.lectio.core.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/// A process of a service. Source: proc(5).
///
/// @param state its character: `R` runs, `S` sleeps, `D` waits for a device, `T` is stopped, `Z` has ended …
/// @param processorTime what it has used since its start
/// @param open how many files it has open, of `most` that it may (0: no limit is known)
/// @param sockets the inodes of the sockets that it holds: one that is no longer held was a request that is over
public record ProcessView(
        int pid,
        int parent,
        String name,
        char state,
        Instant started,
        Duration processorTime,
        int open,
        int most,
        Set<Long> sockets) {
    public ProcessView {
        sockets = Set.copyOf(sockets);
    }

    /// Of whose files nothing is known.
    public ProcessView(
            int pid, int parent, String name, char state, Instant started, Duration processorTime, Set<Long> sockets) {
        this(pid, parent, name, state, started, processorTime, 0, 0, sockets);
    }

    public boolean isOutOfFiles() {
        return most > 0 && open >= most;
    }

    /// Its name, and how many files it has open of how many.
    public String files() {
        return name + " (" + pid + "), " + open + " of " + most;
    }

    public boolean isStopped() {
        return state == 'T';
    }
}
