package io.lectio.doctor;

/// What was found at a point.
public sealed interface Verdict {
    record Well(String seen) implements Verdict {}

    /// It could be better, and endangers nothing now.
    record Advised(String seen, Mend mend) implements Verdict {}

    record Wrong(String seen, Mend mend) implements Verdict {}

    /// Nothing is known of it.
    record NotLookedAt(String why) implements Verdict {}
}
