/** The kernel's numbers: system calls, flags, errno values, struct bytes, one table per architecture. Pure data; everything may use it. */
@NullMarked
package io.jpod.abi;

import org.jspecify.annotations.NullMarked;
