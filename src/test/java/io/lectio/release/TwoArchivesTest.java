package io.lectio.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TwoArchivesTest {
    private final List<String> parts = new ArrayList<>();

    /// What is not closed is none.
    private final class Part extends ByteArrayOutputStream {
        @Override
        public void close() {
            parts.add(toString(java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    private void read(byte[] tar) throws BadArchive, IOException {
        TwoArchives.read(new ByteArrayInputStream(tar), Part::new);
    }

    @Test
    void eachIsHandedOnInItsOrder() throws Exception {
        String large = "x".repeat(100_000);
        read(new TarBytes().file("стр", large).file("code", "").end());
        assertThat(parts).containsExactly(large, "");
    }

    @Test
    void whatIsCutOffAnywhereEndsNoSecondPart() throws Exception {
        byte[] whole = new TarBytes().file("pages", "p").file("code", "c").end();
        for (int length = 0; length < 5 * 512; length++) {
            parts.clear();
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(cut)).as("%d bytes", length).isInstanceOf(BadArchive.class);
            assertThat(parts).hasSizeLessThan(2);
        }
    }

    @Test
    void oneOrThreeOrAFolderAreRefused() {
        for (TarBytes tar : List.of(
                new TarBytes().file("pages", "p"),
                new TarBytes().file("pages", "p").file("code", "c").file("more", "m"),
                new TarBytes().folder("pages/").file("code", "c"))) {
            parts.clear();
            assertThatThrownBy(() -> read(tar.end()))
                    .isInstanceOf(BadArchive.class)
                    .hasMessageContaining("tar -cf - build.tar.gz code.tar.gz");
            assertThat(parts).hasSizeLessThan(2);
        }
    }
}
