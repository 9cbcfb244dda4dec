package io.lectio.control;

import java.time.Duration;
import java.util.Optional;

/// What a command asks of the daemon: one line of JSON, such as `{"ask":"SILENCE","length":"PT2H","why":"a deploy"}`.
///
/// @param length of a silence or a maintenance
/// @param why given by who asks
public record Request(Ask ask, Optional<Duration> length, Optional<String> why) {
    /// The last four change something.
    public enum Ask {
        STATUS,
        WATCH,
        PLAN,
        SILENCE,
        END_SILENCE,
        MAINTENANCE,
        END_MAINTENANCE
    }

    public static Request of(Ask ask) {
        return new Request(ask, Optional.empty(), Optional.empty());
    }
}
