package io.lectio.doctor;

import java.util.List;
import java.util.stream.Collectors;

/// What mends a point.
///
/// @param text as a person types or does it
/// @param command what `--fix` runs as root, the very same; empty where that is a person's alone: it would restart the
///     site, or decide something
public record Mend(String text, List<String> command) {
    public Mend {
        command = List.copyOf(command);
    }

    public static Mend typed(String text) {
        return new Mend(text, List.of());
    }

    /// One that endangers nothing.
    public static Mend safe(String... words) {
        return new Mend(
                List.of(words).stream().map(Mend::quoted).collect(Collectors.joining(" ", "sudo ", "")),
                List.of(words));
    }

    public boolean isSafe() {
        return !command.isEmpty();
    }

    private static String quoted(String word) {
        return word.matches("[\\w./:@=+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
