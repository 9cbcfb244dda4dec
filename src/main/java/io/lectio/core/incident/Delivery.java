package io.lectio.core.incident;

import java.time.Duration;
import java.util.Optional;

/// What became of a send. Temporary, permanent and poisonous failures are kept apart, since each wants another
/// answer.
public sealed interface Delivery {
    /// @param messageId the channel's name of the message, where it has one to edit later
    record Accepted(Optional<Long> messageId) implements Delivery {}

    /// The message to edit is gone: send it anew.
    record TargetGone() implements Delivery {}

    /// Not before this time has passed.
    record RetryAfter(Duration pause) implements Delivery {}

    record Unreachable(String reason) implements Delivery {}

    /// The channel refuses everything until a person mends it: a wrong token, a blocked bot, an unknown chat.
    record Refused(String reason) implements Delivery {}

    /// The channel refuses this text.
    record Poison(String reason) implements Delivery {}

    /// The chat has another id from now on.
    record Migrated(Outbox.Moved to) implements Delivery {}

    /// One English phrase.
    default String inWords() {
        return switch (this) {
            case Accepted _ -> "delivered";
            case TargetGone() -> "the message to edit is gone";
            case RetryAfter(Duration pause) -> "the channel asks for " + pause.toSeconds() + " s";
            case Unreachable(String reason) -> reason;
            case Refused(String reason) -> "refused until a person mends it: " + reason;
            case Poison(String reason) -> "the channel refuses this text: " + reason;
            case Migrated _ -> "the chat has moved";
        };
    }
}
