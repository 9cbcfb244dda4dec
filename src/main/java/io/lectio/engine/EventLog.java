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
        ALERTS,
        DEPLOY,
        CRON
    }

    /// @param site whose it is, where there are several; empty for the guard's own
    record Line(Log log, Level level, String site, Remark remark) {
        public String text() {
            return log == Log.ALERTS // which says itself whose it is
                    ? remark.text()
                    : (site.isEmpty() ? "" : site + ": ") + remark.inWords();
        }
    }

    void write(Line line);

    default void health(Level level, String text) {
        write(new Line(Log.HEALTH, level, "", new Remark(0, Remark.Kind.NOTE, text)));
    }

    /// Of a round that cron started.
    default void cron(Level level, String text) {
        write(new Line(Log.CRON, level, "", new Remark(0, Remark.Kind.NOTE, text)));
    }

    /// @param incident 0 where it is about none
    default void alert(Level level, long incident, String text) {
        write(new Line(Log.ALERTS, level, "", new Remark(incident, Remark.Kind.NOTE, text)));
    }

    /// The same log for one of several sites.
    default EventLog about(String site) {
        return line -> write(new Line(line.log(), line.level(), site, line.remark()));
    }
}
