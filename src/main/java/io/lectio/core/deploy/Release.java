package io.lectio.core.deploy;

import java.time.Instant;

/// A release of the site's pages.
///
/// @param id when it came, as `20261129-102233`
/// @param content SHA-256 of its names and contents, by which the same build is known again
/// @param at when it went live, or was refused by its gate
/// @param by who deployed it
public record Release(String id, String content, int files, long bytes, Instant at, String by, Standing standing) {
    public enum Standing {
        /// Live, and its faults are counted as its own.
        WATCHED,
        /// It was live and well throughout its watch: what a rollback goes back to.
        VERIFIED,
        /// Replaced in its watch, while something was wrong.
        UNVERIFIED,
        /// Taken back.
        BAD
    }

    Release as(Standing now) {
        return new Release(id, content, files, bytes, at, by, now);
    }
}
