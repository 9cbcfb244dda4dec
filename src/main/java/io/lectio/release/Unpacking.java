package io.lectio.release;

import io.lectio.host.Names;
import io.lectio.host.NewFolder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// Judges each entry by its name and by what came before, and only then makes it.
///
/// Names that are alike but for case or composition are one on the computer that made the archive: then its build is
/// not what it seems. All names are remembered as keyed hashes of 64 bits, so that memory is bounded by their number.
final class Unpacking implements Entries {
    private static final int DEEPEST = 64;
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_PATH = 4_096;
    private static final int SHOWN = 120;
    private static final int PIECE = 32_768;
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:/.*", Pattern.DOTALL);
    private static final long FILE = 0;
    private static final long PARENT = 1;
    private static final long FOLDER = 2;
    private static final long KIND = 3;

    private final NewFolder into;
    private final Bounds bounds;
    private final byte[] key = new byte[16];
    private final MessageDigest sha256 = digest();
    private final byte[] piece = new byte[PIECE];
    private final List<Unpacked.Entry> files = new ArrayList<>();
    /// From the hash of a folded path to that of the path itself, whose last two bits say what it is.
    private final Map<Long, Long> seen = new HashMap<>();

    private int entries;
    private long nameBytes;
    private long bytes;

    Unpacking(NewFolder into, Bounds bounds) {
        this.into = into;
        this.bounds = bounds;
        new SecureRandom().nextBytes(key);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each Java has SHA-256", e);
        }
    }

    Unpacked unpacked() {
        return new Unpacked(files);
    }

    @Override
    public void count() throws BadArchive, InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("stopped while unpacking");
        }
        if (++entries > bounds.entries()) {
            throw new BadArchive("the archive has more than " + bounds.entries()
                    + " entries; leave out what visitors do not need (node_modules, .git)");
        }
    }

    static BadArchive refused(byte[] name, String why) {
        String shown = Names.show(name);
        return new BadArchive(
                "refused: " + (shown.length() > SHOWN ? shown.substring(0, SHOWN) + "…" : shown) + ": " + why);
    }

    @Override
    public void entry(byte[] name, boolean isFolder, long size, InputStream data) throws BadArchive, IOException {
        List<String> path = judge(name);
        if (isFolder && size != 0) {
            throw refused(name, "a folder with content; make the archive anew");
        }
        if (path.isEmpty()) {
            if (!isFolder) {
                throw refused(name, "a file without a name; make the archive anew");
            }
            return;
        }
        remember(name, path, isFolder ? FOLDER : FILE);
        if (!isFolder) {
            write(name, String.join("/", path), size, data);
        }
    }

    private List<String> judge(byte[] name) throws BadArchive {
        nameBytes += name.length;
        if (nameBytes > bounds.nameBytes()) {
            throw refused(name, "the names are longer than " + bounds.nameBytes() + " bytes in all; leave files out");
        }
        String path = decode(name);
        if (path.isEmpty() || name.length > LONGEST_PATH) {
            throw refused(name, "the name is empty or longer than " + LONGEST_PATH + " bytes; rename it");
        } else if (path.codePoints().anyMatch(Character::isISOControl)) {
            throw refused(name, "the name has a control character; rename the file");
        } else if (path.indexOf('\\') >= 0) {
            throw refused(name, "the name has a backslash; rename the file, or make the archive with tar -czf");
        } else if (path.charAt(0) == '/' || DRIVE.matcher(path).matches()) {
            throw refused(name, "an absolute name; make the archive inside the folder: tar -czf ../site.tar.gz .");
        }
        String inside = path.startsWith("./") ? path.substring(2) : path.equals(".") ? "" : path;
        if (inside.isEmpty()) {
            return List.of();
        }
        List<String> parts =
                List.of((inside.endsWith("/") ? inside.substring(0, inside.length() - 1) : inside).split("/", -1));
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw refused(
                        name, "the name leads by “" + part + "”; make the archive inside the folder, with plain names");
            } else if (part.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
                throw refused(name, "a part of the name is longer than " + LONGEST_NAME + " bytes; rename it");
            }
        }
        if (parts.size() > DEEPEST) {
            throw refused(name, "deeper than " + DEEPEST + " folders; move it up");
        }
        return parts;
    }

    private static String decode(byte[] name) throws BadArchive {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(name))
                    .toString();
        } catch (CharacterCodingException e) {
            throw refused(name, "the name is not UTF-8; rename the file, or make the archive with tar -czf");
        }
    }

    private void remember(byte[] name, List<String> path, long kind) throws BadArchive, IOException {
        long folded = 0;
        long exact = 0;
        for (int depth = 1; depth <= path.size(); depth++) {
            String part = path.get(depth - 1);
            folded = hash(folded, fold(part));
            exact = hash(exact, part);
            long is = depth == path.size() ? kind : PARENT;
            Long before = seen.get(folded);
            if (before == null) {
                if (seen.size() >= bounds.entries()) {
                    throw refused(name, "more than " + bounds.entries() + " files and folders; leave some out");
                }
                if (is != FILE) {
                    into.makeFolder(String.join("/", path.subList(0, depth)));
                }
            } else {
                is = together(name, part, (exact & ~KIND) == (before & ~KIND), is, before & KIND);
            }
            seen.put(folded, (exact & ~KIND) | is);
        }
    }

    /// @return what it is after both
    private static long together(byte[] name, String part, boolean same, long now, long before) throws BadArchive {
        if (!same) {
            throw refused(name, "“" + part + "” is there already in other letters (case, accents); rename one of them");
        } else if (now == before && now != PARENT) {
            throw refused(name, "it is there twice; make the archive anew");
        } else if (now == FILE || before == FILE) {
            throw refused(name, "“" + part + "” is a file and a folder; make the archive anew");
        }
        return Math.max(now, before);
    }

    private static String fold(String part) {
        // upper case first: it is what makes one of ß and ss, of ſ and s
        String folded = Normalizer.normalize(part, Normalizer.Form.NFC)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT);
        return Normalizer.normalize(folded, Normalizer.Form.NFC);
    }

    private long hash(long parent, String part) {
        sha256.update(key);
        sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(0, parent));
        return ByteBuffer.wrap(sha256.digest(part.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    private void write(byte[] name, String path, long size, InputStream data) throws BadArchive, IOException {
        if (size > bounds.bytes() - bytes) {
            throw refused(
                    name, "with it the archive is larger than " + bounds.bytes() + " bytes; leave large files out");
        }
        bytes += size;
        try (FileChannel file = into.create(path)) {
            for (long left = size; left > 0; ) {
                int length = data.read(piece, 0, (int) Math.min(piece.length, left));
                if (length < 0) {
                    throw new EOFException();
                }
                sha256.update(piece, 0, length);
                for (ByteBuffer rest = ByteBuffer.wrap(piece, 0, length); rest.hasRemaining(); ) {
                    file.write(rest);
                }
                left -= length;
            }
        }
        files.add(new Unpacked.Entry(path, size, HexFormat.of().formatHex(sha256.digest())));
    }
}
