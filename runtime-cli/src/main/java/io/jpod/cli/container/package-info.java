/** Verbs for a container. */
@NullMarked
package io.jpod.cli.container;

import org.jspecify.annotations.NullMarked;
