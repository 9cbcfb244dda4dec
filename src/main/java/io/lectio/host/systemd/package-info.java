/// What systemd says and does, asked at its private socket, in the few parts of D-Bus that this needs.
@NullMarked
package io.lectio.host.systemd;

import org.jspecify.annotations.NullMarked;
