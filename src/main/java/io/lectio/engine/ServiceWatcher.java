package io.lectio.engine;

import io.lectio.core.policy.CheckId;
import java.util.function.Consumer;

/// Port: tells that a service may have changed: its unit, or the state of its processes. It may tell too often, and
/// it may miss; rounds are the second line.
public interface ServiceWatcher extends AutoCloseable {
    /// Calls `changed` from threads of its own.
    void start(Consumer<CheckId> changed);

    @Override
    void close();
}
