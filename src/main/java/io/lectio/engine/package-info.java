/// The loop around the core, the deadlines, and the ports to the world.
@NullMarked
package io.lectio.engine;

import org.jspecify.annotations.NullMarked;
