package io.jpod.seccomp;

import io.jpod.oci.Seccomp;

/**
 * One comparison of one argument; values are unsigned.
 *
 * @param argument 0 to 5
 * @param value what the argument is compared with; the mask for MASKED_EQ
 * @param valueTwo for MASKED_EQ what the masked argument must equal, its bits outside the mask being cleared first, as
 *     libseccomp does
 */
record Condition(int argument, Seccomp.Operator op, long value, long valueTwo) {}
