package io.lectio.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SrcSetTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a.png | a.png",
                "a.png 1x, b.png 2x | a.png b.png",
                "a.png 640w,b.png 1280w | a.png b.png",
                "a.png, b.png 2x | a.png b.png",
                "'  a.png\t1x ,\n b.png  ' | a.png b.png",
                "',,a.png,, b.png' | a.png b.png",
                "'a.png 1x,' | a.png",
                "data:image/png;base64,AA,BB 1x, b.png 2x | data:image/png;base64,AA,BB b.png",
                "'/r/w=1,h=2/a.png 2x, b.png' | /r/w=1,h=2/a.png b.png",
                "a.png foo(1, 2) 1x, b.png | a.png b.png",
                "a.png foo(1, b.png | a.png",
                "a.png,b.png | a.png,b.png"
            })
    void readsAsTheStandardSays(String srcset, String urls) {
        assertThat(SrcSet.urls(srcset)).isEqualTo(Arrays.asList(urls.split(" ")));
    }

    @Test
    void nothingIsNamedByNothing() {
        assertThat(List.of("", " ", ",", " , ,, "))
                .allMatch(srcset -> SrcSet.urls(srcset).isEmpty());
    }

    @Test
    void endsWithAnyText() {
        for (int seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i > 0; i--) {
                text.append("a1x ,,()\t\n:/".charAt(random.nextInt(12)));
            }
            assertThat(SrcSet.urls(text.toString())).allMatch(url -> !url.isEmpty() && !url.endsWith(","));
        }
    }
}
