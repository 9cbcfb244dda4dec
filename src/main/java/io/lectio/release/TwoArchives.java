package io.lectio.release;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.function.Supplier;

/// Two archives in one stream: a tar of the two, as `tar -cf - build.tar.gz code.tar.gz` makes it.
public final class TwoArchives implements Entries {
    private static final int PIECE = 32_768;
    private static final String WANTED = "two archives on one standard input are a tar of the two, pages first:"
            + " tar -cf - build.tar.gz code.tar.gz";

    private final Supplier<OutputStream> next;
    private Optional<OutputStream> part = Optional.empty();
    private int parts;

    private TwoArchives(Supplier<OutputStream> next) {
        this.next = next;
    }

    /// @param next where the next one goes; the last is closed only where the tar has ended well: before, it is none
    public static void read(InputStream tar, Supplier<OutputStream> next) throws BadArchive, IOException {
        TwoArchives two = new TwoArchives(next);
        try {
            new TarReader(tar, two).read();
        } catch (EOFException e) {
            throw new BadArchive("the archive is cut off; send it again");
        }
        if (two.parts != 2) {
            throw new BadArchive(WANTED);
        }
        two.end();
    }

    private void end() throws IOException {
        if (part.isPresent()) {
            part.get().close();
        }
    }

    @Override
    public void count() {}

    @Override
    public void entry(byte[] name, boolean isFolder, long size, InputStream data) throws BadArchive, IOException {
        if (isFolder || ++parts > 2) {
            throw Unpacking.refused(name, WANTED);
        }
        end();
        OutputStream out = next.get();
        part = Optional.of(out);
        byte[] piece = new byte[PIECE];
        for (long left = size; left > 0; ) {
            int length = data.read(piece, 0, (int) Math.min(piece.length, left));
            if (length < 0) {
                throw new EOFException();
            }
            out.write(piece, 0, length);
            left -= length;
        }
    }
}
