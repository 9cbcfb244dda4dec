package io.lectio.release;

import java.net.URI;
import java.util.List;
import java.util.Set;

/// Port: reads a page as a browser would.
public interface PageReader {
    /// @param files the addresses on the page's own host that it names: scripts, styles, images, fonts, manifests
    /// @param marks the ids of the elements directly in its body, such as the one in which an application is shown
    record Page(List<URI> files, Set<String> marks) {}

    Page read(URI from, byte[] html);
}
