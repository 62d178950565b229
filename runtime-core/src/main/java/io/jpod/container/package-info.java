/** Containers: their life, their directory on disk, and how a failed start is undone. */
@NullMarked
package io.jpod.container;

import org.jspecify.annotations.NullMarked;
