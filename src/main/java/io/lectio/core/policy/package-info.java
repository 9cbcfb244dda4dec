/// What configuration becomes: the site, its checks, thresholds, remedies and limits.
@NullMarked
package io.lectio.core.policy;

import org.jspecify.annotations.NullMarked;
