/**
 * Pods: groups of containers that share namespaces, a cgroup and files. A pod is made like a container, from a plan; its
 * containers are OCI containers whose specs name what the pod has made.
 *
 * <p>Uses container, net, exec, cgroup, plan, linux, oci and abi.
 */
@NullMarked
package io.jpod.pod;

import org.jspecify.annotations.NullMarked;
