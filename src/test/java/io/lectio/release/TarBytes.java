package io.lectio.release;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/// A tar made byte by byte, right or wrong.
final class TarBytes {
    private static final int BLOCK = 512;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    TarBytes file(String name, String content) {
        return entry(name, '0', 0644, content);
    }

    TarBytes folder(String name) {
        return entry(name, '5', 0755, "");
    }

    TarBytes entry(String name, char type, int mode, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return header(name.getBytes(StandardCharsets.UTF_8), type, mode, "%011o\0".formatted(bytes.length))
                .content(bytes);
    }

    TarBytes pax(char type, String... records) {
        StringBuilder content = new StringBuilder();
        for (String record : records) {
            int rest = record.getBytes(StandardCharsets.UTF_8).length + 2;
            int length = rest + String.valueOf(rest).length();
            length = rest + String.valueOf(length).length();
            content.append(length).append(' ').append(record).append('\n');
        }
        return entry("pax", type, 0644, content.toString());
    }

    TarBytes header(byte[] name, char type, int mode, String size) {
        byte[] block = new byte[BLOCK];
        System.arraycopy(name, 0, block, 0, Math.min(name.length, 100));
        put(block, 100, "%07o\0".formatted(mode));
        put(block, 108, "0000000\0" + "0000000\0");
        put(block, 124, size);
        put(block, 136, "00000000000\0        ");
        block[156] = (byte) type;
        put(block, 257, "ustar\0" + "00");
        int sum = 0;
        for (byte each : block) {
            sum += each & 0xff;
        }
        put(block, 148, "%06o\0 ".formatted(sum));
        return raw(block);
    }

    TarBytes content(byte[] bytes) {
        return raw(bytes).raw(new byte[(BLOCK - bytes.length % BLOCK) % BLOCK]);
    }

    TarBytes raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    byte[] end() {
        return raw(new byte[2 * BLOCK]).out.toByteArray();
    }

    byte[] withoutEnd() {
        return out.toByteArray();
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }
}
