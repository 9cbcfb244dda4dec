package io.lectio.core.health;

import io.lectio.core.policy.CheckId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// One look of a probe.
///
/// @param startedAt when the look began: only a look that began after a repair can prove it
public record Observation(CheckId check, Instant startedAt, Outcome outcome) {

    public sealed interface Outcome {
        /// What a verdict rests on; empty where there is none.
        default Optional<Finding> verdict() {
            return switch (this) {
                case Passed(Finding finding) -> Optional.of(finding);
                case Failed(Finding finding) -> Optional.of(finding);
                case Undecided _, Sampled _, Unknown _ -> Optional.empty();
            };
        }

        /// One English line for logs and terminals.
        default String inWords() {
            return switch (this) {
                case Passed(Finding finding) -> finding.inWords();
                case Failed(Finding finding) -> finding.inWords();
                case Undecided(Finding finding) -> finding.inWords();
                case Sampled(List<Finding.Service> services) ->
                    services.stream().map(Finding::inWords).collect(Collectors.joining("; "));
                case Unknown(String reason) -> reason;
            };
        }
    }

    public record Passed(Finding finding) implements Outcome {}

    public record Failed(Finding finding) implements Outcome {}

    /// Seen, and neither well nor ill yet: it is starting, or has been silent for a short while.
    public record Undecided(Finding finding) implements Outcome {}

    /// Services as they are at this moment, the deepest first. Whether that is well depends on what was seen before:
    /// see [ServiceTrack].
    public record Sampled(List<Finding.Service> services) implements Outcome {
        public Sampled {
            services = List.copyOf(services);
        }

        public Sampled(Finding.Service service) {
            this(List.of(service));
        }
    }

    /// The probe could not look: this says nothing about the site.
    public record Unknown(String reason) implements Outcome {}
}
