package io.lectio.engine;

/// Port: tells that something at, above or below the web root has changed. It may tell too often, and it may miss;
/// rounds are the second line.
public interface PathWatcher extends AutoCloseable {
    /// Calls `changed` from a thread of its own, at once and again while changes go on.
    void start(Runnable changed);

    @Override
    void close();
}
