package io.lectio.release;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A folder as a tar stream, in the order of its names: regular files and folders, with no times, owners or modes.
/// It is read by descriptors, so that nobody who may write in it leads the reader out of it.
public final class TarWriter {
    private static final int BLOCK = 512;
    private static final int PIECE = 32_768;
    private static final int NAME = 100;
    private static final int CHECKSUM_AT = 148;
    private static final long LARGEST = (1L << 33) - 1;

    private final OutputStream out;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE);

    private TarWriter(OutputStream out) {
        this.out = out;
    }

    /// @param out is not closed
    /// @throws BadArchive where the folder holds what no release may
    /// @throws IOException also where a file changes while it is read: what was written is no whole tar then
    public static void write(Path folder, OutputStream out) throws BadArchive, IOException {
        TarWriter writer = new TarWriter(out);
        try (DirectoryStream<Path> names = Files.newDirectoryStream(folder)) {
            writer.folder(secure(names), "");
        }
        out.write(new byte[2 * BLOCK]);
        out.flush();
    }

    private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> names) throws IOException {
        if (names instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        throw new IOException("this system reads no folders by descriptors");
    }

    private void folder(SecureDirectoryStream<Path> folder, String path) throws BadArchive, IOException {
        List<Path> names = new ArrayList<>();
        folder.forEach(each -> names.add(each.getFileName()));
        names.sort(null);
        for (Path name : names) {
            String inside = path + name;
            if (!Path.of(name.toString()).equals(name)) {
                throw refused(inside, "the name is not UTF-8; rename it");
            }
            BasicFileAttributes attributes = folder.getFileAttributeView(
                            name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes();
            if (attributes.isDirectory()) {
                header(inside + "/", '5', 0);
                try (SecureDirectoryStream<Path> inner = folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                    folder(inner, inside + "/");
                }
            } else if (attributes.isRegularFile()) {
                file(folder, name, inside, attributes.size());
            } else if (attributes.isSymbolicLink()) {
                throw refused(inside, "it is a link; put the file itself there");
            } else {
                throw refused(inside, "it is neither a file nor a folder; remove it");
            }
        }
    }

    private void file(SecureDirectoryStream<Path> folder, Path name, String path, long size)
            throws BadArchive, IOException {
        try (SeekableByteChannel file =
                folder.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            header(path, '0', size);
            long left = size;
            while (file.read(piece.clear()) >= 0) {
                left -= piece.position();
                if (left < 0) {
                    break;
                }
                out.write(piece.array(), 0, piece.position());
            }
            if (left != 0) {
                throw new IOException(path + " changed while it was read; try again when the build is done");
            }
            pad(size);
        }
    }

    private void pad(long size) throws IOException {
        out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
    }

    private void header(String path, char type, long size) throws BadArchive, IOException {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (size > LARGEST) {
            throw refused(path, "it is larger than 8 GiB; leave it out");
        }
        if (name.length > NAME) {
            byte[] record = record(path);
            block("pax".getBytes(StandardCharsets.US_ASCII), 'x', record.length);
            out.write(record);
            pad(record.length);
        }
        block(name, type, size);
    }

    /// The length counts its own digits.
    private static byte[] record(String path) {
        byte[] rest = (" path=" + path + "\n").getBytes(StandardCharsets.UTF_8);
        int length = rest.length + String.valueOf(rest.length).length();
        length = rest.length + String.valueOf(length).length();
        byte[] record = new byte[length];
        byte[] digits = String.valueOf(length).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, record, 0, digits.length);
        System.arraycopy(rest, 0, record, digits.length, rest.length);
        return record;
    }

    private void block(byte[] name, char type, long size) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        block.put(name, 0, Math.min(name.length, NAME));
        put(block, NAME, type == '5' ? "0000755\0" : "0000644\0");
        put(block, 108, "0000000\0" + "0000000\0" + "%011o\0".formatted(size) + "00000000000\0" + "        " + type);
        put(block, 257, "ustar\0" + "00");
        int sum = 0;
        for (byte each : block.array()) {
            sum += each & 0xff;
        }
        put(block, CHECKSUM_AT, "%06o\0 ".formatted(sum));
        out.write(block.array());
    }

    private static void put(ByteBuffer block, int at, String text) {
        block.put(at, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static BadArchive refused(String path, String why) {
        return Unpacking.refused(path.getBytes(StandardCharsets.UTF_8), why);
    }
}
