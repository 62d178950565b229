/** Verbs for the host: what it can do, and what was left on it. */
@NullMarked
package io.jpod.cli.host;

import org.jspecify.annotations.NullMarked;
