package io.lectio.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which addresses a page's HTML names, as a browser would resolve them.
class PageAssetsTest {
    private static final URI PAGE = URI.create("https://site.test/shop/page?id=1");

    private static PageAssets assets(URI page, String html) {
        return PageAssets.NONE.of(page, html.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> urls(String html) {
        return assets(PAGE, html).urls().stream().map(URI::toString).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "a.js, https://site.test/shop/a.js",
        "./a.js, https://site.test/shop/a.js",
        "../a.js, https://site.test/a.js",
        "/a.js, https://site.test/a.js",
        "//site.test/a.js, https://site.test/a.js",
        "https://site.test/a.js, https://site.test/a.js",
        "http://site.test:8080/a.js, http://site.test:8080/a.js",
        "/a.js?v=1, https://site.test/a.js?v=1",
        "/sprite.svg#icon, https://site.test/sprite.svg",
        "'  /a.js ', https://site.test/a.js",
        "/a%20b.js, https://site.test/a%20b.js",
        "/100%25.js, https://site.test/100%25.js"
    })
    void resolvesAsABrowserDoes(String reference, String url) {
        assertThat(urls("<script src=\"" + reference + "\"></script>")).containsExactly(url);
    }

    @ParameterizedTest
    @CsvSource({
        "/a%2Fb.js, https://site.test/a%2Fb.js",
        "/image?url=%2Fhero.jpg%3Fx%3D1%26y&w=640, https://site.test/image?url=%2Fhero.jpg%3Fx%3D1%26y&w=640",
        "/a.js?v=1%2B2, https://site.test/a.js?v=1%2B2"
    })
    void leavesEncodedDelimitersAsTheyAre(String reference, String url) {
        assertThat(urls("<img src=\"" + reference + "\">")).containsExactly(url);
    }

    @Test
    void asksForANameWithASpaceAsABrowserDoes() {
        assertThat(urls("<img src=\"/my photo.png\">")).containsExactly("https://site.test/my%20photo.png");
    }

    @Test
    void knowsItsHostInAnyCase() {
        assertThat(urls("<img src='HTTPS://Site.Test/a.png'>")).hasSize(1);
    }

    @Test
    void startsFromTheBaseThatThePageNames() {
        assertThat(urls("<head><base href='/static/'></head><body><img src='a.png'>"))
                .containsExactly("https://site.test/static/a.png");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "data:image/png;base64,AAAA",
                "mailto:owner@site.test",
                "javascript:void(0)",
                "blob:https://site.test/1",
                "about:blank",
                "ftp://site.test/a.png",
                "https://other.test/a.png",
                "//cdn.test/a.png",
                "https://www.site.test/a.png",
                "https://site.test.evil.test/a.png",
                "http://[",
                "http://",
                "//",
                "{{ image }}",
                "%zz",
                "https://site.test:port/a.png"
            })
    void leavesOutWhatIsNotOfThisHostOrNoAddress(String reference) {
        assertThat(urls("<img src=\"" + reference + "\">")).isEmpty();
    }

    @Test
    void aReferenceToThePageItselfIsNoAsset() {
        assertThat(urls("<img src='#'>")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stylesheet",
                "icon",
                "ICON",
                "shortcut icon",
                "apple-touch-icon",
                "modulepreload",
                "preload",
                "manifest",
                "prefetch",
                "preload stylesheet",
                "stylesheet preload",
                "icon shortcut"
            })
    void knowsALinkThatIsLoaded(String relation) {
        assertThat(urls("<link rel=\"" + relation + "\" href=\"/a\">")).containsExactly("https://site.test/a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "canonical",
                "next",
                "prev",
                "author",
                "license",
                "dns-prefetch",
                "preconnect",
                "alternate",
                "help",
                "search"
            })
    void leavesOutALinkThatIsNotLoaded(String relation) {
        assertThat(urls("<link rel=\"" + relation + "\" href=\"/a\">")).isEmpty();
    }

    @Test
    void leavesOutWhatIsNoAsset() {
        assertThat(urls("""
                <a href="/about">about</a><form action="/send"></form><input type=text src="/no.png">
                <script>var src = "/inline.js"</script><!-- <img src="/comment.png"> --><img alt="none"><link rel="icon">
                """)).isEmpty();
    }

    @Test
    void readsBrokenHtmlAsBrowsersDo() {
        assertThat(urls("<IMG SRC=/a.png><script src='/b.js'>")).contains("https://site.test/a.png");
        assertThat(urls("<img src='/a.png'<p><<img src=\"/b.png\">")).isNotEmpty();
        assertThat(urls("")).isEmpty();
        assertThat(urls("\0\1\2<<<>>>")).isEmpty();
    }

    @Test
    void namesEachOnceInTheirOrderAndAtMostAThousand() {
        StringBuilder html = new StringBuilder();
        for (int i = 0; i < 2_500; i++) {
            html.append("<img src='/").append(i / 2).append(".png'>");
        }
        assertThat(urls(html.toString()))
                .hasSize(1_000)
                .startsWith("https://site.test/0.png", "https://site.test/1.png")
                .endsWith("https://site.test/999.png");
        assertThat(assets(PAGE, html.toString()).named()).isEqualTo(1_250);
    }

    @Test
    void isReadAgainOnlyForOtherBytesOrAnotherAddress() {
        PageAssets first = assets(PAGE, "<img src='a.png'>");
        byte[] same = "<img src='a.png'>".getBytes(StandardCharsets.UTF_8);
        assertThat(first.of(PAGE, same)).isSameAs(first);
        assertThat(first.of(URI.create("https://site.test/"), same).urls())
                .containsExactly(URI.create("https://site.test/a.png"));
        assertThat(first.of(PAGE, "<img src='b.png'>".getBytes(StandardCharsets.UTF_8))
                        .urls())
                .containsExactly(URI.create("https://site.test/shop/b.png"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<picture><source srcset='/a 1x'></picture>",
                "<img srcset='/a 640w'>",
                "<video src='/a'></video>",
                "<video poster='/a'></video>",
                "<video><source src='/a'></video>",
                "<video><track src='/a'></video>",
                "<audio src='/a'></audio>",
                "<iframe src='/a'></iframe>",
                "<object data='/a'></object>",
                "<embed src='/a'>",
                "<input type=image src='/a'>",
                "<INPUT TYPE=IMAGE SRC='/a'>",
                "<link rel=prefetch href='/a'>",
                "<link rel=preload as=image imagesrcset='/a 2x'>",
                "<div style='background: url(/a)'></div>",
                "<div style='background: URL( \"/a\" ) no-repeat'></div>",
                "<div style=\"background: url('/a')\"></div>",
                "<div style='background: url(data:image/png;base64,AA), url(/a)'></div>"
            })
    void knowsEveryKindOfAsset(String html) {
        assertThat(urls(html)).containsExactly("https://site.test/a");
    }

    @Test
    void everySizeOfAPictureIsAnAsset() {
        assertThat(urls("<img src='/1.png' srcset='data:image/gif;base64,A,B 1x, /2.png 2x, /w=3,h=4/3.png 3x'>"))
                .containsExactly(
                        "https://site.test/1.png", "https://site.test/2.png", "https://site.test/w=3,h=4/3.png");
    }
}
