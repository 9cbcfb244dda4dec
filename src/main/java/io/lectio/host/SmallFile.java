package io.lectio.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// What is read of a file that may be anybody's: never a pipe or a device in its place, and not more than is wanted.
public final class SmallFile {
    private SmallFile() {}

    /// Its beginning. Links in its path are followed before it is held.
    ///
    /// @param most bytes
    public static String start(Path file, int most) throws IOException {
        Path real = file.toRealPath();
        try (RegularFile held = RegularFile.hold(real).orElseThrow(() -> new NoSuchFileException(real.toString()));
                InputStream in = Channels.newInputStream(held.read())) {
            return new String(in.readNBytes(most), StandardCharsets.UTF_8);
        }
    }
}
