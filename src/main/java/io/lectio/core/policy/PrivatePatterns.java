package io.lectio.core.policy;

import java.util.List;

/// Names that are never opened up: dotfiles (but `.well-known`), and what the patterns name.
/// A pattern is a name with `*` and `?`, matched against each name on the way from the web root: `*.map`, `backup-*`.
public record PrivatePatterns(List<String> patterns) {
    public PrivatePatterns {
        patterns = List.copyOf(patterns);
        for (String pattern : patterns) {
            if (pattern.isBlank() || pattern.contains("/") || pattern.contains("\\")) {
                throw new IllegalArgumentException("private pattern '" + pattern
                        + "' is not a name with * and ?; for what a name shows as an escape write *");
            }
        }
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
