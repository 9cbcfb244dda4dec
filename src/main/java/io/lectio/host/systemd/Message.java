package io.lectio.host.systemd;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One message. What it does not have is empty, or 0. Source: D-Bus Specification, "Message Protocol".
///
/// @param serial its number, by which an answer names it
/// @param answers the serial of what it answers
/// @param signature the types of its body's values
record Message(
        Type type,
        int serial,
        int answers,
        String path,
        String interfaceName,
        String member,
        String error,
        String signature,
        ByteBuffer body) {
    static final int LARGEST = 4 * 1_024 * 1_024;

    private static final int FIXED = 16;

    enum Type {
        CALL(1),
        ANSWER(2),
        ERROR(3),
        SIGNAL(4);

        private final byte code;

        Type(int code) {
            this.code = (byte) code;
        }

        private static Type of(byte code) throws SystemdException {
            return Arrays.stream(values())
                    .filter(type -> type.code == code)
                    .findFirst()
                    .orElseThrow(() -> SystemdException.malformed("a message of type " + code));
        }
    }

    /// @param arguments texts and numbers
    static Message call(int serial, String path, String interfaceName, String member, Object... arguments) {
        Writer body = new Writer();
        StringBuilder signature = new StringBuilder();
        for (Object argument : arguments) {
            char type = argument instanceof Integer ? 'i' : 's';
            signature.append(type);
            body.put(type, argument);
        }
        return new Message(Type.CALL, serial, 0, path, interfaceName, member, "", signature.toString(), body.written());
    }

    ByteBuffer encode() {
        Writer out = new Writer()
                .put('y', (byte) 'l')
                .put('y', type.code)
                .put('y', (byte) 0)
                .put('y', (byte) 1)
                .put('u', body.remaining())
                .put('u', serial)
                .put('u', 0);
        field(out, 1, 'o', path);
        field(out, 2, 's', interfaceName);
        field(out, 3, 's', member);
        field(out, 4, 's', error);
        field(out, 5, 'u', answers == 0 ? "" : answers);
        field(out, 8, 'g', signature);
        out.length(FIXED - 4, out.position() - FIXED);
        return out.align(8).append(body).written();
    }

    private static void field(Writer out, int code, char type, Object value) {
        if (!value.equals("")) {
            out.align(8).put('y', (byte) code).variant(type, value);
        }
    }

    static Message read(InputStream in) throws IOException {
        byte[] start = readAll(in, FIXED);
        ByteBuffer fixed = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
        long bodyLength = Integer.toUnsignedLong(fixed.getInt(4));
        long fieldsLength = Integer.toUnsignedLong(fixed.getInt(12));
        long padded = fieldsLength + 7 & ~7;
        if (start[0] != 'l' || start[3] != 1) {
            throw SystemdException.malformed("no message begins like this");
        }
        if (padded + bodyLength > LARGEST) {
            throw SystemdException.malformed("a message of " + (padded + bodyLength) + " bytes");
        }
        ByteBuffer whole = ByteBuffer.allocate(FIXED + (int) (padded + bodyLength))
                .put(start)
                .put(readAll(in, (int) (padded + bodyLength)));
        Map<Byte, Object> fields = fields(whole.slice(0, FIXED + (int) fieldsLength));
        return new Message(
                Type.of(start[1]),
                fixed.getInt(8),
                fields.get((byte) 5) instanceof Integer answers ? answers : 0,
                text(fields, 1),
                text(fields, 2),
                text(fields, 3),
                text(fields, 4),
                text(fields, 8),
                whole.slice(FIXED + (int) padded, (int) bodyLength));
    }

    private static Map<Byte, Object> fields(ByteBuffer head) throws SystemdException {
        Map<Byte, Object> fields = new HashMap<>();
        Reader reader = new Reader(head.position(FIXED));
        while (reader.position() < head.limit()) {
            reader.align(8);
            fields.put((Byte) reader.value("y"), reader.value("v"));
        }
        return fields;
    }

    private static String text(Map<Byte, Object> fields, int code) {
        return fields.get((byte) code) instanceof String text ? text : "";
    }

    private static byte[] readAll(InputStream in, int length) throws IOException {
        byte[] read = in.readNBytes(length);
        if (read.length < length) {
            throw new SystemdException(SystemdException.Kind.LOST, "systemd has closed the connection");
        }
        return read;
    }

    List<Object> values() throws SystemdException {
        List<Object> values = new ArrayList<>();
        Reader reader = new Reader(body);
        for (int at = 0; at < signature.length(); ) {
            int end = Reader.end(signature, at);
            values.add(reader.value(signature.substring(at, end)));
            at = end;
        }
        return values;
    }

    String text(int index) throws SystemdException {
        List<Object> values = values();
        if (index < values.size() && values.get(index) instanceof String text) {
            return text;
        }
        throw SystemdException.malformed("no text where one belongs, but " + signature);
    }
}
