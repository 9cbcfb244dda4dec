/// The core under a clock of its own, in a world that can be made to fail.
@NullMarked
package io.lectio.sim;

import org.jspecify.annotations.NullMarked;
