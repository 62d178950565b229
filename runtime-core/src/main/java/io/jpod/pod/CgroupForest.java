package io.jpod.pod;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The cgroups of pods.
 *
 * @param pods one node each
 * @param missing controllers that the host does not give, and why not
 */
public record CgroupForest(List<CgroupNode> pods, Map<String, String> missing) {
    public CgroupForest {
        pods = List.copyOf(pods);
        missing = Collections.unmodifiableMap(new LinkedHashMap<>(missing));
    }
}
