/// `config.env` becomes a policy; every error at once, with file, line and reason.
@NullMarked
package io.lectio.config;

import org.jspecify.annotations.NullMarked;
