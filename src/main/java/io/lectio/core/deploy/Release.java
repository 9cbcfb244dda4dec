package io.lectio.core.deploy;

import io.lectio.core.policy.Part;
import java.time.Instant;
import java.util.Optional;

/// A release of the site.
///
/// @param id when it came, as `20261129-102233`
/// @param content SHA-256 of the names and contents of what came with it, by which the same is known again
/// @param at when it went live, or was refused by its gate
/// @param by who deployed it
/// @param pages the id under which its pages are stored, if they are
/// @param code the same for the application's code
/// @param lasting why nothing goes back behind it by itself, if so
public record Release(
        String id,
        String content,
        int files,
        long bytes,
        Instant at,
        String by,
        Standing standing,
        Optional<String> pages,
        Optional<String> code,
        Optional<String> lasting) {
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

    public Release {
        if (pages.isEmpty() && code.isEmpty()) {
            pages = Optional.of(id); // of a guard that knew pages only
        }
    }

    /// The id under which a part of it is stored.
    public Optional<String> stored(Part part) {
        return part == Part.PAGES ? pages : code;
    }

    Release as(Standing now) {
        return new Release(id, content, files, bytes, at, by, now, pages, code, lasting);
    }
}
