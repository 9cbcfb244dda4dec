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

    /// The same log for one of several sites, whose name is on its lines.
    default EventLog about(String site) {
        EventLog all = this;
        return new EventLog() {
            @Override
            public void health(Level level, String text) {
                all.health(level, site + ": " + text);
            }

            @Override
            public void alert(Level level, String text) {
                all.alert(level, text); // says so itself
            }
        };
    }

    void health(Level level, String text);

    void alert(Level level, String text);
}
