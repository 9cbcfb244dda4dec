package io.lectio.config;

import io.lectio.config.Settings.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads plain assignments as a shell would. What a shell would expand or run is refused, since it would mean one
/// thing here and another there; of two assignments the last counts, with a warning.
final class ConfigEnv {
    private static final Pattern ASSIGNMENT =
            Pattern.compile("(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)", Pattern.DOTALL);
    private static final Pattern SINGLE = Pattern.compile("'([^']*)'\\s*(#.*)?");
    private static final Pattern DOUBLE = Pattern.compile("\"((?:[^\"\\\\$`]|\\\\[\"\\\\])*)\"\\s*(#.*)?");
    private static final Pattern BARE =
            Pattern.compile("([^\\s'\"\\\\$`;&|<>()*?\\[\\]{}~#!]*(?:#[^\\s'\"\\\\$`;&|<>()*?]*)?)(\\s+#.*)?\\s*");

    /// @param value as assigned, without quotes
    record Assigned(String value, int line) {}

    private final String file;
    private final Map<String, Assigned> values = new LinkedHashMap<>();
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    ConfigEnv(String file, String text) {
        this.file = file;
        String plain = text.startsWith("\ufeff") ? text.substring(1) : text;
        int number = 0;
        for (String line : plain.split("\r?\n", -1)) {
            number++;
            read(line.strip(), number);
        }
    }

    private void read(String line, int number) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        Matcher assignment = ASSIGNMENT.matcher(line);
        if (!assignment.matches()) {
            error(number, "not an assignment: write KEY=\"value\", without spaces around =");
            return;
        }
        String key = assignment.group(1);
        Optional<String> value = value(assignment.group(2));
        if (value.isEmpty()) {
            error(
                    number,
                    key + ": a shell would expand or run something here, or a quote is not closed; write '" + key
                            + "=' and the plain value in single quotes");
            return;
        }
        Assigned before = values.put(key, new Assigned(value.get(), number));
        if (before != null) {
            warnings.add(new Problem(file, number, key + " is set twice; this one counts, not line " + before.line()));
        }
    }

    private static Optional<String> value(String text) {
        Matcher single = SINGLE.matcher(text);
        if (single.matches()) {
            return Optional.of(single.group(1));
        }
        Matcher quoted = DOUBLE.matcher(text);
        if (quoted.matches()) {
            return Optional.of(quoted.group(1).replace("\\\"", "\"").replace("\\\\", "\\"));
        }
        Matcher bare = BARE.matcher(text);
        return bare.matches() ? Optional.of(bare.group(1)) : Optional.empty();
    }

    void error(int line, String text) {
        errors.add(new Problem(file, line, text));
    }

    void warn(int line, String text) {
        warnings.add(new Problem(file, line, text));
    }

    Map<String, Assigned> values() {
        return values;
    }

    List<Problem> errors() {
        return errors;
    }

    List<Problem> warnings() {
        return warnings;
    }
}
