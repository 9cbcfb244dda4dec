package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarWriterTest {
    @TempDir
    private Path temporary = Path.of("");

    private Path site = Path.of("");

    @BeforeEach
    void makeTheSite() throws IOException {
        site = Files.createDirectories(temporary.toRealPath().resolve("site"));
        Files.createDirectories(site.resolve("static/empty"));
        Files.writeString(site.resolve("index.html"), "<html></html>");
        Files.writeString(site.resolve("static/main.js"), "let it = 1");
    }

    private byte[] written() throws BadArchive, IOException {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        TarWriter.write(site, tar);
        return tar.toByteArray();
    }

    private Path unpacked(byte[] tar) throws BadArchive, IOException {
        Path folder = Files.createTempDirectory(temporary.toRealPath(), "new");
        Archive.unpack(new ByteArrayInputStream(tar), folder, Bounds.USUAL);
        return folder;
    }

    @Test
    void whatItWritesIsUnpackedAgain() throws Exception {
        String deep = "папка-с-длинным-именем-страницы/".repeat(12) + "ё".repeat(99);
        Files.createDirectories(site.resolve(deep).getParent());
        Files.write(site.resolve(deep), new byte[100_000]);
        Path folder = unpacked(written());
        assertThat(folder.resolve("index.html")).hasContent("<html></html>");
        assertThat(folder.resolve("static/main.js")).hasContent("let it = 1");
        assertThat(folder.resolve("static/empty")).isEmptyDirectory();
        assertThat(folder.resolve(deep)).hasBinaryContent(new byte[100_000]);
    }

    @Test
    void namesOfEachLengthArriveAsTheyWere() throws Exception {
        for (int length = 90; length <= 255; length++) {
            Files.createFile(site.resolve("n".repeat(length)));
        }
        try (var names = Files.list(unpacked(written()))) {
            assertThat(names).hasSize(166 + 2);
        }
    }

    @Test
    void gnuTarReadsIt() throws Exception {
        Path tar = Files.write(temporary.resolve("it.tar"), written());
        Process process = new ProcessBuilder("tar", "-tf", tar.toString())
                .redirectErrorStream(true)
                .start();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor()).isZero();
        assertThat(lines).containsExactly("index.html", "static/", "static/empty/", "static/main.js");
    }

    @Test
    void aFolderReachedByALinkIsWrittenALinkInsideIsNot() throws Exception {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), site);
        TarWriter.write(link, OutputStream.nullOutputStream());
        Files.createSymbolicLink(site.resolve("static/same.js"), Path.of("main.js"));
        assertThatThrownBy(this::written)
                .isInstanceOf(BadArchive.class)
                .hasMessage("refused: static/same.js: it is a link; put the file itself there");
    }

    @Test
    void aFifoIsRefusedAndNotOpened() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", site.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThatThrownBy(this::written).isInstanceOf(BadArchive.class).hasMessageContaining("pipe: it is neither");
    }

    @Test
    void aFileThatChangesItsLengthIsAnError() throws Exception {
        Path file = Files.write(site.resolve("large"), new byte[1 << 20]);
        for (int length : List.of(10, 2 << 20)) {
            Files.write(file, new byte[1 << 20]);
            OutputStream changing = new OutputStream() {
                @Override
                public void write(int one) {}

                @Override
                public void write(byte[] bytes, int from, int count) throws IOException {
                    if (count > 20_000) { // it is being read
                        Files.write(file, new byte[length], StandardOpenOption.TRUNCATE_EXISTING);
                    }
                }
            };
            assertThatThrownBy(() -> TarWriter.write(site, changing))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("large changed while it was read");
        }
    }

    @Test
    void aFolderThatCannotBeReadIsAnError() throws Exception {
        Files.setPosixFilePermissions(site, PosixFilePermissions.fromString("---------"));
        try {
            if (!Files.isReadable(site)) {
                assertThatThrownBy(this::written).isInstanceOf(IOException.class);
            }
        } finally {
            Files.setPosixFilePermissions(site, PosixFilePermissions.fromString("rwx------"));
        }
    }
}
