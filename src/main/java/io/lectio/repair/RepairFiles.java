package io.lectio.repair;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A folder with one file a repair. A repair never writes into another's file, though its number may have been used
/// before, where the state was lost; and the folder stays small, whoever makes the guard repair for ever.
///
/// @param mostBytes what all files may have together; the newest stays, even if it has more by itself
record RepairFiles(Path folder, int mostFiles, long mostBytes) {
    /// A file that somebody writes.
    record Open(Path file, FileChannel channel) {}

    private record Kept(Path file, long bytes, long written) {}

    /// A new file of this name, or of this name and a number where there is one already; closed to others.
    Open create(String name, String suffix) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        for (int number = 1; ; number++) {
            Path file = folder.resolve(name + (number == 1 ? "" : "." + number) + suffix);
            try {
                FileChannel channel = FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                return new Open(file, channel);
            } catch (FileAlreadyExistsException e) {
                if (number > mostFiles) {
                    throw e; // more than are ever kept: somebody else makes files here
                }
            }
        }
    }

    /// Keeps the newest files.
    ///
    /// @param newest the one that was just written, which stays in any case
    void dropOldest(Path newest) throws IOException {
        List<Kept> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                BasicFileAttributes attributes =
                        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (attributes.isRegularFile()) {
                    boolean last = file.equals(newest);
                    all.add(new Kept(
                            file,
                            attributes.size(),
                            last
                                    ? Long.MAX_VALUE
                                    : attributes.lastModifiedTime().toMillis()));
                }
            }
        }
        all.sort(Comparator.comparingLong(Kept::written).reversed());
        long bytes = 0;
        for (int i = 0; i < all.size(); i++) {
            bytes += all.get(i).bytes();
            if (i > 0 && (i >= mostFiles || bytes > mostBytes)) {
                Files.deleteIfExists(all.get(i).file());
            }
        }
    }
}
