package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Archives in a process of its own, with the guard's heap.
@Tag("slow")
class ArchiveMemoryTest {
    private static final int FILES = 99_000;

    @TempDir
    private Path temporary = Path.of("");

    static final class UnpackOnce {
        private UnpackOnce() {}

        static void main(String[] args) throws IOException {
            try (var archive = Files.newInputStream(Path.of(args[0]))) {
                Unpacked unpacked = Archive.unpack(archive, Path.of(args[1]), Bounds.USUAL);
                System.out.println(unpacked.entries().size());
            } catch (BadArchive e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private String unpack(Path archive) throws Exception {
        Path folder = Files.createTempDirectory(temporary.toRealPath(), "new");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx48m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        UnpackOnce.class.getName(),
                        archive.toString(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        Scratch.remove(folder);
        return said.strip();
    }

    private Path archive(Content content) throws IOException {
        Path archive = temporary.resolve("archive");
        try (OutputStream out = new BufferedOutputStream(new GZIPOutputStream(Files.newOutputStream(archive)))) {
            content.write(out);
        }
        return archive;
    }

    private interface Content {
        void write(OutputStream out) throws IOException;
    }

    @Test
    void asManyFilesAsMayBeAreUnpacked() throws Exception {
        Path archive = archive(out -> {
            for (int file = 0; file < FILES; file++) {
                String name = "build/%02d/".formatted(file % 100) + "x".repeat(50) + file;
                out.write(new TarBytes().file(name, "").withoutEnd());
            }
            out.write(new TarBytes().end());
        });
        assertThat(unpack(archive)).isEqualTo(String.valueOf(FILES));
    }

    @Test
    void aBombOfOneFileIsRefused() throws Exception {
        Path archive = archive(out -> {
            out.write(new TarBytes()
                    .header(new byte[] {'x'}, '0', 0644, "%011o\0".formatted(1L << 30))
                    .withoutEnd());
            for (int mega = 0; mega < 100; mega++) {
                out.write(new byte[1 << 20]);
            }
        });
        assertThat(unpack(archive)).contains("times as large");
    }

    @Test
    void aBombOfNamesIsRefused() throws Exception {
        Path archive = archive(out -> {
            for (int name = 0; name < 4_000; name++) {
                byte[] path = new byte[4_000];
                Arrays.fill(path, (byte) 'n');
                for (int at = 6; at < path.length; at += 200) {
                    path[at] = '/';
                }
                String text = "%05d".formatted(name) + new String(path, StandardCharsets.US_ASCII).substring(5);
                out.write(new TarBytes().pax('x', "path=" + text).file("x", "").withoutEnd());
            }
        });
        assertThat(unpack(archive)).contains("the names are longer than 8388608 bytes in all");
    }
}
