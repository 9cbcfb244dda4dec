package io.lectio.release;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/// The calls by which copies and restores change what lies on a disk, so that a test can have each of them fail.
public interface Disk {
    Disk REAL = new Real();

    /// A new file, which nobody else may read; whatever had its name before is gone.
    OutputStream create(Path file) throws IOException;

    /// Returns when it, or a folder's list of names, would outlast a power cut.
    void sync(Path file) throws IOException;

    /// In one step; what had that name before is gone.
    void move(Path from, Path to) throws IOException;

    void delete(Path file) throws IOException;

    /// A file that has either these lines or those from before, also after a power cut.
    default void write(Path file, List<String> lines) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        try (OutputStream out = create(beside)) {
            out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        sync(beside);
        move(beside, file);
        sync(file.resolveSibling(""));
    }

    /// The calls themselves.
    final class Real implements Disk {
        private Real() {}

        @Override
        public OutputStream create(Path file) throws IOException {
            Files.deleteIfExists(file);
            return Channels.newOutputStream(FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
        }

        @Override
        public void sync(Path file) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void delete(Path file) throws IOException {
            Files.deleteIfExists(file);
        }
    }
}
