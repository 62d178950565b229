package io.jpod.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The templates are runc's but for what is named here. */
class SpecTemplateTest {
    @Test
    void rootful() {
        assertThat(SpecTemplate.rootful()).isEqualTo(asOurs("runc-spec.json", List.of(NamespaceType.CGROUP)));
    }

    @Test
    void rootless() {
        Linux linux = SpecTemplate.rootless(1000, 1001).linux();
        assertThat(linux.uidMappings()).containsExactly(new IdMapping(0, 1000, 1));
        assertThat(linux.gidMappings()).containsExactly(new IdMapping(0, 1001, 1));
        assertThat(SpecTemplate.rootless(0, 0).mounts())
                .isEqualTo(SpecReader.read(Examples.resource("runc-spec-rootless.json"), "config.json")
                        .mounts());
        assertThat(linux.namespace(NamespaceType.NETWORK)).isNull();
        assertThat(linux.namespace(NamespaceType.USER)).isNotNull();
        assertThat(linux.resources()).isNull();
    }

    /** Our name and version, a cgroup namespace (cgroup v2 only), and no ambient capabilities. */
    private static Spec asOurs(String resource, List<NamespaceType> more) {
        Spec runc = SpecReader.read(Examples.resource(resource), resource);
        Spec ours = SpecTemplate.rootful();
        Linux linux = runc.linux();
        List<Namespace> namespaces = new ArrayList<>(linux.namespaces());
        more.forEach(type -> namespaces.add(new Namespace(type, null)));
        assertThat(ours.process().capabilities().ambient()).isEmpty();
        assertThat(ours.process().capabilities().inheritable()).isEmpty();
        assertThat(ours.process().capabilities().bounding())
                .isEqualTo(runc.process().capabilities().bounding());
        assertThat(ours.process().args()).isEqualTo(runc.process().args());
        assertThat(ours.process().env()).isEqualTo(runc.process().env());
        assertThat(ours.process().rlimits()).isEqualTo(runc.process().rlimits());
        assertThat(ours.process().terminal()).isTrue();
        assertThat(ours.process().noNewPrivileges()).isTrue();
        return new Spec(
                "1.3.0",
                ours.process(),
                runc.root(),
                "jpod",
                null,
                runc.mounts(),
                runc.hooks(),
                runc.annotations(),
                new Linux(
                        namespaces,
                        linux.uidMappings(),
                        linux.gidMappings(),
                        linux.timeOffsets(),
                        linux.devices(),
                        linux.netDevices(),
                        linux.cgroupsPath(),
                        linux.resources(),
                        linux.intelRdt(),
                        linux.memoryPolicy(),
                        linux.sysctl(),
                        linux.seccomp(),
                        linux.rootfsPropagation(),
                        linux.maskedPaths(),
                        linux.readonlyPaths(),
                        linux.mountLabel(),
                        linux.personality()));
    }
}
