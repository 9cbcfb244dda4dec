package io.lectio.alert;

/// Makes any text fit for a chat: nothing hidden, nothing broken, never empty, never too long.
final class PlainText {
    /// The Bot API's limit, in UTF-16 units.
    static final int LONGEST = 4_096;

    private static final int LONGEST_LINE = 150;

    private PlainText() {}

    static String fit(String text) {
        StringBuilder clean = new StringBuilder(Math.min(text.length(), LONGEST + 16));
        for (int at = 0; at < text.length() && clean.length() <= LONGEST; ) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            clean.append(harmless(point) ? Character.toString(point) : "\\u%04x".formatted(point));
        }
        if (clean.toString().isBlank()) {
            return "Lectio";
        }
        if (clean.length() <= LONGEST) {
            return clean.toString();
        }
        int end = LONGEST - 1;
        if (Character.isHighSurrogate(clean.charAt(end - 1))) {
            end--;
        }
        return clean.substring(0, end) + "…";
    }

    /// The same in one short line, as a header takes it.
    static String line(String text) {
        String line = fit(text).replace('\n', ' ').strip();
        return line.codePointCount(0, line.length()) <= LONGEST_LINE
                ? line
                : line.substring(0, line.offsetByCodePoints(0, LONGEST_LINE - 1)) + "…";
    }

    private static boolean harmless(int point) {
        int type = Character.getType(point);
        return point == '\n'
                || !(type == Character.CONTROL
                        || type == Character.FORMAT
                        || type == Character.SURROGATE
                        || type == Character.LINE_SEPARATOR
                        || type == Character.PARAGRAPH_SEPARATOR);
    }
}
