/** A container as data: {@code Spec} and {@code Facts} become a {@code Plan} of steps, and a plan becomes a {@code Program} of raw system calls. Pure: no I/O, and neither {@code linux} nor {@code java.io}. */
@NullMarked
package io.jpod.plan;

import org.jspecify.annotations.NullMarked;
