package io.lectio.core.policy;

import java.util.List;
import java.util.stream.Stream;

/// Names that are never opened up: dotfiles (but `.well-known`), what never belongs into a build, and what the owner's
/// patterns name.
/// A pattern is a name with `*` and `?`, matched against each name on the way from the web root: `*.map`, `backup-*`.
public record PrivatePatterns(List<String> patterns) {
    /// What never belongs into a build, and would give away much: dumps, databases, keys, copies.
    public static final PrivatePatterns DEFAULT = new PrivatePatterns(List.of(
            "*.sql",
            "*.sql.*",
            "*.sqlite",
            "*.sqlite3*",
            "*.db",
            "*.dump",
            "*.bak",
            "*.env",
            "*.key",
            "*.pem",
            "*.p12",
            "*.kdbx",
            "id_rsa*"));

    public PrivatePatterns {
        patterns = List.copyOf(patterns);
        for (String pattern : patterns) {
            if (pattern.isBlank() || pattern.contains("/") || pattern.contains("\\")) {
                throw new IllegalArgumentException("private pattern '" + pattern
                        + "' is not a name with * and ?; for what a name shows as an escape write *");
            }
        }
    }

    /// These, and the owner's.
    public PrivatePatterns and(List<String> more) {
        return new PrivatePatterns(
                Stream.concat(patterns.stream(), more.stream()).distinct().toList());
    }

    /// Whether a file or folder of this name, and all below it, is private.
    public boolean covers(String name) {
        if (name.startsWith(".") && !name.equals(".well-known")) {
            return true;
        }
        return patterns.stream().anyMatch(pattern -> matches(pattern, name));
    }

    /// Linear in pattern times name: the last star is the only place to come back to.
    private static boolean matches(String pattern, String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int resume = 0;
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                resume = n;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n))) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
