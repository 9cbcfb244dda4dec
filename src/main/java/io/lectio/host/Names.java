package io.lectio.host;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// File names are bytes; people read text.
final class Names {
    private Names() {}

    /// The entry's path for people. Where this Java's locale has no letters for the name, they become escapes too.
    static Path resolve(Path folder, String shown) {
        try {
            return folder.resolve(shown);
        } catch (InvalidPathException e) {
            StringBuilder ascii = new StringBuilder();
            shown.codePoints()
                    .forEach(point ->
                            ascii.append(point < 0x80 ? Character.toString(point) : "\\u%04x".formatted(point)));
            return folder.resolve(ascii.toString());
        }
    }

    /// The name as text; bytes that are no UTF-8 and control characters are shown as escapes.
    static String show(byte[] name) {
        for (byte each : name) {
            if (each < ' ' || each == 0x7f) {
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
            if (Character.isISOControl(point) || (bytes && point >= 0x80)) {
                shown.append("\\x%02x".formatted(point));
            } else if (isInvisible(point)) {
                shown.append("\\u%04x".formatted(point));
            } else {
                shown.appendCodePoint(point);
            }
        }
        return shown.toString();
    }

    /// Line separators, and the marks that make a terminal or a messenger show text in another order.
    private static boolean isInvisible(int point) {
        int type = Character.getType(point);
        return type == Character.FORMAT || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR;
    }
}
