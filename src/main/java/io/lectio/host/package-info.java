/// The only place that calls the kernel, starts a program or speaks to systemd: descriptors, attributes, file events,
/// users, processes.
@NullMarked
package io.lectio.host;

import org.jspecify.annotations.NullMarked;
