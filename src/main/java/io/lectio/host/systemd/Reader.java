package io.lectio.host.systemd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Values as D-Bus marshals them. Basic values, structs and arrays of bytes are kept; other arrays are passed over by
/// their signature and cost no memory, unless they are asked for. Source: D-Bus Specification, "Marshaling".
final class Reader {
    /// Stands for a container that was passed over.
    static final Object PASSED_OVER = new Object();

    private static final int DEEPEST = 64;

    private final ByteBuffer bytes;
    private final boolean arrays;

    /// @param bytes from a message's first byte, or from its body's, since boundaries are counted from there
    Reader(ByteBuffer bytes) {
        this(bytes, false);
    }

    /// @param arrays whether they are kept, too, as lists
    Reader(ByteBuffer bytes, boolean arrays) {
        this.arrays = arrays;
        this.bytes = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    static int boundary(char type) {
        return switch (type) {
            case 'n', 'q' -> 2;
            case 'b', 'i', 'u', 'h', 's', 'o', 'a' -> 4;
            case 'x', 't', 'd', '(', '{' -> 8;
            default -> 1;
        };
    }

    int position() {
        return bytes.position();
    }

    Object value(String type) throws SystemdException {
        return value(type, 0);
    }

    private Object value(String type, int depth) throws SystemdException {
        if (depth > DEEPEST) {
            throw SystemdException.malformed("nested too deep");
        }
        align(boundary(type.charAt(0)));
        return switch (type.charAt(0)) {
            case 'y' -> take(1).get();
            case 'b' -> take(4).getInt() != 0;
            case 'n', 'q' -> take(2).getShort();
            case 'i', 'u', 'h' -> take(4).getInt();
            case 'x', 't' -> take(8).getLong();
            case 'd' -> take(8).getDouble();
            case 's', 'o' -> text(take(4).getInt());
            case 'g' -> signature();
            case 'v' -> value(one(signature()), depth + 1);
            case 'a' -> array(type, depth);
            case '(', '{' -> {
                List<Object> members = new ArrayList<>();
                for (int at = 1; at < type.length() - 1; ) {
                    int end = end(type, at);
                    members.add(value(type.substring(at, end), depth + 1));
                    at = end;
                }
                yield members;
            }
            default -> throw SystemdException.malformed("type " + type);
        };
    }

    /// Where the complete type ends that begins here.
    static int end(String signature, int from) throws SystemdException {
        int open = 0;
        for (int at = from; at < signature.length(); at++) {
            char type = signature.charAt(at);
            open += type == '(' || type == '{' ? 1 : type == ')' || type == '}' ? -1 : 0;
            if (open == 0 && type != 'a') {
                return at + 1;
            }
        }
        throw SystemdException.malformed("signature " + signature);
    }

    String signature() throws SystemdException {
        return text(Byte.toUnsignedInt(take(1).get()));
    }

    /// Of an `a{sv}`, those that are wanted.
    Map<String, Object> properties(Set<String> wanted) throws SystemdException {
        Map<String, Object> found = new HashMap<>();
        align(4);
        int length = arrayLength('{');
        int end = bytes.position() + length;
        while (bytes.position() < end) {
            align(8);
            String name = (String) value("s");
            Object value = value("v");
            if (wanted.contains(name)) {
                found.put(name, value);
            }
        }
        return found;
    }

    void align(int boundary) throws SystemdException {
        int missing = -bytes.position() & (boundary - 1);
        take(missing).position(bytes.position() + missing);
    }

    private Object array(String type, int depth) throws SystemdException {
        int length = arrayLength(type.length() > 1 ? type.charAt(1) : 0);
        if (type.equals("ay")) {
            byte[] content = new byte[length];
            bytes.get(content);
            return content;
        }
        int end = bytes.position() + length;
        if (!arrays) {
            bytes.position(end);
            return PASSED_OVER;
        }
        List<Object> elements = new ArrayList<>();
        for (int at = -1; at < bytes.position() && bytes.position() < end; ) { // an empty struct would never end
            at = bytes.position();
            elements.add(value(type.substring(1), depth + 1));
        }
        if (bytes.position() != end) {
            throw SystemdException.malformed("an array ends within an element");
        }
        return elements;
    }

    /// Leaves the position at the first element.
    private int arrayLength(char element) throws SystemdException {
        int length = take(4).getInt();
        align(boundary(element));
        take(length);
        return length;
    }

    private static String one(String signature) throws SystemdException {
        if (signature.isEmpty() || end(signature, 0) != signature.length()) {
            throw SystemdException.malformed("signature " + signature);
        }
        return signature;
    }

    private String text(int length) throws SystemdException {
        take(length);
        byte[] text = new byte[length];
        bytes.get(text);
        byte _ = take(1).get(); // the zero that C wants
        return new String(text, StandardCharsets.UTF_8);
    }

    private ByteBuffer take(int needed) throws SystemdException {
        if (needed < 0 || needed > bytes.remaining()) {
            throw SystemdException.malformed("it ends too soon");
        }
        return bytes;
    }
}
