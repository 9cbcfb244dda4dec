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
            resolve(page, element, "src").ifPresent(found::add);
        }
        for (Element link : document.select(
                "link[rel~=(?i)(^|\\s)(stylesheet|icon|apple-touch-icon|modulepreload|preload|manifest)(\\s|$)]")) {
            resolve(page, link, "href").ifPresent(found::add);
        }
        return found.stream().limit(MOST).toList();
    }

    private static Optional<URI> resolve(URI page, Element element, String attribute) {
        String reference = element.attr(attribute).strip();
        if (reference.isEmpty() || reference.startsWith("#")) {
            return Optional.empty();
        }
        try {
            URI url = new URI(element.absUrl(attribute).replaceFirst("#.*", "").replace(" ", "%20"));
            boolean same = String.valueOf(page.getHost()).equalsIgnoreCase(url.getHost())
                    && url.getPort() <= 65_535
                    && url.getScheme().matches("(?i)https?");
            return same ? Optional.of(url) : Optional.empty();
        } catch (java.net.URISyntaxException e) {
            return Optional.empty(); // a reference that no browser could follow either
        }
    }
}
