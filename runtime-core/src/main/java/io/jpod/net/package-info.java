/**
 * Networks of pods: a bridge of the host, a veth pair for each pod, addresses with leases, NAT and published ports. Definitions
 * outlive a reboot, everything else lies below the state root. Uses {@code linux} (rtnetlink, nft) and {@code oci} (JSON).
 */
@NullMarked
package io.jpod.net;

import org.jspecify.annotations.NullMarked;
