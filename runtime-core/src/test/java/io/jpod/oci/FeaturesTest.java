package io.jpod.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FeaturesTest {
    @Test
    void hasTheShapeOfTheSpec() {
        Features.Linux linux = new Features.Linux(
                Features.allNamespaces(),
                List.of("CAP_CHOWN"),
                new Features.Cgroup(false, true, true, true, false),
                new Features.Seccomp(
                        true,
                        List.of("SCMP_ACT_ALLOW"),
                        List.of("SCMP_CMP_EQ"),
                        List.of("SCMP_ARCH_X86_64"),
                        List.of("SECCOMP_FILTER_FLAG_LOG"),
                        List.of()),
                true,
                false,
                new Features.IntelRdt(true, true, false),
                Features.MemoryPolicy.ALL,
                true,
                true);
        Features features =
                Features.of(List.of("ro", "rw"), linux, Map.of("io.jpod.version", "0.1.0"), List.of("io.jpod."));
        assertThat(features.toJson()).isEqualTo(FEATURES);
    }

    private static final String FEATURES = """
            {
                "ociVersionMin": "1.0.0",
                "ociVersionMax": "1.3.0",
                "hooks": [
                    "prestart",
                    "createRuntime",
                    "createContainer",
                    "startContainer",
                    "poststart",
                    "poststop"
                ],
                "mountOptions": [
                    "ro",
                    "rw"
                ],
                "linux": {
                    "namespaces": [
                        "cgroup",
                        "ipc",
                        "mount",
                        "network",
                        "pid",
                        "time",
                        "user",
                        "uts"
                    ],
                    "capabilities": [
                        "CAP_CHOWN"
                    ],
                    "cgroup": {
                        "v1": false,
                        "v2": true,
                        "systemd": true,
                        "systemdUser": true,
                        "rdma": false
                    },
                    "seccomp": {
                        "enabled": true,
                        "actions": [
                            "SCMP_ACT_ALLOW"
                        ],
                        "operators": [
                            "SCMP_CMP_EQ"
                        ],
                        "archs": [
                            "SCMP_ARCH_X86_64"
                        ],
                        "knownFlags": [
                            "SECCOMP_FILTER_FLAG_LOG"
                        ],
                        "supportedFlags": []
                    },
                    "apparmor": {
                        "enabled": true
                    },
                    "selinux": {
                        "enabled": false
                    },
                    "intelRdt": {
                        "enabled": true,
                        "schemata": true,
                        "monitoring": false
                    },
                    "memoryPolicy": {
                        "modes": [
                            "MPOL_DEFAULT",
                            "MPOL_BIND",
                            "MPOL_INTERLEAVE",
                            "MPOL_WEIGHTED_INTERLEAVE",
                            "MPOL_PREFERRED",
                            "MPOL_PREFERRED_MANY",
                            "MPOL_LOCAL"
                        ],
                        "flags": [
                            "MPOL_F_NUMA_BALANCING",
                            "MPOL_F_RELATIVE_NODES",
                            "MPOL_F_STATIC_NODES"
                        ]
                    },
                    "mountExtensions": {
                        "idmap": {
                            "enabled": true
                        }
                    },
                    "netDevices": {
                        "enabled": true
                    }
                },
                "annotations": {
                    "io.jpod.version": "0.1.0"
                },
                "potentiallyUnsafeConfigAnnotations": [
                    "io.jpod."
                ]
            }""";
}
