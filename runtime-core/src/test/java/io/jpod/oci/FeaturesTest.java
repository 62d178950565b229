package io.jpod.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FeaturesTest {
    @Test
    void hasTheShapeOfTheSpec() {
        Features features = new Features(
                "0.1.0",
                List.of("ro", "rw"),
                List.of("CAP_CHOWN"),
                List.of("SCMP_ARCH_X86_64"),
                flag -> flag == Seccomp.Flag.SECCOMP_FILTER_FLAG_LOG);
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
                        "systemd": false,
                        "systemdUser": false,
                        "rdma": true
                    },
                    "seccomp": {
                        "enabled": true,
                        "actions": [
                            "SCMP_ACT_KILL",
                            "SCMP_ACT_KILL_PROCESS",
                            "SCMP_ACT_KILL_THREAD",
                            "SCMP_ACT_TRAP",
                            "SCMP_ACT_ERRNO",
                            "SCMP_ACT_TRACE",
                            "SCMP_ACT_ALLOW",
                            "SCMP_ACT_LOG"
                        ],
                        "operators": [
                            "SCMP_CMP_NE",
                            "SCMP_CMP_LT",
                            "SCMP_CMP_LE",
                            "SCMP_CMP_EQ",
                            "SCMP_CMP_GE",
                            "SCMP_CMP_GT",
                            "SCMP_CMP_MASKED_EQ"
                        ],
                        "archs": [
                            "SCMP_ARCH_X86_64"
                        ],
                        "knownFlags": [
                            "SECCOMP_FILTER_FLAG_TSYNC",
                            "SECCOMP_FILTER_FLAG_LOG",
                            "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
                            "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
                        ],
                        "supportedFlags": [
                            "SECCOMP_FILTER_FLAG_LOG"
                        ]
                    },
                    "apparmor": {
                        "enabled": true
                    },
                    "selinux": {
                        "enabled": false
                    },
                    "intelRdt": {
                        "enabled": false,
                        "schemata": false,
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
                            "enabled": false
                        }
                    },
                    "netDevices": {
                        "enabled": false
                    }
                },
                "annotations": {
                    "io.jpod.version": "0.1.0"
                },
                "potentiallyUnsafeConfigAnnotations": []
            }""";
}
