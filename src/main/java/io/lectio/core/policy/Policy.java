package io.lectio.core.policy;

import java.time.Duration;

/// Everything that the decisions depend on besides state, event and time.
///
/// @param repairs false means looking only: what would be repaired is told, nothing is touched
public record Policy(Site site, boolean repairs, Limits limits, Timing timing) {

    /// The threshold of a check. Access rights are read, not sampled: one sight is a fact. An answer is a sample.
    public Threshold threshold(CheckId check) {
        return switch (check) {
            case FILES -> new Threshold(1, 1);
            case PAGE -> new Threshold(2, 1);
        };
    }

    /// @param round the second line of sight, behind the file events
    /// @param settle how long file events must be quiet before a look, and at most
    /// @param quiet how long after the last file event a copy counts as finished
    /// @param quietAtMost how long a page may fail while files go on arriving, before it is a fault of its own
    /// @param telling how long an alert of a beginning repair waits for its end, so that a quick one is one message
    /// @param unknownAfter looks without a result in a row before the owner is told
    public record Timing(
            Duration round,
            Duration settle,
            Duration settleAtMost,
            Duration quiet,
            Duration quietAtMost,
            Duration telling,
            int unknownAfter) {
        public static final Timing DEFAULT = new Timing(
                Duration.ofSeconds(5),
                Duration.ofMillis(100),
                Duration.ofMillis(300),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofSeconds(2),
                6);
    }
}
