package io.lectio.repair;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/// What a repair changed, before and after, one tab-separated line an entry. A line leaves the process before its
/// change is made; the disk has all of them when the repair ends. The newest 200 journals are kept, of 50 MB together.
final class ChangeJournal implements AutoCloseable {
    private static final int MOST_FILES = 200;
    private static final long MOST_BYTES = 50_000_000;

    private final RepairFiles files;
    private final Path file;
    private final FileChannel channel;
    private final BufferedWriter lines;

    private ChangeJournal(RepairFiles files, RepairFiles.Open open) {
        this.files = files;
        file = open.file();
        channel = open.channel();
        lines = new BufferedWriter(new OutputStreamWriter(Channels.newOutputStream(channel), StandardCharsets.UTF_8));
    }

    static ChangeJournal create(Path folder, String name) throws IOException {
        RepairFiles files = new RepairFiles(folder, MOST_FILES, MOST_BYTES);
        ChangeJournal journal = new ChangeJournal(files, files.create(name, ".tsv"));
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
        try {
            files.dropOldest(file);
        } catch (IOException e) {
            return; // the repair is done and recorded; the next one drops them
        }
    }
}
