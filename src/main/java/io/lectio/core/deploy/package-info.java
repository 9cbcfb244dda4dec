/// Releases of the site's pages, and the deploy that makes one live: stage, examine, switch, gate, and undo where the
/// gate does not open; then the watch.
@NullMarked
package io.lectio.core.deploy;

import org.jspecify.annotations.NullMarked;
