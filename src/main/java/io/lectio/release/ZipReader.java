package io.lectio.release;

import io.lectio.host.NewFolder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/// A zip, read by its directory, which comes last and alone tells links and what it was made on; so it is stored
/// first, in a file without a name. Its entries must fill it without a gap in the directory's order, and each must
/// say of itself what the directory says: what no reader overlooks, no two read differently.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
final class ZipReader {
    private static final int LOCAL = 0x04034b50;
    private static final int DIRECTORY = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int DESCRIPTOR = 0x08074b50;
    private static final int LOCAL_LENGTH = 30;
    private static final int DIRECTORY_LENGTH = 46;
    private static final int END_LENGTH = 22;
    private static final int LONGEST_COMMENT = 65_535;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int ENCRYPTED = 0x2041;
    private static final int DESCRIBED_AFTER = 0x08;
    /// How hard it was compressed, described after, names in UTF-8.
    private static final int KNOWN_FLAGS = 0x0806 | DESCRIBED_AFTER;
    private static final int PIECE = 32_768;

    private final FileChannel zip;
    private final Unpacking unpacking;
    private final Bounds bounds;
    private final Inflater inflater = new Inflater(true);
    private long out;

    /// One line of the directory.
    ///
    /// @param madeOn 0, 10 and 14 are Windows
    /// @param attributes the upper half is Unix's mode, the lower that of DOS
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Line(
            byte[] name,
            int madeOn,
            int flags,
            int method,
            int crc,
            long packed,
            long size,
            long attributes,
            long at,
            int length) {
        boolean isDeflated() {
            return method == DEFLATED;
        }
    }

    private ZipReader(FileChannel zip, Unpacking unpacking, Bounds bounds) {
        this.zip = zip;
        this.unpacking = unpacking;
        this.bounds = bounds;
    }

    static void read(InputStream in, NewFolder into, Unpacking unpacking, Bounds bounds)
            throws BadArchive, IOException {
        try (FileChannel zip = into.createNameless()) {
            byte[] piece = new byte[PIECE];
            for (int got = in.read(piece); got >= 0; got = in.read(piece)) {
                if (zip.position() + got > bounds.bytes()) {
                    throw new BadArchive(
                            "the archive is larger than " + bounds.bytes() + " bytes; leave large files out");
                }
                for (ByteBuffer rest = ByteBuffer.wrap(piece, 0, got); rest.hasRemaining(); ) {
                    zip.write(rest);
                }
            }
            new ZipReader(zip, unpacking, bounds).all();
        }
    }

    private void all() throws BadArchive, IOException {
        try {
            long end = findEnd();
            ByteBuffer last = at(end, END_LENGTH);
            int count = last.getShort(10) & 0xffff;
            long directory = unsigned(last, 16);
            if (count == 0xffff || directory == 0xffff_ffffL) {
                throw new BadArchive("a zip of more than 65,534 entries or 4 GiB; make it with tar -czf");
            }
            if (last.getInt(4) != 0 || last.getShort(8) != last.getShort(10) || directory + unsigned(last, 12) != end) {
                throw new ZipException("its directory is not where it should be");
            }
            long local = 0;
            long line = directory;
            for (int entry = 0; entry < count; entry++) {
                Line one = line(line);
                local = entry(one, local);
                line += one.length();
            }
            if (local != directory || line != end) {
                throw new ZipException("there is more in it than its directory tells");
            }
        } finally {
            inflater.end();
        }
    }

    private long findEnd() throws IOException {
        int length = (int) Math.min(zip.size(), END_LENGTH + LONGEST_COMMENT);
        ByteBuffer tail = at(zip.size() - length, length);
        for (int at = length - END_LENGTH; at >= 0; at--) {
            if (tail.getInt(at) == END && (tail.getShort(at + 20) & 0xffff) == length - END_LENGTH - at) {
                return zip.size() - length + at;
            }
        }
        throw new EOFException();
    }

    private Line line(long at) throws BadArchive, IOException {
        unpacking.count();
        ByteBuffer line = at(at, DIRECTORY_LENGTH);
        if (line.getInt(0) != DIRECTORY) {
            throw new ZipException("its directory is broken");
        }
        int nameLength = line.getShort(28) & 0xffff;
        return new Line(
                at(at + DIRECTORY_LENGTH, nameLength).array(),
                line.get(5),
                line.getShort(8) & 0xffff,
                line.getShort(10) & 0xffff,
                line.getInt(16),
                unsigned(line, 20),
                unsigned(line, 24),
                unsigned(line, 38),
                unsigned(line, 42),
                DIRECTORY_LENGTH + nameLength + (line.getShort(30) & 0xffff) + (line.getShort(32) & 0xffff));
    }

    /// @param at where the entry before ended
    /// @return where this one ends
    private long entry(Line line, long at) throws BadArchive, IOException {
        if ((line.flags() & ENCRYPTED) != 0) {
            throw Unpacking.refused(line.name(), "it is encrypted; make the zip without a password");
        } else if ((line.method() != STORED && !line.isDeflated()) || (line.flags() & ~KNOWN_FLAGS) != 0) {
            throw Unpacking.refused(line.name(), "it is packed by an unusual method; make the zip with Deflate");
        }
        ByteBuffer local = at(at, LOCAL_LENGTH);
        int nameLength = local.getShort(26) & 0xffff;
        boolean after = (line.flags() & DESCRIBED_AFTER) != 0;
        boolean alike = line.at() == at
                && local.getInt(0) == LOCAL
                && (local.getShort(6) & 0xffff & ~KNOWN_FLAGS) == 0
                && ((local.getShort(6) ^ line.flags()) & DESCRIBED_AFTER) == 0
                && (local.getShort(8) & 0xffff) == line.method()
                && (after || says(local, 14, line))
                && at(at + LOCAL_LENGTH, nameLength).equals(ByteBuffer.wrap(line.name()));
        if (!alike || (!line.isDeflated() && line.packed() != line.size())) {
            throw Unpacking.refused(line.name(), "the zip says two things of it; make it anew");
        }
        byte[] name = slashes(line);
        boolean isFolder = name.length > 0 && name[name.length - 1] == '/';
        judgeKind(line, isFolder);
        long start = at + LOCAL_LENGTH + nameLength + (local.getShort(28) & 0xffff);
        out += line.size();
        if (bounds.isBomb(out, zip.size())) {
            throw Unpacking.refused(name, "with it the zip becomes more than " + bounds.ratio() + " times as large");
        }
        content(line, name, isFolder, start);
        long end = start + line.packed();
        return after ? end + descriptor(line, end) : end;
    }

    private void content(Line line, byte[] name, boolean isFolder, long start) throws BadArchive, IOException {
        zip.position(start);
        inflater.reset();
        InputStream packed = Channels.newInputStream(zip);
        CheckedInputStream data = new CheckedInputStream(
                line.isDeflated() ? new InflaterInputStream(packed, inflater, PIECE) : packed, new CRC32());
        unpacking.entry(name, isFolder, line.size(), data);
        // an entry without content is not read by the line above, and may be deflated
        boolean whole = !line.isDeflated() || (data.read() < 0 && inflater.getBytesRead() == line.packed());
        if (!whole || (int) data.getChecksum().getValue() != line.crc()) {
            throw Unpacking.refused(name, "its content is damaged; make the zip anew and send it again");
        }
    }

    /// Windows' own archiver (Compress-Archive of PowerShell 5) separates by backslashes; elsewhere one is a letter.
    private static byte[] slashes(Line line) {
        byte[] name = line.name().clone();
        boolean windows = line.madeOn() == 0 || line.madeOn() == 10 || line.madeOn() == 14;
        for (int at = 0; at < name.length && windows; at++) {
            name[at] = name[at] == '\\' ? (byte) '/' : name[at];
        }
        return name;
    }

    private static void judgeKind(Line line, boolean isFolder) throws BadArchive {
        int mode = (int) (line.attributes() >>> 16);
        int type = mode & 0xf000;
        boolean saysFolder = type == 0x4000 || (line.attributes() & 0x10) != 0;
        boolean reparsePoint = mode == 0 && (line.attributes() & 0x400) != 0;
        if (type == 0xa000 || reparsePoint) {
            throw Unpacking.refused(line.name(), "it is a link; put the file itself there");
        } else if (!List.of(0, 0x4000, 0x8000).contains(type)
                || (saysFolder && !isFolder)
                || (isFolder && type == 0x8000)) {
            throw Unpacking.refused(line.name(), "it is neither a file nor a folder, or says it is both; leave it out");
        } else if ((mode & 06000) != 0) {
            throw Unpacking.refused(line.name(), "it has set-id bits; remove them: chmod -R u-s,g-s .");
        }
    }

    /// @return how long it is: its signature is optional
    private int descriptor(Line line, long at) throws BadArchive, IOException {
        if (at(at, 16).getInt(0) == DESCRIPTOR && says(at(at, 16), 4, line)) {
            return 16;
        } else if (says(at(at, 12), 0, line)) {
            return 12;
        }
        throw Unpacking.refused(line.name(), "the zip says two things of it; make it anew");
    }

    private static boolean says(ByteBuffer from, int at, Line line) {
        return from.getInt(at) == line.crc()
                && unsigned(from, at + 4) == line.packed()
                && unsigned(from, at + 8) == line.size();
    }

    private static long unsigned(ByteBuffer from, int at) {
        return Integer.toUnsignedLong(from.getInt(at));
    }

    private ByteBuffer at(long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (zip.read(bytes, position + bytes.position()) < 0) {
                throw new EOFException();
            }
        }
        return bytes.flip();
    }
}
