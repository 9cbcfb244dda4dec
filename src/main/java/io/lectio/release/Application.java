package io.lectio.release;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// What works on the database, while another one is put in its place.
public interface Application {
    /// Stops it, and keeps everybody and everything from starting it, over a restart of the machine too, until it is
    /// released. Held once more, it stays so; what was running at first stays known until it is forgotten.
    void hold() throws IOException, InterruptedException;

    /// Lets it be started again, and starts what was running before it was held first, and nothing else.
    Started release() throws IOException, InterruptedException;

    /// @param main whether the application itself was to be started
    /// @param failed what did not start, and why
    record Started(boolean main, List<String> failed) {}

    /// Waits for its answer, for a while.
    ///
    /// @return what is wrong with it, if anything
    Optional<String> ails() throws InterruptedException;

    /// What was running is known no longer.
    void forget() throws IOException;
}
