package io.lectio.release;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/// A zip made byte by byte, right or wrong.
@SuppressWarnings("ByteBufferBackingArray") // all are made by allocate
final class ZipBytes {
    static final int WINDOWS = 0;
    static final int UNIX = 3;
    static final int FILE = 0100644;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
    private int count;

    /// What an entry says of itself; each can be made to lie.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(
            byte[] name,
            byte[] localName,
            int madeOn,
            int flags,
            int method,
            byte[] content,
            int size,
            int mode,
            int dos) {
        static Entry of(String name, String content) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            byte[] data = content.getBytes(StandardCharsets.UTF_8);
            return new Entry(bytes, bytes, UNIX, 0, 8, data, data.length, name.endsWith("/") ? 040755 : FILE, 0);
        }

        Entry madeOn(int host) {
            return new Entry(name, localName, host, flags, method, content, size, 0, dos);
        }

        Entry flags(int flags) {
            return new Entry(name, localName, madeOn, flags, method, content, size, mode, dos);
        }

        Entry method(int method) {
            return new Entry(name, localName, madeOn, flags, method, content, size, mode, dos);
        }

        Entry size(int size) {
            return new Entry(name, localName, madeOn, flags, method, content, size, mode, dos);
        }

        Entry mode(int mode) {
            return new Entry(name, localName, madeOn, flags, method, content, size, mode, dos);
        }

        Entry dos(int dos) {
            return new Entry(name, localName, madeOn, flags, method, content, size, mode, dos);
        }

        Entry localName(String local) {
            return new Entry(
                    name, local.getBytes(StandardCharsets.UTF_8), madeOn, flags, method, content, size, mode, dos);
        }

        Entry name(byte[] raw) {
            return new Entry(raw, raw, madeOn, flags, method, content, size, mode, dos);
        }
    }

    ZipBytes file(String name, String content) {
        return add(Entry.of(name, content));
    }

    ZipBytes add(Entry entry) {
        byte[] packed = entry.method() == 8 ? deflate(entry.content()) : entry.content();
        CRC32 crc = new CRC32();
        crc.update(entry.content());
        boolean after = (entry.flags() & 8) != 0;
        int at = out.size();
        ByteBuffer local = little(30).putInt(0x04034b50).putShort((short) 20);
        local.putShort((short) entry.flags()).putShort((short) entry.method()).putInt(0);
        local.putInt(after ? 0 : (int) crc.getValue()).putInt(after ? 0 : packed.length);
        local.putInt(after ? 0 : entry.size())
                .putShort((short) entry.localName().length)
                .putShort((short) 0);
        out.writeBytes(local.array());
        out.writeBytes(entry.localName());
        out.writeBytes(packed);
        if (after) {
            out.writeBytes(little(16)
                    .putInt(0x08074b50)
                    .putInt((int) crc.getValue())
                    .putInt(packed.length)
                    .putInt(entry.size())
                    .array());
        }
        ByteBuffer line = little(46)
                .putInt(0x02014b50)
                .put((byte) 20)
                .put((byte) entry.madeOn())
                .putShort((short) 20);
        line.putShort((short) entry.flags())
                .putShort((short) entry.method())
                .putInt(0)
                .putInt((int) crc.getValue());
        line.putInt(packed.length).putInt(entry.size()).putShort((short) entry.name().length);
        line.putShort((short) 0).putShort((short) 0).putShort((short) 0).putShort((short) 0);
        line.putInt(entry.mode() << 16 | entry.dos()).putInt(at);
        directory.writeBytes(line.array());
        directory.writeBytes(entry.name());
        count++;
        return this;
    }

    /// What no line of the directory tells of.
    ZipBytes raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    byte[] end() {
        int at = out.size();
        out.writeBytes(directory.toByteArray());
        ByteBuffer end =
                little(22).putInt(0x06054b50).putInt(0).putShort((short) count).putShort((short) count);
        out.writeBytes(
                end.putInt(directory.size()).putInt(at).putShort((short) 0).array());
        return out.toByteArray();
    }

    private static ByteBuffer little(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    static byte[] deflate(byte[] content) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(content);
        deflater.finish();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] piece = new byte[8_192];
        while (!deflater.finished()) {
            packed.write(piece, 0, deflater.deflate(piece));
        }
        deflater.end();
        return packed.toByteArray();
    }
}
