package io.lectio.cli;

import io.lectio.core.incident.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/// Colour, where a person looks at a terminal that has it.
record Paint(boolean terminal, boolean coloured) {
    private static final Path OUT = Path.of("/proc/self/fd/1");
    private static final Pattern MOVES = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029]");
    static final int RED = 31;
    static final int GREEN = 32;
    static final int YELLOW = 33;
    static final int BOLD = 1;

    /// As the environment asks for it: see no-color.org.
    static Paint of(Map<String, String> environment) {
        boolean terminal = isTerminal() && !"dumb".equals(environment.get("TERM"));
        return new Paint(
                terminal, terminal && environment.getOrDefault("NO_COLOR", "").isEmpty());
    }

    private static boolean isTerminal() {
        try {
            return Files.readSymbolicLink(OUT).toString().matches("/dev/(pts/\\d+|tty.*|console)");
        } catch (IOException e) {
            return false;
        }
    }

    String level(Level level, String text) {
        return switch (level) {
            case CRITICAL -> in(RED, text);
            case WARNING -> in(YELLOW, text);
            case INFO -> text;
        };
    }

    String in(int colour, String text) {
        return coloured ? "\u001b[" + colour + "m" + text + "\u001b[m" : text;
    }

    /// Without what would move the cursor: a page's own words are shown here.
    static String harmless(String text) {
        return MOVES.matcher(text).replaceAll("?");
    }
}
