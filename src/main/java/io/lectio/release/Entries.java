package io.lectio.release;

import java.io.IOException;
import java.io.InputStream;

/// What is done with the entries of an archive.
interface Entries {
    /// One more header.
    void count() throws BadArchive, IOException;

    /// @param data is read by as many bytes as the file has, and no more
    void entry(byte[] name, boolean isFolder, long size, InputStream data) throws BadArchive, IOException;
}
