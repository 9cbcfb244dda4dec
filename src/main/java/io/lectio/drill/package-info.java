/// Breaks a guarded site on purpose, measures how it heals, and puts all back.
@NullMarked
package io.lectio.drill;

import org.jspecify.annotations.NullMarked;
