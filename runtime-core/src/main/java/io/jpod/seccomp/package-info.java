/** Seccomp profiles compiled to classic BPF. Pure. */
@NullMarked
package io.jpod.seccomp;

import org.jspecify.annotations.NullMarked;
