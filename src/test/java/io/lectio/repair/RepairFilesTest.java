package io.lectio.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepairFilesTest {
    @TempDir
    private Path folder = Path.of("");

    private void put(String name, int bytes, long second) throws IOException {
        Path file = Files.write(folder.resolve(name), new byte[bytes]);
        Files.setLastModifiedTime(file, FileTime.fromMillis(second * 1_000));
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private void dropOldest(String newest, int mostFiles, long mostBytes) throws IOException {
        new RepairFiles(folder, mostFiles, mostBytes).dropOldest(folder.resolve(newest));
    }

    @Test
    void theNewestFilesAreKept() throws IOException {
        for (int second = 1; second <= 9; second++) {
            put("r" + second, 1, 100 - second);
        }
        dropOldest("r1", 3, 1_000);
        assertThat(names()).containsExactly("r1", "r2", "r3");
    }

    @Test
    void whatIsOverTheBytesGoesAndTheOneJustWrittenStays() throws IOException {
        put("oldest", 10, 1);
        put("older", 60, 2);
        put("newest", 40, 3);
        dropOldest("newest", 9, 100);
        assertThat(names()).containsExactly("newest", "older");
        put("huge", 500, 1); // the clock was set back
        dropOldest("huge", 9, 100);
        assertThat(names()).containsExactly("huge");
    }

    @Test
    void aNameThatIsThereIsNeverWrittenInto() throws IOException {
        RepairFiles files = new RepairFiles(folder, 3, 1_000);
        for (String expected : List.of("1-1.tsv", "1-1.2.tsv", "1-1.3.tsv", "1-1.4.tsv")) {
            RepairFiles.Open open = files.create("1-1", ".tsv");
            open.channel().close();
            assertThat(open.file()).isEqualTo(folder.resolve(expected));
        }
        assertThatThrownBy(() -> files.create("1-1", ".tsv")).isInstanceOf(FileAlreadyExistsException.class);
    }

    @Test
    void foldersAreNobodysJournal() throws IOException {
        Files.createDirectory(folder.resolve("kept"));
        put("a", 1, 1);
        dropOldest("a", 1, 1);
        assertThat(names()).containsExactly("a", "kept");
    }

    @Test
    void aJournalOfALostStatesNumberIsAnother() throws IOException {
        for (int i = 0; i < 2; i++) {
            try (ChangeJournal journal = ChangeJournal.create(folder, "1-1")) {
                journal.write(Path.of("/x" + i), "a", "b");
            }
        }
        assertThat(Files.readAllLines(folder.resolve("1-1.tsv"))).hasSize(2).anyMatch(line -> line.startsWith("/x0"));
        assertThat(Files.readAllLines(folder.resolve("1-1.2.tsv"))).hasSize(2).anyMatch(line -> line.startsWith("/x1"));
    }

    @Test
    void twoHundredJournalsAreKept() throws IOException {
        for (int i = 0; i < 205; i++) {
            ChangeJournal.create(folder, i + "-1").close();
        }
        assertThat(names()).hasSize(200).contains("204-1.tsv");
    }
}
