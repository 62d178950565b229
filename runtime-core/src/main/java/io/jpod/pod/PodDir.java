package io.jpod.pod;

import io.jpod.container.RecordDir;
import io.jpod.oci.NamespaceType;
import io.jpod.plan.PodPlanner;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A pod's directory, {@code ROOT/pods/NAME}.
 *
 * <pre>
 *   pod.json     {@link StoredPod}
 *   ns/TYPE      pinned namespaces, for setns(2) and nsenter(1)
 *   shm          the tmpfs that is everybody's /dev/shm
 *   hosts, hostname, resolv.conf
 *   volumes/     directories that live as long as the pod
 * </pre>
 */
record PodDir(RecordDir dir) {
    private static final String RECORD = "pod.json";

    static PodDir at(Path pods, String name) {
        return new PodDir(new RecordDir(pods.resolve(name)));
    }

    Path path() {
        return dir.path();
    }

    String namespace(NamespaceType type) {
        return PodPlanner.pin(path().toString(), type);
    }

    Path shm() {
        return path().resolve("shm");
    }

    Path volumes() {
        return path().resolve("volumes");
    }

    String volume(String name) {
        return PodPlanner.volume(path().toString(), name);
    }

    void write(StoredPod pod) {
        dir.write(RECORD, pod.toJson());
    }

    /** All of it, the record last: what is cut off can be done again. */
    void delete() {
        dir.delete(RECORD);
    }

    /** Empty if creation did not get so far: then it has left nothing else either. */
    Optional<StoredPod> read() {
        return dir.read(RECORD)
                .map(bytes -> StoredPod.read(bytes, path().resolve(RECORD).toString()));
    }
}
