/// The durable part of the state, and the event logs, on disk.
@NullMarked
package io.lectio.store;

import org.jspecify.annotations.NullMarked;
