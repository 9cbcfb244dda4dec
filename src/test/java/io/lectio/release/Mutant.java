package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// What holds of an archive of any bytes: it is unpacked or refused, and nothing is outside or any other than plain.
final class Mutant {
    static final Bounds BOUNDS = new Bounds(50, 10_000, 1 << 20, 200);

    private Mutant() {}

    /// Archives from which others are made.
    static List<byte[]> seeds() {
        byte[] tar = new TarBytes()
                .pax('g', "comment=1")
                .folder("./a/")
                .pax('x', "path=a/long", "mtime=1.5")
                .file("x", "content")
                .entry("././@LongLink", 'L', 0, "a/" + "l".repeat(120) + "\0")
                .file("y", "more")
                .end();
        byte[] zip = new ZipBytes()
                .file("a/b", "content")
                .add(ZipBytes.Entry.of("c", "more content").flags(8))
                .add(ZipBytes.Entry.of("d\\e", "stored").madeOn(0).method(0))
                .end();
        return List.of(tar, TarBytes.gzip(tar), zip);
    }

    /// Corrects the checksums of a tar's headers, or nothing of it would ever be read.
    static byte[] withChecksums(byte[] tar) {
        byte[] right = tar.clone();
        for (int block = 0; block + 512 <= right.length; block += 512) {
            if (new String(right, block + 257, 5, StandardCharsets.ISO_8859_1).equals("ustar")) {
                Arrays.fill(right, block + 148, block + 156, (byte) ' ');
                int sum = 0;
                for (int at = block; at < block + 512; at++) {
                    sum += right[at] & 0xff;
                }
                byte[] octal = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(octal, 0, right, block + 148, 8);
            }
        }
        return right;
    }

    /// @param parent of this test alone
    /// @return whether it was unpacked
    static boolean judge(byte[] archive, Path parent) {
        Path folder = parent.resolve("new");
        try {
            Files.createDirectory(folder);
            boolean unpacked = unpack(archive, folder);
            try (Stream<Path> all = Files.list(parent)) {
                assertThat(all).containsExactly(folder);
            }
            try (Stream<Path> all = Files.walk(folder)) {
                assertThat(all)
                        .allMatch(each -> Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)
                                || Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS));
            }
            Scratch.remove(folder);
            return unpacked;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean unpack(byte[] archive, Path folder) throws IOException {
        try {
            Unpacked unpacked = Archive.unpack(new ByteArrayInputStream(archive), folder, BOUNDS);
            for (Unpacked.Entry entry : unpacked.entries()) {
                assertThat(folder.resolve(entry.path())).hasSize(entry.bytes());
            }
            return true;
        } catch (BadArchive refused) {
            assertThat(refused.getMessage()).isNotBlank().doesNotContain("\n", "\0");
            return false;
        }
    }
}
