package io.jpod.pod;

import io.jpod.oci.NamespaceType;
import io.jpod.testing.Own;
import java.util.List;
import java.util.Set;

/** Pods for tests: their cgroups lie below one that no other run has, not in the host's common parent of pods. */
public final class OwnPods {
    private OwnPods() {}

    /** As it usually is. */
    public static PodSpec named(String name) {
        return of(name, PodSpec.DEFAULT_SHARE, List.of());
    }

    static PodSpec of(String name, Set<NamespaceType> share, List<PodSpec.EmptyDir> emptyDirs) {
        PodSpec usual = PodSpec.named(name);
        return new PodSpec(
                usual.name(),
                usual.hostname(),
                share,
                usual.host(),
                usual.mapsOwners(),
                Own.CGROUPS,
                usual.resources(),
                usual.shmSize(),
                usual.sysctl(),
                usual.dns(),
                usual.networks(),
                usual.ports(),
                usual.hosts(),
                usual.volumes(),
                emptyDirs,
                usual.labels());
    }
}
