/// A real Debian booted in namespaces with the plan's site on it, the faults put into it, what its visitors see, and
/// a Bot API server with Telegram's rules.
@NullMarked
package io.lectio.testhost;

import org.jspecify.annotations.NullMarked;
