package io.lectio.core.policy;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// A site of the plan's shape: a built page in a folder, served by a web server that runs as `webUser`.
///
/// @param page the page's address; its host goes into the `Host` header, the connection goes to `server`
/// @param server the address that is asked, by default the loopback: what is watched is this machine's server
/// @param siteRoot the highest folder that a repair may open; canonical when it exists
/// @param webRoot the folder that is served, at or below `siteRoot`
public record Site(URI page, String server, Path siteRoot, Path webRoot, String webUser, PrivatePatterns privates) {
    public Site {
        GuardedPaths.requireGuardable("site root", siteRoot);
        GuardedPaths.requireGuardable("web root", webRoot);
        if (!webRoot.startsWith(siteRoot)) {
            throw new IllegalArgumentException("web root " + webRoot + " is not below the site root " + siteRoot);
        }
    }

    /// Whether others reach a page by a name of its own, and not by this machine's or a number.
    public static boolean hasPublicName(URI page) {
        String host = page.getHost();
        return host.contains(".") && !host.matches("[\\d.]+|\\[.*") && !host.endsWith(".localhost");
    }

    /// The address under which the web server serves a file of the web root. Empty for a name that is only shown,
    /// with escapes in place of what cannot be: its true bytes are not in it.
    public Optional<URI> urlOf(Path file) {
        String relative = webRoot.relativize(file).toString();
        try {
            return relative.contains("\\")
                    ? Optional.empty()
                    : Optional.of(page.resolve(new URI(null, null, "/" + relative, null).toASCIIString()));
        } catch (java.net.URISyntaxException e) {
            return Optional.empty();
        }
    }
}
