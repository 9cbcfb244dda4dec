package io.lectio.engine;

import io.lectio.core.incident.Level;

/// Port: the logs that people read. One event, one line.
public interface EventLog {
    /// Where nobody reads.
    EventLog NONE = new EventLog() {
        @Override
        public void health(Level level, String text) {}

        @Override
        public void alert(Level level, String text) {}
    };

    void health(Level level, String text);

    void alert(Level level, String text);
}
