package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceptionTest {
    @TempDir
    private Path folder = Path.of("");

    private Reception reception = Reception.ofPages(new Places(Path.of(""), Path.of("")), ReleaseSite.PRIVATES);
    private ReleaseSite site;

    @BeforeEach
    void layOut() throws IOException {
        site = ReleaseSite.in(folder);
        reception = Reception.ofPages(site.places(), ReleaseSite.PRIVATES);
    }

    private Reception.Received take(byte[] archive) throws BadArchive, IOException {
        return reception.take("r1", new ByteArrayInputStream(archive));
    }

    private Map<String, String> stored() throws IOException {
        return ReleaseSite.hashes(site.places().incoming("r1").resolve("files"));
    }

    private void assertNothingIsLeft() {
        assertThat(site.places().incoming("r1").getParent()).isEmptyDirectory();
    }

    private static byte[] below(String top) {
        SampleBuild build = new SampleBuild();
        ReleaseSite.build(1)
                .files()
                .forEach((path, bytes) ->
                        build.with(top + path, new String(bytes, java.nio.charset.StandardCharsets.UTF_8)));
        return build.tar();
    }

    @Test
    void aBuildInOneFolderIsTheBuild() throws Exception {
        Reception.Received plain = take(ReleaseSite.build(1).tar());
        assertThat(stored()).hasSize(3).containsKey("index.html");
        for (String top : new String[] {"build/", "files/", "./dist/", "index.html.d/", "Сборка 1/"}) {
            reception.discard("r1");
            assertThat(take(below(top))).as(top).isEqualTo(plain);
            assertThat(stored()).as(top).hasSize(3).containsKey("index.html");
        }
        reception.discard("r1");
        assertThat(take(TarBytes.gzip(below("build/")))).isEqualTo(plain);
        assertThat(plain.files()).isEqualTo(3);
    }

    @Test
    void whatIsNoBuildLeavesNothing() {
        assertThatThrownBy(() -> take(new TarBytes().file("a.txt", "a").end()))
                .isInstanceOf(BadArchive.class)
                .hasMessageContaining("no index.html at its top");
        assertNothingIsLeft();
        assertThatThrownBy(() -> take(new TarBytes().file("a/b/index.html", "a").end()))
                .hasMessageContaining("no index.html at its top");
        assertNothingIsLeft();
        assertThatThrownBy(() -> take(new TarBytes()
                        .file("a/index.html", "a")
                        .file("b/index.html", "b")
                        .end()))
                .hasMessageContaining("no index.html at its top");
        assertNothingIsLeft();
    }

    @Test
    void aTruncatedStreamLeavesNothing() {
        byte[] whole = ReleaseSite.build(1).tar();
        byte[] packed = TarBytes.gzip(whole);
        for (int length = 0; length < whole.length - 1_024; length += 333) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> take(cut)).isInstanceOfAny(BadArchive.class, IOException.class);
            assertNothingIsLeft();
        }
        for (int length = 0; length < packed.length; length += 17) {
            byte[] cut = Arrays.copyOf(packed, length);
            assertThatThrownBy(() -> take(cut)).isInstanceOfAny(BadArchive.class, IOException.class);
            assertNothingIsLeft();
        }
    }

    @Test
    void aConnectionThatBreaksLeavesNothing() {
        byte[] begin = Arrays.copyOf(ReleaseSite.build(1).tar(), 700);
        InputStream breaking = new java.io.SequenceInputStream(new ByteArrayInputStream(begin), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }

            @Override
            public int read(byte[] bytes, int from, int count) throws IOException {
                return read();
            }
        });
        assertThatThrownBy(() -> reception.take("r1", breaking)).isInstanceOf(IOException.class);
        assertNothingIsLeft();
    }

    @Test
    void whatAReceptionThatWasKilledLeftIsInNobodysWay() throws Exception {
        site.places().prepare();
        Path left = Files.createDirectories(site.places().incoming("r1.part").resolve("files/static"));
        Files.writeString(left.resolve("fixed.js"), "old");
        take(ReleaseSite.build(1).tar());
        assertThat(stored()).hasSize(3);
    }

    @Test
    void itsOwnReleaseFileIsNotOfTheContent() throws Exception {
        Reception.Received plain = take(ReleaseSite.build(1).tar());
        reception.discard("r1");
        assertThat(take(ReleaseSite.build(1).with(Places.ID_FILE, "r9").tar())).isEqualTo(plain);
    }

    @Test
    void aNameThatIsTakenGetsANumber() throws Exception {
        assertThat(reception.free("r1")).isEqualTo("r1");
        take(ReleaseSite.build(1).tar());
        assertThat(reception.free("r1")).isEqualTo("r1-2");
        site.staging().keep("r1", java.util.Optional.empty());
        assertThat(reception.free("r1")).isEqualTo("r1-2");
    }

    @Test
    void aDiskThatIsNearlyFullIsToldAndNothingIsLeft() throws Exception {
        Path store = Files.createDirectories(folder.toRealPath().resolve(".lectio"));
        Files.setPosixFilePermissions(store, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
        assumeTrue(
                new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=300k,mode=700", "none", store.toString())
                                .start()
                                .waitFor()
                        == 0,
                "needs to mount");
        try {
            byte[] large =
                    ReleaseSite.build(1).with("large.txt", "x".repeat(150_000)).tar();
            assertThatThrownBy(() -> take(large)).isInstanceOfAny(BadArchive.class, IOException.class);
            assertNothingIsLeft();
            take(ReleaseSite.build(1).tar());
            assertThatThrownBy(() -> site.staging().keep("r1", java.util.Optional.empty()))
                    .hasMessageContaining("is on another mount");
        } finally {
            new ProcessBuilder("umount", store.toString()).start().waitFor();
        }
    }
}
