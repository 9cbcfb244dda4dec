package io.lectio.host;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// File names are bytes; people read text.
final class Names {
    private Names() {}

    /// The name as text; bytes that are no UTF-8 and control characters are shown as escapes.
    static String show(byte[] name) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(name))
                    .toString();
        } catch (CharacterCodingException e) {
            text = new String(name, StandardCharsets.ISO_8859_1);
        }
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .forEach(point -> shown.append(
                        Character.isISOControl(point) ? "\\x%02x".formatted(point) : Character.toString(point)));
        return shown.toString();
    }
}
