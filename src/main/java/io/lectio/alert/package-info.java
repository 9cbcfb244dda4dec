/// Telling people: the texts, and the channels that carry them.
@NullMarked
package io.lectio.alert;

import org.jspecify.annotations.NullMarked;
