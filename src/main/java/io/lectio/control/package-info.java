/// The unix socket by which the commands reach the daemon.
@NullMarked
package io.lectio.control;

import org.jspecify.annotations.NullMarked;
