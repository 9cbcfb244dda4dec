package io.lectio.engine;

import io.lectio.core.incident.Level;
import io.lectio.core.incident.Remark;

/// Port: the logs that people read. One event, one line.
@FunctionalInterface
public interface EventLog {
    /// Where nobody reads.
    EventLog NONE = _ -> {};

    enum Log {
        HEALTH,
        ALERTS
    }

    /// @param site whose it is, where there are several; empty for the guard's own
    record Line(Log log, Level level, String site, Remark remark) {
        public String text() {
            String of = site.isEmpty() || log == Log.ALERTS ? "" : site + ": "; // an alert says so itself
            return of + remark.inWords();
        }
    }

    void write(Line line);

    default void health(Level level, String text) {
        write(new Line(Log.HEALTH, level, "", new Remark(0, Remark.Kind.NOTE, text)));
    }

    default void alert(Level level, String text) {
        write(new Line(Log.ALERTS, level, "", new Remark(0, Remark.Kind.NOTE, text)));
    }

    /// The same log for one of several sites.
    default EventLog about(String site) {
        return line -> write(new Line(line.log(), line.level(), site, line.remark()));
    }
}
