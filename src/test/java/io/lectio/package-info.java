/// Tests.
@NullMarked
package io.lectio;

import org.jspecify.annotations.NullMarked;
