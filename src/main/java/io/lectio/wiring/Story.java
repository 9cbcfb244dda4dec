package io.lectio.wiring;

import io.lectio.engine.EventLog;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.function.Consumer;

/// Tells each fault's course in a few lines.
final class Story {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private Story() {}

    static EventLog of(EventLog log, InstantSource clock, Consumer<String> terminal) {
        return line -> {
            log.write(line);
            String what = switch (line.remark().kind()) {
                case CAUSE -> "broken";
                case RESULT -> "repaired";
                case RESOLVED -> "healed";
                case HEALTH, ATTEMPT, CLOSED, NEXT, LEVEL, DEPLOY, NOTE -> "";
            };
            if (!what.isEmpty()) {
                String time = TIME.format(clock.instant().atZone(ZoneId.systemDefault()));
                terminal.accept(
                        "%s  %-8s  %s".formatted(time, what, line.remark().text()));
            }
        };
    }
}
