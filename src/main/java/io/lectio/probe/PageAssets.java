package io.lectio.probe;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/// The assets that a page names on its own host. Parsed again only when the page's bytes have changed.
record PageAssets(int pageHash, URI page, List<URI> urls) {
    static final PageAssets NONE = new PageAssets(0, URI.create("none:none"), List.of());
    private static final int MOST = 100;

    PageAssets of(URI from, byte[] html) {
        int hash = Arrays.hashCode(html);
        return hash == pageHash && from.equals(page) ? this : new PageAssets(hash, from, parse(from, html));
    }

    private static List<URI> parse(URI page, byte[] html) {
        Document document = Jsoup.parse(new String(html, StandardCharsets.UTF_8), page.toString());
        Set<URI> found = new LinkedHashSet<>();
        for (Element element : document.select("script[src], img[src]")) {
            resolve(page, element.attr("src")).ifPresent(found::add);
        }
        for (Element link : document.select(
                "link[rel~=(?i)^(stylesheet|icon|shortcut icon|apple-touch-icon|modulepreload|preload|manifest)$]")) {
            resolve(page, link.attr("href")).ifPresent(found::add);
        }
        return found.stream().limit(MOST).toList();
    }

    private static Optional<URI> resolve(URI page, String reference) {
        try {
            URI url = page.resolve(reference.strip());
            boolean same = page.getHost().equals(url.getHost())
                    && !reference.isBlank()
                    && url.getScheme().startsWith("http");
            return same
                    ? Optional.of(new URI(url.getScheme(), url.getAuthority(), url.getPath(), url.getQuery(), null))
                    : Optional.empty();
        } catch (IllegalArgumentException | java.net.URISyntaxException e) {
            return Optional.empty(); // a reference that no browser could follow either
        }
    }
}
