/** {@code jpod pod}: verbs for pods. */
@NullMarked
package io.jpod.cli.pod;

import org.jspecify.annotations.NullMarked;
