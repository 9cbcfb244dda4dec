package io.lectio.host;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// File names are bytes; people read text. What is shown has a backslash only where an escape begins (of a byte by
/// x and 2 digits, of a character by u and 4 or U and 8), so that the bytes can be told from it.
public final class Names {
    private Names() {}

    /// The entry's path for people. Where this Java's locale has no letters for the name, they become escapes too.
    static Path resolve(Path folder, String shown) {
        try {
            return folder.resolve(shown);
        } catch (InvalidPathException e) {
            StringBuilder ascii = new StringBuilder();
            shown.codePoints()
                    .forEach(point -> ascii.append(point < 0x80 ? Character.toString(point) : character(point)));
            return folder.resolve(ascii.toString());
        }
    }

    /// The name as text; bytes that are no UTF-8, control characters and backslashes are shown as escapes.
    public static String show(byte[] name) {
        for (byte each : name) {
            if (each < ' ' || each == 0x7f || each == '\\') {
                return escaped(name);
            }
        }
        return new String(name, StandardCharsets.US_ASCII);
    }

    private static String escaped(byte[] name) {
        String text;
        boolean bytes = false;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(name))
                    .toString();
        } catch (CharacterCodingException e) {
            text = new String(name, StandardCharsets.ISO_8859_1);
            bytes = true;
        }
        StringBuilder shown = new StringBuilder();
        for (int point : text.codePoints().toArray()) {
            if (point < ' ' || point == 0x7f || point == '\\' || (bytes && point >= 0x80)) {
                shown.append("\\x%02x".formatted(point));
            } else if (Character.isISOControl(point) || isInvisible(point)) {
                shown.append(character(point));
            } else {
                shown.appendCodePoint(point);
            }
        }
        return shown.toString();
    }

    private static String character(int point) {
        return (Character.isBmpCodePoint(point) ? "\\u%04x" : "\\U%08x").formatted(point);
    }

    /// Line separators, and the marks that make a terminal or a messenger show text in another order.
    private static boolean isInvisible(int point) {
        int type = Character.getType(point);
        return type == Character.FORMAT || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR;
    }
}
