/// One class a remedy: each changes what its remedy names, and nothing else.
@NullMarked
package io.lectio.repair;

import org.jspecify.annotations.NullMarked;
