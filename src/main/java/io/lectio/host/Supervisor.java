package io.lectio.host;

import io.lectio.core.health.ProcessView;
import io.lectio.core.health.UnitState;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// Who keeps a site's services running: systemd, or the demo's own. Its words are systemd's.
///
/// Every call has a deadline; what fails is an [IOException] that says what and on what.
public interface Supervisor extends Closeable {
    /// A unit that it does not know is [UnitState.Load#NOT_FOUND].
    UnitState unit(String name) throws IOException;

    /// The processes of a unit that was in this state just now.
    List<ProcessView> processes(UnitState unit) throws IOException;

    /// Those of them that somebody has stopped (SIGSTOP): cheap enough for every second.
    Set<Integer> stopped(UnitState unit);

    /// The last lines that a run has left.
    List<String> journal(UnitState run) throws IOException, InterruptedException;

    /// Whether what a unit runs may be under replacement just now, so that a restart would meet half of it.
    boolean updating() throws IOException;

    /// Sends a signal to all processes of a unit; refused where it has none.
    void kill(String unit, int signal) throws IOException;

    /// Sends a signal to the main process of a unit alone; refused where it has none.
    void signalMain(String unit, int signal) throws IOException;

    /// Lets a unit start again that has failed too often. To a unit that has not, nothing happens.
    void resetFailed(String unit) throws IOException;

    /// Returns when the restart is done. A stop that is under way is somebody's will, and not replaced.
    void restart(String unit, Duration within) throws IOException, InterruptedException;

    /// Tells, from a thread of its own, that one of these units may have changed; what has, a look tells. All are
    /// told at the beginning and after each gap.
    ///
    /// @throws IllegalStateException the second time
    void watch(Set<String> units, Consumer<String> changed);
}
