package io.lectio.control;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a command asks of the daemon: one line of JSON, such as `{"ask":"SILENCE","length":"PT2H","why":"a deploy"}`.
///
/// @param length of a silence or a maintenance
/// @param why given by who asks
/// @param release which is meant
/// @param options `force`, `trial`; of a deploy also `pages`, `code` and `in-place`
/// @param by who asks as root by sudo
public record Request(
        Ask ask,
        Optional<Duration> length,
        Optional<String> why,
        Optional<String> release,
        List<String> options,
        Optional<String> by) {
    public static final String FORCE = "force";
    /// A build is only to be examined.
    public static final String TRIAL = "trial";

    /// An archive of the built pages follows: so also where neither is named.
    public static final String PAGES = "pages";
    /// An archive of the code follows.
    public static final String CODE = "code";
    /// The code is deployed as it lies in the live folder.
    public static final String IN_PLACE = "in-place";

    /// Of a unit that has failed: it runs again.
    public static final String UP = "up";

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
        /// The configuration is read now.
        RELOAD,
        /// After the answer `send` the archive follows, to the end of what is sent; two as [Chunks].
        DEPLOY,
        ROLLBACK,
        ADOPT,
        /// `release` is how many stay.
        PRUNE,
        /// Of the unit `release`, `length` ago: see [ControlServer#failure].
        FAILURE
    }

    public static Request of(Ask ask) {
        return new Request(ask, Optional.empty(), Optional.empty());
    }

    public Request(
            Ask ask, Optional<Duration> length, Optional<String> why, Optional<String> release, List<String> options) {
        this(ask, length, why, release, options, Optional.empty());
    }

    Request by(Optional<String> user) {
        return new Request(ask, length, why, release, options, user);
    }

    public Request(Ask ask, Optional<Duration> length, Optional<String> why) {
        this(ask, length, why, Optional.empty(), List.of());
    }
}
