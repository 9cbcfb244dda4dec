package io.lectio.core.policy;

/// A value that is never printed: `toString` is redacted, so that no log, message or exception shows it.
public record Secret(String value) {
    @Override
    public String toString() {
        return "[secret]";
    }

    /// The text with every occurrence of this secret cut out: the choke point for messages of other people's code.
    public String redact(String text) {
        return value.isEmpty() ? text : text.replace(value, "[secret]");
    }
}
