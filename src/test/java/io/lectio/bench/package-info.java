/// Benchmarks: each prints one table, and puts it into docs/benchmarks.md when asked to.
@NullMarked
package io.lectio.bench;

import org.jspecify.annotations.NullMarked;
