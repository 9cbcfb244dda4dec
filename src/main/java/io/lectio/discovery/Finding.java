package io.lectio.discovery;

import java.util.List;

/// A key of `lectio.yaml` with what was found for it, or with why nothing was.
///
/// @param key its path, such as `web.root`
/// @param values one, or those of a list; none where nothing was found
/// @param whence where it was seen
/// @param usual whether the file need not say it: the guard takes that for itself
public record Finding(String key, List<String> values, Form form, String whence, boolean usual) {
    /// How YAML has it.
    public enum Form {
        TEXT,
        /// A number or a switch.
        PLAIN,
        LIST
    }

    public Finding {
        values = List.copyOf(values);
    }

    static Finding of(String key, Object value, String whence) {
        return new Finding(key, List.of(value.toString()), Form.TEXT, whence, false);
    }

    static Finding off(String check, String why) {
        return new Finding("checks." + check + ".enabled", List.of("false"), Form.PLAIN, why, false);
    }

    static Finding none(String key, String why) {
        return new Finding(key, List.of(), Form.TEXT, why, true);
    }

    /// Not to be said, where it equals this.
    Finding usually(String fallback) {
        return new Finding(key, values, form, whence, values.equals(List.of(fallback)));
    }

    public String value() {
        return String.join(", ", values);
    }
}
