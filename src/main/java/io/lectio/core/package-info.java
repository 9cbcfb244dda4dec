/// The pure heart: [io.lectio.core.Guard#decide] turns state, event and time into the next state and the actions due.
/// Nothing here waits, reads a clock, logs, or imports anything but the JDK's value types.
@NullMarked
package io.lectio.core;

import org.jspecify.annotations.NullMarked;
