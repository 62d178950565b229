package io.jpod.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every property of the runtime-spec that concerns Linux arrives in its own place. */
class FullConfigTest {
    private final Spec spec = SpecReader.read(Examples.resource("full.json"), "config.json");

    @Test
    void process() {
        assertThat(spec.process())
                .isEqualTo(new Spec.Process(
                        true,
                        new Spec.ConsoleSize(25, 80),
                        "/srv",
                        List.of("PATH=/bin", "EMPTY="),
                        List.of("server", "--port", "80"),
                        new Spec.User(1000, 1001, 18, List.of(5L, 4294967294L)),
                        List.of(new Spec.Rlimit("RLIMIT_NOFILE", 1024, 4096), new Spec.Rlimit("RLIMIT_CORE", -1, -1)),
                        "acme",
                        "system_u:system_r:container_t:s0:c124,c675",
                        new Spec.Capabilities(
                                List.of("CAP_KILL"),
                                List.of("CAP_SETUID"),
                                List.of("CAP_SETGID"),
                                List.of("CAP_CHOWN"),
                                List.of("CAP_NET_BIND_SERVICE")),
                        true,
                        -500,
                        new Spec.Scheduler(
                                "SCHED_DEADLINE",
                                -5,
                                0,
                                List.of("SCHED_FLAG_RESET_ON_FORK"),
                                1000000L,
                                2000000L,
                                3000000L),
                        new Spec.IoPriority("IOPRIO_CLASS_IDLE", 4),
                        new Spec.ExecCpuAffinity("7", "0-3,7")));
    }

    @Test
    void topLevel() {
        assertThat(spec.ociVersion()).isEqualTo("1.3.0");
        assertThat(spec.root()).isEqualTo(new Spec.Root("rootfs", true));
        assertThat(spec.hostname()).isEqualTo("slartibartfast");
        assertThat(spec.domainname()).isEqualTo("magrathea");
        assertThat(spec.mounts())
                .containsExactly(new Spec.Mount(
                        "/data",
                        "none",
                        "/volumes/data",
                        List.of("rbind", "idmap"),
                        List.of(new Spec.IdMapping(0, 1000, 10)),
                        List.of(new Spec.IdMapping(0, 2000, 20))));
        assertThat(spec.annotations())
                .containsExactly(Map.entry("com.example.b", "2"), Map.entry("com.example.a", "1"));
    }

    @Test
    void hooks() {
        Spec.HookKind[] kinds = Spec.HookKind.values();
        for (int i = 0; i < kinds.length; i++) {
            String number = String.valueOf(i + 1);
            assertThat(spec.hooks().of(kinds[i]))
                    .as(kinds[i].jsonName())
                    .containsExactly(
                            new Spec.Hook("/bin/" + number, List.of(number, "a"), List.of("A=" + number), i + 1));
        }
    }

    @Test
    void linux() {
        Spec.Linux linux = spec.linux();
        assertThat(linux.namespaces())
                .containsExactly(
                        new Spec.Namespace(Spec.NamespaceType.PID, null),
                        new Spec.Namespace(Spec.NamespaceType.NETWORK, "/run/netns/blue"),
                        new Spec.Namespace(Spec.NamespaceType.MOUNT, null),
                        new Spec.Namespace(Spec.NamespaceType.IPC, null),
                        new Spec.Namespace(Spec.NamespaceType.UTS, null),
                        new Spec.Namespace(Spec.NamespaceType.USER, null),
                        new Spec.Namespace(Spec.NamespaceType.CGROUP, null),
                        new Spec.Namespace(Spec.NamespaceType.TIME, "/proc/12/ns/time_for_children"));
        assertThat(linux.uidMappings()).containsExactly(new Spec.IdMapping(0, 100000, 65536));
        assertThat(linux.gidMappings()).containsExactly(new Spec.IdMapping(1, 200000, 65535));
        assertThat(linux.timeOffsets())
                .containsExactly(
                        Map.entry("monotonic", new Spec.TimeOffset(-172800, 3)),
                        Map.entry("boottime", new Spec.TimeOffset(604800, 4)));
        assertThat(linux.devices())
                .containsExactly(
                        new Spec.Device("c", "/dev/fuse", 10, 229, 0666, 7L, 8L),
                        new Spec.Device("p", "/dev/fifo", 0, 0, null, null, null));
        assertThat(linux.netDevices())
                .containsExactly(
                        Map.entry("eth1", new Spec.NetDevice("inner%d")), Map.entry("eth0", new Spec.NetDevice(null)));
        assertThat(linux.cgroupsPath()).isEqualTo("/my/container");
        assertThat(linux.intelRdt())
                .isEqualTo(new Spec.IntelRdt(
                        "guaranteed", List.of("L3:0=7f0;1=1f"), "L3:0=7f0\nL3:1=1f", "MB:0=20;1=70", true));
        assertThat(linux.memoryPolicy())
                .isEqualTo(new Spec.MemoryPolicy("MPOL_INTERLEAVE", "0-1", List.of("MPOL_F_STATIC_NODES")));
        assertThat(linux.sysctl())
                .containsExactly(
                        Map.entry("net.ipv4.ip_forward", "1"), Map.entry("net/ipv4/conf/eth0.1/forwarding", "1"));
        assertThat(linux.rootfsPropagation()).isEqualTo("rslave");
        assertThat(linux.maskedPaths()).containsExactly("/proc/kcore");
        assertThat(linux.readonlyPaths()).containsExactly("/proc/sys");
        assertThat(linux.mountLabel()).isEqualTo("system_u:object_r:container_file_t:s0:c715,c811");
        assertThat(linux.personality()).isEqualTo(new Spec.Personality("LINUX32", List.of()));
    }

    @Test
    void resources() {
        assertThat(spec.linux().resources())
                .isEqualTo(new Spec.Resources(
                        List.of(new Spec.DeviceRule(true, "c", 10L, 229L, "rw")),
                        new Spec.Memory(536870912L, 268435456L, -1L, 3L, 4L, 60L, true, true, true),
                        new Spec.Cpu(512L, 50000L, 20000L, 100000L, 950L, 1000L, "2-3", "0-7", 1L),
                        new Spec.Pids(32771L),
                        new Spec.BlockIo(
                                11,
                                12,
                                List.of(new Spec.WeightDevice(8, 16, 500, 300)),
                                List.of(new Spec.ThrottleDevice(8, 1, 101)),
                                List.of(new Spec.ThrottleDevice(8, 2, 102)),
                                List.of(new Spec.ThrottleDevice(8, 3, 103)),
                                List.of(new Spec.ThrottleDevice(8, 4, 104))),
                        List.of(new Spec.HugepageLimit("2MB", 209715200)),
                        new Spec.Network(4294967295L, List.of(new Spec.NetworkPriority("eth0", 500))),
                        Map.of("mlx5_1", new Spec.Rdma(3L, 10000L)),
                        Map.of("memory.high", "1G", "io.max", "8:0 rbps=1")));
    }

    @Test
    void seccomp() {
        assertThat(spec.linux().seccomp())
                .isEqualTo(new Spec.Seccomp(
                        "SCMP_ACT_ERRNO",
                        38,
                        List.of("SCMP_ARCH_X86_64", "SCMP_ARCH_X32"),
                        List.of("SECCOMP_FILTER_FLAG_LOG"),
                        "/run/agent.sock",
                        "meta",
                        List.of(new Spec.SeccompRule(
                                List.of("getcwd", "personality"),
                                "SCMP_ACT_TRACE",
                                65535,
                                List.of(new Spec.SeccompArg(5, -1, Long.MIN_VALUE, "SCMP_CMP_MASKED_EQ"))))));
    }

    @Test
    void vm() {
        assertThat(spec.vm())
                .isEqualTo(new Spec.Vm(
                        new Spec.VmHypervisor("/bin/hv", List.of("a=1")),
                        new Spec.VmKernel("/boot/k", List.of("b=2"), "/boot/i"),
                        new Spec.VmImage("/img", "raw"),
                        new Spec.VmHwConfig(
                                "/dt",
                                2L,
                                1073741824L,
                                List.of("/soc/uart"),
                                List.of(new Spec.VmIoMem(1L, 2, 3)),
                                List.of(4L, 5L))));
    }

    /** Keeps the example complete when a component is added to a record: each must be set at least once in it. */
    @Test
    void theExampleSetsEveryComponent() throws ReflectiveOperationException {
        Map<String, Boolean> set = new LinkedHashMap<>();
        collect(spec, set);
        set.remove("Personality.flags");
        assertThat(set).hasSizeGreaterThan(180).doesNotContainValue(false);
    }

    private static void collect(@Nullable Object value, Map<String, Boolean> set) throws ReflectiveOperationException {
        if (value instanceof Record) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                Object inner = component.getAccessor().invoke(value);
                String name = value.getClass().getSimpleName() + "." + component.getName();
                set.merge(name, isSet(inner), Boolean::logicalOr);
                collect(inner, set);
            }
        } else if (value instanceof Collection<?> items) {
            for (Object item : new ArrayList<>(items)) {
                collect(item, set);
            }
        } else if (value instanceof Map<?, ?> map) {
            collect(map.values(), set);
        }
    }

    private static boolean isSet(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Collection<?> items -> !items.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case Boolean bool -> bool;
            default -> true;
        };
    }
}
