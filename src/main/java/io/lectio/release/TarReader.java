package io.lectio.release;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A tar of files and folders: ustar, pax, GNU's long names. What two readers may read in two ways is refused.
///
/// Sources: POSIX.1-2024, pax, "Extended Header" and "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
final class TarReader {
    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final int MODE_AT = 100;
    private static final int SIZE_AT = 124;
    private static final int CHECKSUM_AT = 148;
    private static final int TYPE_AT = 156;
    private static final int MAGIC_AT = 257;
    private static final int PREFIX_AT = 345;
    private static final int PREFIX = 155;
    private static final int SET_ID = 06000;
    private static final int LONGEST_HEADER = 65_536;
    /// What GNU tar fills its last record with at most, by its largest usual blocking factor.
    private static final int MOST_PADDING = 1 << 20;
    private static final byte[] WHOLE_ARCHIVE = "the archive's header".getBytes(StandardCharsets.US_ASCII);

    private final InputStream in;
    private final Entries entries;
    private final byte[] block = new byte[BLOCK];
    private Map<String, byte[]> pax = Map.of();
    private byte @Nullable [] longName;

    TarReader(InputStream in, Entries entries) {
        this.in = in;
        this.entries = entries;
    }

    static boolean isHeader(byte[] head) {
        return head.length == BLOCK && new String(head, MAGIC_AT, 5, StandardCharsets.ISO_8859_1).equals("ustar");
    }

    void read() throws BadArchive, IOException {
        while (true) {
            nextBlock();
            if (isZero(block, BLOCK)) {
                end();
                return;
            }
            entries.count();
            one();
        }
    }

    private void nextBlock() throws IOException {
        if (in.readNBytes(block, 0, BLOCK) < BLOCK) {
            throw new EOFException();
        }
    }

    private void end() throws BadArchive, IOException {
        nextBlock();
        boolean padding = isZero(block, BLOCK) && pax.isEmpty() && longName == null;
        int sum = 0;
        for (int got = in.read(block); got >= 0 && padding; got = in.read(block)) {
            sum += got;
            padding = isZero(block, got) && sum <= MOST_PADDING;
        }
        if (!padding) {
            throw new BadArchive("the tar goes on after its end; make it anew with tar -czf");
        }
    }

    private static boolean isZero(byte[] bytes, int length) {
        for (int at = 0; at < length; at++) {
            if (bytes[at] != 0) {
                return false;
            }
        }
        return true;
    }

    private void one() throws BadArchive, IOException {
        byte[] name = name();
        if (!isHeader(block) || checksum() != octal(name, CHECKSUM_AT, 8)) {
            throw Unpacking.refused(name, "its header is damaged; make the archive anew with tar -czf");
        }
        long size = octal(name, SIZE_AT, 12);
        char type = (char) (block[TYPE_AT] & 0xff);
        switch (type) {
            case 'x' -> {
                onlyOne(name, pax.isEmpty());
                pax = PaxRecords.read(name, content(name, size));
            }
            case 'g' -> {
                Map<String, byte[]> all = PaxRecords.read(name, content(name, size));
                if (all.containsKey("path") || all.containsKey("size")) {
                    throw Unpacking.refused(WHOLE_ARCHIVE, "one name for all; make it anew with tar -czf");
                }
            }
            case 'L' -> {
                onlyOne(name, longName == null);
                byte[] content = content(name, size);
                longName = content.length > 0 && content[content.length - 1] == 0
                        ? Arrays.copyOf(content, content.length - 1)
                        : content;
            }
            default -> entry(type, size);
        }
    }

    private static void onlyOne(byte[] name, boolean first) throws BadArchive {
        if (!first) {
            throw Unpacking.refused(name, "two headers for one entry; make the archive anew with tar -czf");
        }
    }

    private void entry(char type, long inHeader) throws BadArchive, IOException {
        byte[] name = pax.getOrDefault("path", longName == null ? name() : longName);
        byte[] written = pax.get("size");
        pax = Map.of();
        longName = null;
        long size = written == null ? inHeader : PaxRecords.decimal(name, written);
        boolean isFile = type == '0' || type == 0;
        if (!isFile && type != '5') {
            throw Unpacking.refused(name, kind(type));
        } else if ((octal(name, MODE_AT, 8) & SET_ID) != 0) {
            throw Unpacking.refused(name, "it has set-id bits; remove them: chmod -R u-s,g-s .");
        }
        // in archives older than ustar's type for folders, and still in some, the slash says it
        boolean isFolder = !isFile || (name.length > 0 && name[name.length - 1] == '/');
        entries.entry(name, isFolder, size, in);
        in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
    }

    private static String kind(char type) {
        String what = switch (type) {
            case '1' -> "a hard link; make the archive with tar --hard-dereference -czf";
            case '2', 'K' -> "a link; put the file itself there, or make the archive with tar -hczf";
            case '3', '4' -> "a device; leave it out";
            case '6' -> "a FIFO; leave it out";
            case 'S' -> "a sparse file; make the archive without --sparse";
            default -> "an entry of unknown kind " + (int) type + "; make the archive anew with tar -czf";
        };
        return "it is " + what;
    }

    private byte[] name() {
        byte[] name = field(0, NAME);
        boolean ustar = block[MAGIC_AT + 5] == 0; // GNU's own format has times where ustar has the name's beginning
        byte[] prefix = ustar ? field(PREFIX_AT, PREFIX) : new byte[0];
        if (prefix.length == 0) {
            return name;
        }
        byte[] whole = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
        whole[prefix.length] = '/';
        System.arraycopy(name, 0, whole, prefix.length + 1, name.length);
        return whole;
    }

    private byte[] field(int from, int length) {
        int end = from;
        while (end < from + length && block[end] != 0) {
            end++;
        }
        return Arrays.copyOfRange(block, from, end);
    }

    private long checksum() {
        long sum = 0;
        for (int at = 0; at < BLOCK; at++) {
            sum += at >= CHECKSUM_AT && at < CHECKSUM_AT + 8 ? ' ' : block[at] & 0xff;
        }
        return sum;
    }

    private long octal(byte[] name, int from, int length) throws BadArchive {
        String digits = new String(block, from, length, StandardCharsets.ISO_8859_1);
        if (digits.charAt(0) >= 0x80) {
            throw Unpacking.refused(name, "it is larger than 8 GiB; leave it out");
        }
        int end = digits.indexOf(0);
        digits = (end < 0 ? digits : digits.substring(0, end)).strip();
        if (!digits.matches("[0-7]*")) {
            throw Unpacking.refused(name, "its header is damaged; make the archive anew with tar -czf");
        }
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    private byte[] content(byte[] name, long size) throws BadArchive, IOException {
        if (size > LONGEST_HEADER) {
            throw Unpacking.refused(
                    name, "its name or attributes are too long; make the archive with tar --format=ustar");
        }
        byte[] content = in.readNBytes((int) size);
        if (content.length < size) {
            throw new EOFException();
        }
        in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        return content;
    }
}
