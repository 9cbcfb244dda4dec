/// The guard is killed, and what it owed is asked for afterwards.
@NullMarked
package io.lectio.crash;

import org.jspecify.annotations.NullMarked;
