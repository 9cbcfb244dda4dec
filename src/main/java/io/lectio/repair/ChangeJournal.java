package io.lectio.repair;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;

/// What a repair changed, before and after, one tab-separated line an entry. A line leaves the process before its
/// change is made; the disk has all of them when the repair ends.
final class ChangeJournal implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final BufferedWriter lines;

    private ChangeJournal(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
        lines = new BufferedWriter(new OutputStreamWriter(Channels.newOutputStream(channel), StandardCharsets.UTF_8));
    }

    static ChangeJournal create(Path folder, String name) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Path file = folder.resolve(name + ".tsv");
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        ChangeJournal journal = new ChangeJournal(file, channel);
        journal.line("# " + Instant.now() + " path, before, after");
        return journal;
    }

    Path file() {
        return file;
    }

    void write(Path path, String before, String after) throws IOException {
        line(path + "\t" + before + "\t" + after);
    }

    private void line(String text) throws IOException {
        lines.write(text);
        lines.newLine();
        lines.flush();
    }

    private void sync() throws IOException {
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        try (lines) {
            if (channel.isOpen()) {
                sync();
            }
        }
    }
}
