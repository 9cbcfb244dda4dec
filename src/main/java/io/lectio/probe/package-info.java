/// One class a kind of check: each looks, and never changes anything.
@NullMarked
package io.lectio.probe;

import org.jspecify.annotations.NullMarked;
