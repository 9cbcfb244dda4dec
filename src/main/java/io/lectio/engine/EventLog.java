package io.lectio.engine;

import io.lectio.core.incident.Level;

/// Port: the logs that people read. One event, one line.
public interface EventLog {
    void health(Level level, String text);

    void alert(Level level, String text);
}
