/// The health of all checks becomes one cause with its evidence and its remedy; symptoms hang below it.
@NullMarked
package io.lectio.core.diagnosis;

import org.jspecify.annotations.NullMarked;
