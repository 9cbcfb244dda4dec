/// What `lectio doctor` says of a host: points, their verdicts, what mends them, and the arithmetic of a unit. All of
/// it
/// is pure; who looks is in `wiring`.
@NullMarked
package io.lectio.doctor;

import org.jspecify.annotations.NullMarked;
