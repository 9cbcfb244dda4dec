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
/// thing here and another there; of two assignments the last counts, with a warning. In an assignment a shell expands
/// neither `*` nor `?` nor `[ ]`; a `#` within a word is none of a comment.
final class ConfigEnv {
    private static final String END = "(?:[ \t]+#.*)?";
    private static final Pattern ASSIGNMENT =
            Pattern.compile("(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)", Pattern.DOTALL);
    private static final Pattern SINGLE = Pattern.compile("'([^']*)'" + END, Pattern.DOTALL);
    private static final Pattern DOUBLE = Pattern.compile("\"((?:[^\"\\\\$`]|\\\\[\"\\\\])*+)\"" + END, Pattern.DOTALL);
    private static final Pattern BARE = Pattern.compile("([^ \t'\"\\\\$`;&|<>(){}]*+)" + END, Pattern.DOTALL);
    /// Where a shell puts somebody's home.
    private static final Pattern TILDE = Pattern.compile("(?:^|[:=])~");
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f]");
    private static final Pattern BLANKS_AROUND = Pattern.compile("\\A[ \t]+|[ \t]+\\z");
    private static final Pattern LIKE_A_TOKEN = Pattern.compile("\\d{3,}:[A-Za-z0-9_-]{20,}");

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
        boolean windows = false;
        for (String line : plain.split("\n", -1)) {
            number++;
            boolean carriage = line.endsWith("\r");
            windows |= carriage;
            String ended = carriage ? line.substring(0, line.length() - 1) : line;
            read(BLANKS_AROUND.matcher(ended).replaceAll(""), number);
        }
        if (windows) {
            warn(0, "has Windows line ends, which a shell takes for a part of the value: sed -i 's/\\r$//' " + file);
        }
    }

    private void read(String line, int number) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        if (CONTROL.matcher(line).find()) {
            error(number, "a control character is in this line; write it anew");
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
            warn(number, key + " is set twice; this one counts, not line " + before.line());
        }
    }

    private static Optional<String> value(String text) {
        Matcher single = SINGLE.matcher(text);
        if (single.matches()) {
            return Optional.of(single.group(1));
        }
        Matcher quoted = DOUBLE.matcher(text);
        if (quoted.matches()) {
            return Optional.of(quoted.group(1).replaceAll("\\\\(.)", "$1"));
        }
        Matcher bare = BARE.matcher(text);
        return bare.matches() && !TILDE.matcher(bare.group(1)).find() ? Optional.of(bare.group(1)) : Optional.empty();
    }

    void error(int line, String text) {
        errors.add(new Problem(file, line, withoutToken(text)));
    }

    void warn(int line, String text) {
        warnings.add(new Problem(file, line, withoutToken(text)));
    }

    /// Whether a bot's token is in it.
    static boolean holdsToken(String text) {
        return LIKE_A_TOKEN.matcher(text).find();
    }

    static String withoutToken(String text) {
        return LIKE_A_TOKEN.matcher(text).replaceAll("[secret]");
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
