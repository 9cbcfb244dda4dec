package io.lectio.core.health;

import io.lectio.core.policy.CheckId;
import java.time.Instant;

/// One look of a probe.
///
/// @param startedAt when the look began: only a look that began after a repair can prove it
public record Observation(CheckId check, Instant startedAt, Outcome outcome) {

    public sealed interface Outcome {
        /// One English line for logs and terminals.
        default String inWords() {
            return switch (this) {
                case Passed(Finding finding) -> finding.inWords();
                case Failed(Finding finding) -> finding.inWords();
                case Undecided(Finding finding) -> finding.inWords();
                case Sampled(Finding.Service service) -> service.inWords();
                case Unknown(String reason) -> reason;
            };
        }
    }

    public record Passed(Finding finding) implements Outcome {}

    public record Failed(Finding finding) implements Outcome {}

    /// Seen, and neither well nor ill yet: it is starting, or has been silent for a short while.
    public record Undecided(Finding finding) implements Outcome {}

    /// A service as it is at this moment. Whether that is well depends on what was seen before: see [ServiceTrack].
    public record Sampled(Finding.Service service) implements Outcome {}

    /// The probe could not look: this says nothing about the site.
    public record Unknown(String reason) implements Outcome {}
}
