package io.jpod.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.oci.Mount;
import io.jpod.oci.Namespace;
import io.jpod.oci.NamespaceType;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecTemplate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostPathsTest {
    private static final Spec SPEC = SpecTemplate.rootful();

    private static Mount absolute(String type, String source, String... options) {
        List<Mount> mounts = new ArrayList<>(SPEC.mounts());
        mounts.add(new Mount("/mnt", type, source, List.of(options), List.of(), List.of()));
        return HostPaths.absolute(SPEC.with(s -> s.mounts = mounts), Path.of("/bundle"))
                .mounts()
                .getLast();
    }

    @Test
    void aSpecWithoutRelativePathsStaysTheObjectThatItIs() {
        assertThat(HostPaths.absolute(SPEC, Path.of("/bundle"))).isSameAs(SPEC);
    }

    @Test
    void sourcesOfBindMounts() {
        assertThat(absolute("bind", "data").source()).isEqualTo("/bundle/data");
        assertThat(absolute("none", "../x", "rbind").source()).isEqualTo("/bundle/../x");
        assertThat(absolute("none", "/data", "bind").source()).isEqualTo("/data");
        assertThat(absolute("tmpfs", "tmpfs").source()).isEqualTo("tmpfs");
    }

    @Test
    void directoriesOfOverlay() {
        assertThat(absolute("overlay", "overlay", "lowerdir=a:/b:c\\:d", "upperdir=u", "workdir=/w", "index=off")
                        .options())
                .containsExactly(
                        "lowerdir=/bundle/a:/b:/bundle/c\\:d", "upperdir=/bundle/u", "workdir=/w", "index=off");
        assertThat(absolute("overlay", "overlay", "lowerdir+=a", "datadir+=b").options())
                .containsExactly("lowerdir+=/bundle/a", "datadir+=/bundle/b");
    }

    @Test
    void pathsOfNamespaces() {
        Spec spec = SPEC.with(s ->
                s.linux = s.linux.with(l -> l.namespaces = List.of(new Namespace(NamespaceType.NETWORK, "ns/net"))));
        assertThat(HostPaths.absolute(spec, Path.of("/bundle")).linux().namespaces())
                .extracting(Namespace::path)
                .containsExactly("/bundle/ns/net");
    }
}
