package io.lectio.release;

import java.util.List;

/// The files that an archive held, in its order. Folders are not told.
public record Unpacked(List<Entry> entries) {
    /// @param path below the folder, with slashes, as in the archive but for a leading `./`
    /// @param bytes its size
    /// @param sha256 64 hexadecimal digits
    public record Entry(String path, long bytes, String sha256) {}

    public Unpacked {
        entries = List.copyOf(entries);
    }
}
