/**
 * Seccomp profiles compiled to classic BPF. Pure: nothing here makes a system call.
 *
 * <p>{@link io.jpod.seccomp.SeccompCompiler} turns the {@code linux.seccomp} object of a config.json into a
 * {@link io.jpod.seccomp.Filter}; {@link io.jpod.seccomp.DefaultProfile} is the profile of containers that come
 * without one. The order of work: Profile (names checked, rules resolved), then per audit architecture an IntervalMap
 * from system call number to what happens, then BpfAssembler. Uses {@code oci} and {@code abi} only.
 */
@NullMarked
package io.jpod.seccomp;

import org.jspecify.annotations.NullMarked;
