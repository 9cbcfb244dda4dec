package io.lectio.host.systemd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Values of D-Bus's basic types, each at its boundary. Source: D-Bus Specification, "Marshaling".
final class Writer {
    private ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

    /// @param value a Byte, Boolean, Integer, Long, Double or String, as the type demands
    Writer put(char type, Object value) {
        align(Reader.boundary(type));
        switch (type) {
            case 'y' -> room(1).put((Byte) value);
            case 'b' -> room(4).putInt((Boolean) value ? 1 : 0);
            case 'i', 'u' -> room(4).putInt((Integer) value);
            case 'x', 't' -> room(8).putLong((Long) value);
            case 'd' -> room(8).putDouble((Double) value);
            case 's', 'o' -> {
                byte[] text = ((String) value).getBytes(StandardCharsets.UTF_8);
                room(5 + text.length).putInt(text.length).put(text).put((byte) 0);
            }
            case 'g' -> {
                byte[] text = ((String) value).getBytes(StandardCharsets.US_ASCII);
                room(2 + text.length).put((byte) text.length).put(text).put((byte) 0);
            }
            default -> throw new IllegalArgumentException("type " + type);
        }
        return this;
    }

    Writer variant(char type, Object value) {
        return put('g', String.valueOf(type)).put(type, value);
    }

    Writer align(int boundary) {
        while (bytes.position() % boundary != 0) {
            room(1).put((byte) 0);
        }
        return this;
    }

    Writer append(ByteBuffer more) {
        room(more.remaining()).put(more.duplicate());
        return this;
    }

    /// Sets a length that was not known when it was written.
    void length(int at, int value) {
        bytes.putInt(at, value);
    }

    int position() {
        return bytes.position();
    }

    ByteBuffer written() {
        return bytes.duplicate().flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer room(int needed) {
        if (bytes.remaining() < needed) {
            bytes = ByteBuffer.allocate(2 * bytes.capacity() + needed)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(bytes.flip());
        }
        return bytes;
    }
}
