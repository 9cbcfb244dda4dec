package io.lectio.release;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/// One gzip member and nothing after it: the JDK's reader passes over what follows.
///
/// Source: RFC 1952.
final class Gunzip extends InflaterInputStream {
    private static final int PIECE = 8_192;
    private static final int DEFLATED = 8;
    private static final int HEADER_CRC = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xe0;
    private static final int LONGEST_TEXT = 65_536;

    private final Bounds bounds;
    private final CRC32 crc = new CRC32();
    private boolean ended;

    Gunzip(InputStream in, Bounds bounds) throws IOException {
        super(in, new Inflater(true), PIECE);
        this.bounds = bounds;
        DataInputStream header = new DataInputStream(in);
        header.skipNBytes(2); // the magic, by which it was told
        int method = header.readUnsignedByte();
        int flags = header.readUnsignedByte();
        if (method != DEFLATED || (flags & RESERVED) != 0) {
            throw new ZipException("not gzip as it is known here");
        }
        header.skipNBytes(6); // time, and on what it was made
        if ((flags & EXTRA) != 0) {
            header.skipNBytes(header.readUnsignedByte() | header.readUnsignedByte() << 8);
        }
        for (int text = Integer.bitCount(flags & (NAME | COMMENT)), length = 0; text > 0; length++) {
            if (header.readUnsignedByte() == 0) {
                text--;
            } else if (length > LONGEST_TEXT) {
                throw new ZipException("a name without an end in its gzip header");
            }
        }
        header.skipNBytes((flags & HEADER_CRC) != 0 ? 2 : 0);
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
        int got = ended ? -1 : super.read(into, at, length);
        if (got >= 0) {
            crc.update(into, at, got);
            if (bounds.isBomb(inf.getBytesWritten(), inf.getBytesRead())) {
                throw new ZipException("it becomes more than " + bounds.ratio() + " times as large, as no site does");
            }
        } else if (!ended) {
            ended = true;
            if (little() != crc.getValue() || little() != (inf.getBytesWritten() & 0xffff_ffffL)) {
                throw new ZipException("its checksum is wrong");
            }
            if (rest() >= 0) {
                throw new ZipException("something follows after its end");
            }
        }
        return got;
    }

    private long little() throws IOException {
        long value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            int next = rest();
            if (next < 0) {
                throw new EOFException();
            }
            value |= (long) next << shift;
        }
        return value;
    }

    /// The next byte after the compressed ones: of those read already, then of the stream.
    private int rest() throws IOException {
        int left = inf.getRemaining();
        if (left == 0) {
            return in.read();
        }
        int next = buf[len - left] & 0xff;
        inf.setInput(buf, len - left + 1, left - 1);
        return next;
    }

    @Override
    public void close() {
        inf.end(); // and not the stream, which is the caller's
    }
}
