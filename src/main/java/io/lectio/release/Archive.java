package io.lectio.release;

import io.lectio.host.NewFolder;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipException;

/// Unpacks a tar, a tar.gz or a zip, told by its first bytes, in one pass over a stream.
public final class Archive {
    private static final int HEAD = 512;

    private Archive() {}

    /// Files get mode 0600, folders 0700. Nothing is synced, and nothing deleted: after an exception the folder holds
    /// a part, which is the caller's to remove.
    ///
    /// @param archive is read to its end, where it is not refused before, and not closed
    /// @param folder empty, absolute, without a link on the way, of this user, written by nobody else
    /// @throws BadArchive where the archive is refused
    /// @throws IOException where it could not be read or written
    public static Unpacked unpack(InputStream archive, Path folder, Bounds bounds) throws BadArchive, IOException {
        byte[] head = archive.readNBytes(HEAD);
        InputStream whole = new SequenceInputStream(new ByteArrayInputStream(head), archive);
        try (NewFolder into = NewFolder.of(folder)) {
            Unpacking unpacking = new Unpacking(into, bounds);
            if (startsWith(head, 'P', 'K')) {
                ZipReader.read(whole, into, unpacking, bounds);
            } else if (startsWith(head, 0x1f, 0x8b)) {
                try (Gunzip tar = new Gunzip(whole, bounds)) {
                    new TarReader(tar, unpacking).read();
                }
            } else if (TarReader.isHeader(head)) {
                new TarReader(whole, unpacking).read();
            } else {
                throw new BadArchive("this is no archive that can be unpacked here" + madeBy(head)
                        + "; make it with tar -czf, or as a zip");
            }
            return unpacking.unpacked();
        } catch (EOFException e) {
            throw new BadArchive("the archive is cut off; send it again");
        } catch (ZipException e) {
            throw new BadArchive("the archive is damaged (" + e.getMessage() + "); make it anew and send it again");
        }
    }

    private static String madeBy(byte[] head) {
        if (head.length == 0) {
            return ": it is empty";
        } else if (startsWith(head, 0xfd, '7', 'z')) {
            return ": xz";
        } else if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) {
            return ": zstd";
        } else if (startsWith(head, 'B', 'Z', 'h')) {
            return ": bzip2";
        } else if (startsWith(head, '7', 'z')) {
            return ": 7z";
        }
        return startsWith(head, 'R', 'a', 'r', '!') ? ": rar" : "";
    }

    private static boolean startsWith(byte[] head, int... start) {
        byte[] wanted = new byte[start.length];
        for (int at = 0; at < start.length; at++) {
            wanted[at] = (byte) start[at];
        }
        return head.length >= wanted.length && Arrays.equals(head, 0, wanted.length, wanted, 0, wanted.length);
    }
}
