/// The only place that calls the kernel: descriptors, attributes, file events, users.
@NullMarked
package io.lectio.host;

import org.jspecify.annotations.NullMarked;
