/// An incident from its first sight to its proof: attempts, limits, and the alerts that tell of it.
@NullMarked
package io.lectio.core.incident;

import org.jspecify.annotations.NullMarked;
