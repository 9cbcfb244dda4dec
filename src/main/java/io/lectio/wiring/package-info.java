/// Builds the daemon: constructor calls in one place.
@NullMarked
package io.lectio.wiring;

import org.jspecify.annotations.NullMarked;
