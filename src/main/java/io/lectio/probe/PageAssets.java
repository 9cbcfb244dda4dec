package io.lectio.probe;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/// The assets that a page names on its own host. Parsed again only when the page's bytes have changed.
///
/// @param pages those of `urls` that may be pages themselves, such as a frame's
/// @param named how many there are; `urls` has at most [#MOST] of them
record PageAssets(int pageHash, URI page, List<URI> urls, Set<URI> pages, int named) {
    static final int MOST = 1_000;
    static final PageAssets NONE = new PageAssets(0, URI.create("none:none"), List.of(), Set.of(), 0);

    private static final String RESOLVED = "lectio-resolved";
    private static final List<Source> SOURCES = List.of(
            new Source(
                    "script[src], img[src], source[src], video[src], audio[src], track[src], input[type=image][src]",
                    "src"),
            new Source("video[poster]", "poster"),
            new Source(
                    "link[rel~=(?i)(^|\\s)(stylesheet|icon|apple-touch-icon|modulepreload|preload|manifest)(\\s|$)]",
                    "href"));
    private static final List<Source> PAGES = List.of(
            new Source("iframe[src], embed[src]", "src"),
            new Source("object[data]", "data"),
            new Source("link[rel~=(?i)(^|\\s)prefetch(\\s|$)]", "href"));
    private static final Pattern STYLE_URL =
            Pattern.compile("(?i)url\\(\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\"'()\\s]*))\\s*\\)");

    /// Elements, and the attribute of theirs that holds an address.
    private record Source(String elements, String attribute) {
        void collect(URI page, Document document, Set<URI> into) {
            for (Element element : document.select(elements)) {
                resolve(page, element, element.attr(attribute)).ifPresent(into::add);
            }
        }
    }

    static Set<String> marks(byte[] html) {
        return Jsoup.parse(new String(html, StandardCharsets.UTF_8)).select("body > [id]").stream()
                .map(Element::id)
                .collect(Collectors.toSet());
    }

    PageAssets of(URI from, byte[] html) {
        int hash = Arrays.hashCode(html);
        return hash == pageHash && from.equals(page) ? this : parse(hash, from, html);
    }

    private static PageAssets parse(int hash, URI page, byte[] html) {
        Document document = Jsoup.parse(new String(html, StandardCharsets.UTF_8), page.toString());
        Set<URI> found = new LinkedHashSet<>();
        SOURCES.forEach(source -> source.collect(page, document, found));
        for (String attribute : List.of("srcset", "imagesrcset")) {
            for (Element element : document.select("img[srcset], source[srcset], link[imagesrcset]")) {
                for (String reference : SrcSet.urls(element.attr(attribute))) {
                    resolve(page, element, reference).ifPresent(found::add);
                }
            }
        }
        for (Element element : document.select("[style*=url]")) {
            Matcher url = STYLE_URL.matcher(element.attr("style"));
            while (url.find()) {
                String reference = Optional.ofNullable(url.group(1))
                        .or(() -> Optional.ofNullable(url.group(2)))
                        .orElseGet(() -> url.group(3));
                resolve(page, element, reference).ifPresent(found::add);
            }
        }
        Set<URI> pages = new LinkedHashSet<>();
        PAGES.forEach(source -> source.collect(page, document, pages));
        pages.removeAll(found);
        found.addAll(pages);
        return new PageAssets(hash, page, found.stream().limit(MOST).toList(), Set.copyOf(pages), found.size());
    }

    private static Optional<URI> resolve(URI page, Element element, String written) {
        String reference = written.strip();
        if (reference.isEmpty() || reference.startsWith("#")) {
            return Optional.empty();
        }
        try {
            String absolute = element.attr(RESOLVED, reference).absUrl(RESOLVED);
            URI url = new URI(absolute.replaceFirst("#.*", "").replace(" ", "%20"));
            boolean same = String.valueOf(page.getHost()).equalsIgnoreCase(url.getHost())
                    && url.getPort() <= 65_535
                    && url.getScheme().matches("(?i)https?");
            return same ? Optional.of(url) : Optional.empty();
        } catch (java.net.URISyntaxException e) {
            return Optional.empty(); // a reference that no browser could follow either
        }
    }
}
