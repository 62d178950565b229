/** Runs programs: on a throw-away Java thread, or in the container's own process through jpod-init. */
@NullMarked
package io.jpod.exec;

import org.jspecify.annotations.NullMarked;
