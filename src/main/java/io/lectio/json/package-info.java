/// Records as JSON, for the state on disk and for the control socket.
@NullMarked
package io.lectio.json;

import org.jspecify.annotations.NullMarked;
