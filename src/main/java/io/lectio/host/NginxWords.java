package io.lectio.host;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The words of a text in nginx's language, one after the other, with their places in it. Any text is read to its end,
/// also one that is cut off. Source: nginx's ngx_conf_read_token.
public final class NginxWords {
    /// What was read last.
    public enum Kind {
        WORD,
        SEMICOLON,
        OPEN,
        CLOSE,
        END
    }

    private static final Pattern LONG_BRACKET = Pattern.compile("\\[(=*)\\[");

    private final String text;
    private int begin;
    private int at;

    public NginxWords(String text) {
        this.text = text;
    }

    public Kind next() {
        while (at < text.length()) {
            char next = text.charAt(at);
            if (next == '#') {
                skipComment();
            } else if (Character.isWhitespace(next)) {
                at++;
            } else {
                begin = at;
                return token(next);
            }
        }
        begin = at;
        return Kind.END;
    }

    private Kind token(char first) {
        if (first == ';' || first == '{' || first == '}') {
            at++;
            return first == ';' ? Kind.SEMICOLON : first == '{' ? Kind.OPEN : Kind.CLOSE;
        }
        skipWord();
        return Kind.WORD;
    }

    /// Where the last one begins.
    public int begin() {
        return begin;
    }

    /// Behind it.
    public int at() {
        return at;
    }

    /// As it stands there.
    public String raw() {
        return text.substring(begin, at);
    }

    /// As nginx takes it: without its quotes.
    public String word() {
        String raw = raw();
        char first = raw.charAt(0);
        boolean quoted = first == '"' || first == '\'';
        boolean closed = quoted && raw.length() > 1 && raw.charAt(raw.length() - 1) == first;
        return plain(raw.substring(quoted ? 1 : 0, raw.length() - (closed ? 1 : 0)));
    }

    private static String plain(String word) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < word.length(); i++) {
            int escaped = word.charAt(i) == '\\' && i + 1 < word.length() ? "\"'\\trn".indexOf(word.charAt(i + 1)) : -1;
            plain.append(escaped < 0 ? word.charAt(i) : "\"'\\\t\r\n".charAt(escaped));
            i += escaped < 0 ? 0 : 1;
        }
        return plain.toString();
    }

    private void skipComment() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
    }

    private void skipWord() {
        char quote = text.charAt(at);
        boolean quoted = quote == '"' || quote == '\'';
        if (quoted) {
            at++;
        }
        while (at < text.length()) {
            char next = text.charAt(at);
            if (next == '\\') {
                at++;
            } else if (quoted ? next == quote : isEnd(next)) {
                break;
            }
            at++;
        }
        at = Math.min(text.length(), quoted ? at + 1 : at);
    }

    /// Within a word `${` is a variable's begin, and `}` is like any other letter.
    private boolean isEnd(char next) {
        return Character.isWhitespace(next) || next == ';' || (next == '{' && text.charAt(at - 1) != '$');
    }

    /// To behind the brace that ends a block of Lua.
    public void skipLua() {
        Matcher bracket = LONG_BRACKET.matcher(text);
        for (int depth = 1; depth > 0 && at < text.length(); ) {
            char next = text.charAt(at);
            boolean comment = text.startsWith("--", at);
            bracket.region(comment ? at + 2 : at, text.length());
            if (bracket.lookingAt()) {
                skipTo("]" + bracket.group(1) + "]");
            } else if (comment) {
                skipComment();
            } else if (next == '"' || next == '\'') {
                skipWord();
            } else {
                depth += next == '{' ? 1 : next == '}' ? -1 : 0;
                at++;
            }
        }
    }

    private void skipTo(String end) {
        int found = text.indexOf(end, at);
        at = found < 0 ? text.length() : found + end.length();
    }
}
