package io.lectio.core.health;

import io.lectio.core.policy.CheckId;
import java.time.Instant;

/// One look of a probe.
///
/// @param startedAt when the look began: only a look that began after a repair can prove it
public record Observation(CheckId check, Instant startedAt, Outcome outcome) {

    public sealed interface Outcome {
        /// One English line for logs and terminals.
        String inWords();
    }

    public record Passed(Finding finding) implements Outcome {
        @Override
        public String inWords() {
            return finding.inWords();
        }
    }

    public record Failed(Finding finding) implements Outcome {
        @Override
        public String inWords() {
            return finding.inWords();
        }
    }

    /// The probe could not look: this says nothing about the site.
    public record Unknown(String reason) implements Outcome {
        @Override
        public String inWords() {
            return reason;
        }
    }
}
