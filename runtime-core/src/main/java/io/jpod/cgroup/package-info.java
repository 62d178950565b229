/** Control groups, version 2, as files. */
@NullMarked
package io.jpod.cgroup;

import org.jspecify.annotations.NullMarked;
