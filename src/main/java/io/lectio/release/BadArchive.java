package io.lectio.release;

/// An archive that is refused, or a folder that can be none: which entry, why, and the mend, for a person.
public final class BadArchive extends Exception {
    private static final long serialVersionUID = 1;

    BadArchive(String message) {
        super(message);
    }
}
