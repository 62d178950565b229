/** What running a container is, for every door: a wish becomes a container, with its monitor, terminal, log and exit code; exec, debug, copies. */
@NullMarked
package io.jpod.engine;

import org.jspecify.annotations.NullMarked;
