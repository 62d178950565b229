/** The one door to the kernel, and what is read through it. Only this package touches FFM or JNR-FFI. */
@NullMarked
package io.jpod.linux;

import org.jspecify.annotations.NullMarked;
