package io.jpod.net;

import io.jpod.linux.Ip;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a pod wants to be attached.
 *
 * @param names by which other pods find it, beside its own
 * @param ip its IPv4 address, or null for a free one
 * @param ip6 the same for IPv6
 * @param mac such as 02:00:00:00:00:01, or null for one made from the address
 */
public record AttachRequest(
        String pod,
        List<String> names,
        @Nullable Ip ip,
        @Nullable Ip ip6,
        @Nullable String mac,
        List<PortMapping> ports) {

    /** With everything left to jpod. */
    public static AttachRequest of(String pod) {
        return new AttachRequest(pod, List.of(), null, null, null, List.of());
    }
}
