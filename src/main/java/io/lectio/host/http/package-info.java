/// A small HTTP/1.1 client with hard deadlines and bounded answers.
@NullMarked
package io.lectio.host.http;

import org.jspecify.annotations.NullMarked;
