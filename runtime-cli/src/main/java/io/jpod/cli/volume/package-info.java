/** {@code jpod volume}: verbs for volumes. */
@NullMarked
package io.jpod.cli.volume;

import org.jspecify.annotations.NullMarked;
