package io.lectio.control;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a command asks of the daemon: one line of JSON, such as `{"ask":"SILENCE","length":"PT2H","why":"a deploy"}`.
///
/// @param length of a silence or a maintenance
/// @param why given by who asks
/// @param release which is meant
/// @param options `force`, `trial`
public record Request(
        Ask ask, Optional<Duration> length, Optional<String> why, Optional<String> release, List<String> options) {
    public static final String FORCE = "force";
    /// A build is only to be examined.
    public static final String TRIAL = "trial";

    /// The first four change nothing.
    public enum Ask {
        STATUS,
        WATCH,
        PLAN,
        RELEASES,
        SILENCE,
        END_SILENCE,
        MAINTENANCE,
        END_MAINTENANCE,
        /// After the answer `send` the build follows, to the end of what is sent.
        DEPLOY,
        ROLLBACK,
        ADOPT
    }

    public static Request of(Ask ask) {
        return new Request(ask, Optional.empty(), Optional.empty());
    }

    public Request(Ask ask, Optional<Duration> length, Optional<String> why) {
        this(ask, length, why, Optional.empty(), List.of());
    }
}
