package io.lectio.testhost;

import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Telegram's `parse_mode` HTML: what a reader sees of it, or why it is refused.
final class TelegramHtml {
    private static final Set<String> TAGS = Set.of(
            "b",
            "strong",
            "i",
            "em",
            "u",
            "ins",
            "s",
            "strike",
            "del",
            "span",
            "tg-spoiler",
            "tg-emoji",
            "a",
            "code",
            "pre",
            "blockquote");
    private static final Map<String, String> NAMED = Map.of("lt", "<", "gt", ">", "amp", "&", "quot", "\"");

    private final String html;
    private final StringBuilder seen = new StringBuilder();
    private final Deque<String> open = new ArrayDeque<>();
    private int at;

    /// Markup that Telegram does not take.
    static final class Broken extends Exception {
        @Serial
        private static final long serialVersionUID = 1;

        Broken(String why) {
            super("Bad Request: can't parse entities: " + why);
        }
    }

    private TelegramHtml(String html) {
        this.html = html;
    }

    static String seen(String html) throws Broken {
        TelegramHtml parser = new TelegramHtml(html);
        parser.parse();
        return parser.seen.toString();
    }

    private void parse() throws Broken {
        while (at < html.length()) {
            switch (html.charAt(at)) {
                case '<' -> tag();
                case '&' -> entity();
                default -> seen.append(html.charAt(at++));
            }
        }
        if (!open.isEmpty()) {
            throw new Broken("Can't find end tag corresponding to start tag \"" + open.peek() + "\"");
        }
    }

    private void tag() throws Broken {
        int start = at;
        int end = html.indexOf('>', at);
        if (end < 0) {
            throw new Broken("Unclosed start tag at byte offset " + offset(start));
        }
        String inner = html.substring(at + 1, end);
        at = end + 1;
        if (inner.startsWith("/")) {
            String name = inner.substring(1).strip().toLowerCase(Locale.ROOT);
            if (open.isEmpty()) {
                throw new Broken("Unexpected end tag at byte offset " + offset(start));
            }
            String expected = open.pop();
            if (!name.isEmpty() && !name.equals(expected)) {
                throw new Broken("Unmatched end tag at byte offset " + offset(start) + ", expected \"</" + expected
                        + ">\", found \"</" + name + ">\"");
            }
            return;
        }
        String name = inner.split("[\\s/]", 2)[0].toLowerCase(Locale.ROOT);
        if (!TAGS.contains(name)) {
            throw new Broken("Unsupported start tag \"" + name + "\" at byte offset " + offset(start));
        }
        if (name.equals("span") && !inner.contains("class=\"tg-spoiler\"")) {
            throw new Broken("Tag \"span\" must have class \"tg-spoiler\" at byte offset " + offset(start));
        }
        open.push(name);
    }

    private void entity() {
        int end = html.indexOf(';', at);
        String name = end < 0 ? "" : html.substring(at + 1, end);
        String text = NAMED.getOrDefault(name, "");
        if (name.matches("#[0-9]{1,7}")) {
            text = character(Integer.parseInt(name.substring(1)));
        } else if (name.matches("#x[0-9a-fA-F]{1,6}")) {
            text = character(Integer.parseInt(name.substring(2), 16));
        }
        seen.append(text.isEmpty() ? "&" : text);
        at = text.isEmpty() ? at + 1 : end + 1;
    }

    private static String character(int code) {
        return Character.isValidCodePoint(code) && code != 0 ? Character.toString(code) : "";
    }

    private int offset(int index) {
        return html.substring(0, index).getBytes(StandardCharsets.UTF_8).length;
    }
}
