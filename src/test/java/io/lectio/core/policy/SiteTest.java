package io.lectio.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SiteTest {
    private static final Path WEB = Path.of("/srv/site/build");
    private static final Site SITE = new Site(
            URI.create("http://localhost/"),
            "127.0.0.1",
            Path.of("/srv/site"),
            WEB,
            "www-data",
            new PrivatePatterns(List.of()));

    @Test
    void aFileHasTheAddressThatItIsServedUnder() {
        assertThat(SITE.urlOf(WEB.resolve("a b/кот#1.png")))
                .contains(URI.create("http://localhost/a%20b/%D0%BA%D0%BE%D1%82%231.png"));
    }

    @Test
    void aNameThatIsShownWithEscapesHasNone() {
        assertThat(SITE.urlOf(WEB.resolve("a\\x5cb.js"))).isEmpty();
        assertThat(SITE.urlOf(WEB.resolve("a\\xff.js"))).isEmpty();
    }
}
