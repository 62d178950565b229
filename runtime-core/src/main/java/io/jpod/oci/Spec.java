package io.jpod.oci;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A container configuration (config.json) as the OCI runtime-spec 1.3 defines it, with every field that concerns Linux.
 *
 * <p>Component names are the JSON names. Two of those are Java keywords: {@code ioPriority.class} is {@link
 * Process.IoPriority#ioClass} and {@code execCPUAffinity.final} is {@link Process.ExecCpuAffinity#finalCpus}. Lists and maps
 * are never null, unmodifiable, and keep the order of the file. A component that may be null was absent (null and, for optional
 * strings, "" count as absent: writers in Go leave both behind). The properties solaris, windows, zos and freebsd are
 * not represented, and vm is refused: jpod starts no virtual machines.
 *
 * <p>The records check nothing; {@link SpecReader} does.
 *
 * @param ociVersion the runtime-spec version that the bundle complies with, SemVer 2.0.0
 * @param process what to run; create needs none, start does
 * @param root the root file system
 * @param linux an empty record when absent
 */
public record Spec(
        String ociVersion,
        @Nullable Process process,
        @Nullable Root root,
        @Nullable String hostname,
        @Nullable String domainname,
        List<Mount> mounts,
        Hooks hooks,
        Map<String, String> annotations,
        Linux linux) {

    public Spec {
        mounts = List.copyOf(mounts);
        annotations = ordered(annotations);
    }

    /** In the order of the file. */
    static <K, V> Map<K, V> ordered(Map<K, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    /** The same with changes. */
    public Spec with(Consumer<Draft> changes) {
        Draft draft = new Draft();
        changes.accept(draft);
        return draft.finished();
    }

    /** The components, to be changed. */
    public final class Draft {
        public String ociVersion = Spec.this.ociVersion;
        public @Nullable Process process = Spec.this.process;
        public @Nullable Root root = Spec.this.root;
        public @Nullable String hostname = Spec.this.hostname;
        public @Nullable String domainname = Spec.this.domainname;
        public List<Mount> mounts = Spec.this.mounts;
        public Hooks hooks = Spec.this.hooks;
        public Map<String, String> annotations = Spec.this.annotations;
        public Linux linux = Spec.this.linux;

        private Spec finished() {
            return new Spec(ociVersion, process, root, hostname, domainname, mounts, hooks, annotations, linux);
        }
    }
}
