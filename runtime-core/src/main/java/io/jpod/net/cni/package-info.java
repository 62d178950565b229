/**
 * Networks of others: plugins of the Container Network Interface, version 1.1 (SPEC.md of containernetworking/cni), which this
 * package starts and knows nothing about.
 */
@NullMarked
package io.jpod.net.cni;

import org.jspecify.annotations.NullMarked;
