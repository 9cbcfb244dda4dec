package io.lectio.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// What a value may be, for the binder, the JSON Schema and the reference alike.
///
/// @param shape how YAML writes it
/// @param inWords what it is: the end of "KEY is …"
/// @param schema as JSON Schema, without the braces
/// @param fits whether a text is one; of a list, whether each of its parts is
record Type(Shape shape, String inWords, String schema, Predicate<String> fits) {
    enum Shape {
        TEXT,
        TEXT_OR_NUMBER,
        NUMBER,
        SWITCH,
        LIST
    }

    private static final String LENGTH = "[1-9][0-9]{0,4}[smh]";
    private static final String HOUR = "([01][0-9]|2[0-3]):[0-5][0-9]";
    private static final String MAILBOX = "[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9.-]{1,190}";
    private static final String DAYS = "(mon|tue|wed|thu|fri|sat|sun)";
    private static final String UNIT = "[A-Za-z0-9][A-Za-z0-9:_.@\\\\-]{0,200}";
    /// Parted by blanks: days, the hour, `for`, a length.
    private static final String WINDOW = "(day|" + DAYS + "(," + DAYS + ")*) " + HOUR + " for " + LENGTH;

    private static final Type ANY_TEXT = new Type(Shape.TEXT, "text", "\"type\":\"string\"", _ -> true);
    private static final String CHAT = "-?[0-9]{1,20}|@[A-Za-z0-9_]{4,64}|(your_chat_id)?";
    private static final Type A_CHAT = new Type(
            Shape.TEXT_OR_NUMBER,
            "a number, or @ and a channel's name",
            matching(CHAT).replace("\"string\"", "[\"string\",\"integer\"]"),
            text -> text.matches(CHAT));
    private static final Type SWITCH = new Type(
            Shape.SWITCH,
            "true or false",
            "\"type\":\"boolean\"",
            Pattern.compile("true|false").asMatchPredicate());
    private static final Type NAMES =
            new Type(Shape.LIST, "a list of names", "\"type\":\"array\",\"items\":{\"type\":\"string\"}", _ -> true);
    private static final Type MAILBOXES = new Type(
            Shape.LIST,
            "a list of mail addresses such as you@example.org",
            "\"type\":\"array\",\"items\":{" + matching(MAILBOX) + "}",
            text -> text.matches(MAILBOX));
    private static final Type UNITS = new Type(
            Shape.LIST,
            "a list of units' names such as redis-server.service",
            "\"type\":\"array\",\"items\":{" + matching(UNIT) + "}",
            text -> text.matches(UNIT));
    private static final Type WINDOWS = new Type(
            Shape.LIST,
            "a list such as [day 03:00 for 30m, 'sat,sun 22:00 for 4h'], each at most 24h long",
            "\"type\":\"array\",\"items\":{" + matching(WINDOW) + "}",
            text -> text.matches(WINDOW)
                    && length(text.substring(text.lastIndexOf(' ') + 1)).compareTo(Duration.ofDays(1)) <= 0);

    /// @param text as the table writes it: `number 1 10`
    static Type of(String text) {
        String[] words = text.split(" ");
        return switch (words[0]) {
            case "text" -> ANY_TEXT;
            case "word" -> matching("[A-Za-z0-9_.:\\[][A-Za-z0-9_.:\\]-]{0,252}", "one plain word");
            case "token" ->
                matching(
                        "[0-9]{3,20}:[A-Za-z0-9_-]{20,64}|(your_token)?",
                        "a bot's token (digits, a colon, 35 characters)");
            case "chat" -> A_CHAT;
            case "unit" -> matching("(" + UNIT + ")?", "a unit's name such as nginx.service; empty for none");
            case "units" -> UNITS;
            case "listener" ->
                matching(
                        "unix:/.{1,106}|([A-Za-z0-9._-]{1,253}|\\[[0-9a-fA-F:.]+\\]):[1-9][0-9]{0,4}",
                        "where the application listens: 127.0.0.1:8000, unix:/run/app.sock");
            case "host-folder" ->
                matching(
                        "([A-Za-z0-9_][A-Za-z0-9_.-]{0,31}@)?[A-Za-z0-9][A-Za-z0-9.-]{0,252}:[A-Za-z0-9_./][A-Za-z0-9_./-]{0,400}|",
                        "user@host:folder, of letters, digits and . _ - /");
            case "mailbox" -> matching("(" + MAILBOX + ")?", "a mail address such as you@example.org");
            case "mailboxes" -> MAILBOXES;
            case "hour" -> matching("(" + HOUR + ")?", "a time of day such as 09:00; empty for none");
            case "name" -> matching("[a-z0-9][a-z0-9-]{0,30}", "small letters, digits and -, at most 31");
            case "names" -> NAMES;
            case "windows" -> WINDOWS;
            case "switch" -> SWITCH;
            case "choice" -> oneOf(Arrays.copyOfRange(words, 1, words.length));
            case "number" -> number(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
            case "length" -> length(words[1], words[2]);
            default -> throw new IllegalArgumentException("no type " + text);
        };
    }

    void check(String text) {
        if (!fits.test(text)) {
            throw new IllegalArgumentException("is " + inWords);
        }
    }

    private static Type oneOf(String... words) {
        Pattern each = Pattern.compile(String.join("|", words), Pattern.CASE_INSENSITIVE);
        return new Type(
                Shape.TEXT,
                String.join(" or ", words),
                "\"enum\":[\"" + String.join("\",\"", words) + "\"]",
                each.asMatchPredicate());
    }

    private static Type matching(String pattern, String inWords) {
        return new Type(Shape.TEXT, inWords, matching(pattern), text -> text.matches(pattern));
    }

    private static Type number(int least, int most) {
        return new Type(
                Shape.NUMBER,
                "a number from " + least + " to " + most,
                "\"type\":\"integer\",\"minimum\":" + least + ",\"maximum\":" + most,
                text -> text.matches("\\d{1,9}") && Integer.parseInt(text) >= least && Integer.parseInt(text) <= most);
    }

    private static Type length(String least, String most) {
        return new Type(
                Shape.TEXT,
                "a time from " + least + " to " + most + ", such as 90s, 5m or 1h",
                matching(LENGTH),
                text -> text.matches(LENGTH)
                        && length(text).compareTo(length(least)) >= 0
                        && length(text).compareTo(length(most)) <= 0);
    }

    static Duration length(String text) {
        return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
    }

    private static String matching(String pattern) {
        return "\"type\":\"string\",\"pattern\":\"^(" + pattern.replace("\\", "\\\\") + ")$\"";
    }
}
