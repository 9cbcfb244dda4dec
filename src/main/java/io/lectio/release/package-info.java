/// Releases as they arrive: an archive is judged while it is unpacked, a folder becomes one.
@NullMarked
package io.lectio.release;

import org.jspecify.annotations.NullMarked;
