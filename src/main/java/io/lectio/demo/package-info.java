/// A site of the guard's own, for whoever has none: a built page, its web server, an application, their supervisor.
@NullMarked
package io.lectio.demo;

import org.jspecify.annotations.NullMarked;
