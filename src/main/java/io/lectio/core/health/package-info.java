/// Observations become the health of a check: thresholds both ways, and UNKNOWN, which is not FAILED.
@NullMarked
package io.lectio.core.health;

import org.jspecify.annotations.NullMarked;
