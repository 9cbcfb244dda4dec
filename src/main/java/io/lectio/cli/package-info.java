/// One class a command: parse, ask, print.
@NullMarked
package io.lectio.cli;

import org.jspecify.annotations.NullMarked;
