/// What a host serves, by nginx's configuration and what stands behind it, and the `lectio.yaml` that says so. Pure:
/// the
/// host is asked through [io.lectio.discovery.World].
@NullMarked
package io.lectio.discovery;

import org.jspecify.annotations.NullMarked;
