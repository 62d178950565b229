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
                .isEqualTo(new Process(
                        true,
                        new Process.ConsoleSize(25, 80),
                        "/srv",
                        List.of("PATH=/bin", "EMPTY="),
                        List.of("server", "--port", "80"),
                        new Process.User(1000, 1001, 18, List.of(5L, 4294967294L)),
                        List.of(
                                new Process.Rlimit(Process.Rlimit.Type.RLIMIT_NOFILE, 1024, 4096),
                                new Process.Rlimit(Process.Rlimit.Type.RLIMIT_CORE, -1, -1)),
                        "acme",
                        "system_u:system_r:container_t:s0:c124,c675",
                        new Process.Capabilities(
                                List.of("CAP_KILL"),
                                List.of("CAP_SETUID"),
                                List.of("CAP_SETGID"),
                                List.of("CAP_CHOWN"),
                                List.of("CAP_NET_BIND_SERVICE")),
                        true,
                        -500,
                        new Process.Scheduler(
                                Process.Scheduler.Policy.SCHED_DEADLINE,
                                -5,
                                0,
                                List.of(Process.Scheduler.Flag.SCHED_FLAG_RESET_ON_FORK),
                                1000000L,
                                2000000L,
                                3000000L),
                        new Process.IoPriority(Process.IoPriority.Kind.IOPRIO_CLASS_IDLE, 4),
                        new Process.ExecCpuAffinity("7", "0-3,7")));
    }

    @Test
    void topLevel() {
        assertThat(spec.ociVersion()).isEqualTo("1.3.0");
        assertThat(spec.root()).isEqualTo(new Root("rootfs", true));
        assertThat(spec.hostname()).isEqualTo("slartibartfast");
        assertThat(spec.domainname()).isEqualTo("magrathea");
        assertThat(spec.mounts())
                .containsExactly(new Mount(
                        "/data",
                        "none",
                        "/volumes/data",
                        List.of("rbind", "idmap"),
                        List.of(new IdMapping(0, 1000, 10)),
                        List.of(new IdMapping(0, 2000, 20))));
        assertThat(spec.annotations())
                .containsExactly(Map.entry("com.example.b", "2"), Map.entry("com.example.a", "1"));
    }

    @Test
    void hooks() {
        HookKind[] kinds = HookKind.values();
        for (int i = 0; i < kinds.length; i++) {
            String number = String.valueOf(i + 1);
            assertThat(spec.hooks().of(kinds[i]))
                    .as(kinds[i].jsonName())
                    .containsExactly(new Hook("/bin/" + number, List.of(number, "a"), List.of("A=" + number), i + 1));
        }
    }

    @Test
    void linux() {
        Linux linux = spec.linux();
        assertThat(linux.namespaces())
                .containsExactly(
                        new Namespace(NamespaceType.PID, null),
                        new Namespace(NamespaceType.NETWORK, "/run/netns/blue"),
                        new Namespace(NamespaceType.MOUNT, null),
                        new Namespace(NamespaceType.IPC, null),
                        new Namespace(NamespaceType.UTS, null),
                        new Namespace(NamespaceType.USER, null),
                        new Namespace(NamespaceType.CGROUP, null),
                        new Namespace(NamespaceType.TIME, "/proc/12/ns/time_for_children"));
        assertThat(linux.uidMappings()).containsExactly(new IdMapping(0, 100000, 65536));
        assertThat(linux.gidMappings()).containsExactly(new IdMapping(1, 200000, 65535));
        assertThat(linux.timeOffsets())
                .containsExactly(
                        Map.entry("monotonic", new Linux.TimeOffset(-172800, 3)),
                        Map.entry("boottime", new Linux.TimeOffset(604800, 4)));
        assertThat(linux.devices())
                .containsExactly(
                        new Device(Device.Type.C, "/dev/fuse", 10, 229, 0666, 7L, 8L),
                        new Device(Device.Type.P, "/dev/fifo", 0, 0, null, null, null));
        assertThat(linux.netDevices())
                .containsExactly(
                        Map.entry("eth1", new Linux.NetDevice("inner%d")),
                        Map.entry("eth0", new Linux.NetDevice(null)));
        assertThat(linux.cgroupsPath()).isEqualTo("/my/container");
        assertThat(linux.intelRdt())
                .isEqualTo(new Linux.IntelRdt(
                        "guaranteed", List.of("L3:0=7f0;1=1f"), "L3:0=7f0\nL3:1=1f", "MB:0=20;1=70", true));
        assertThat(linux.memoryPolicy())
                .isEqualTo(new Linux.MemoryPolicy(
                        Linux.MemoryPolicy.Mode.MPOL_INTERLEAVE,
                        "0-1",
                        List.of(Linux.MemoryPolicy.Flag.MPOL_F_STATIC_NODES)));
        assertThat(linux.sysctl())
                .containsExactly(
                        Map.entry("net.ipv4.ip_forward", "1"), Map.entry("net/ipv4/conf/eth0.1/forwarding", "1"));
        assertThat(linux.rootfsPropagation()).isEqualTo(Linux.Propagation.RSLAVE);
        assertThat(linux.maskedPaths()).containsExactly("/proc/kcore");
        assertThat(linux.readonlyPaths()).containsExactly("/proc/sys");
        assertThat(linux.mountLabel()).isEqualTo("system_u:object_r:container_file_t:s0:c715,c811");
        assertThat(linux.personality()).isEqualTo(new Linux.Personality(Linux.Personality.Domain.LINUX32));
    }

    @Test
    void resources() {
        assertThat(spec.linux().resources())
                .isEqualTo(new Resources(
                        List.of(new Resources.DeviceRule(true, Resources.DeviceRule.Type.C, 10L, 229L, "rw")),
                        new Resources.Memory(536870912L, 268435456L, -1L, 3L, 4L, 60L, true, true, true),
                        new Resources.Cpu(512L, 50000L, 20000L, 100000L, 950L, 1000L, "2-3", "0-7", 1L),
                        new Resources.Pids(32771L),
                        new Resources.BlockIo(
                                11,
                                12,
                                List.of(new Resources.WeightDevice(8, 16, 500, 300)),
                                List.of(new Resources.ThrottleDevice(8, 1, 101)),
                                List.of(new Resources.ThrottleDevice(8, 2, 102)),
                                List.of(new Resources.ThrottleDevice(8, 3, 103)),
                                List.of(new Resources.ThrottleDevice(8, 4, 104))),
                        List.of(new Resources.HugepageLimit("2MB", 209715200)),
                        new Resources.Network(4294967295L, List.of(new Resources.NetworkPriority("eth0", 500))),
                        Map.of("mlx5_1", new Resources.Rdma(3L, 10000L)),
                        Map.of("memory.high", "1G", "io.max", "8:0 rbps=1")));
    }

    @Test
    void seccomp() {
        assertThat(spec.linux().seccomp())
                .isEqualTo(new Seccomp(
                        Seccomp.Action.SCMP_ACT_ERRNO,
                        38,
                        List.of(Seccomp.Arch.SCMP_ARCH_X86_64, Seccomp.Arch.SCMP_ARCH_X32),
                        List.of(Seccomp.Flag.SECCOMP_FILTER_FLAG_LOG),
                        "/run/agent.sock",
                        "meta",
                        List.of(new Seccomp.Rule(
                                List.of("getcwd", "personality"),
                                Seccomp.Action.SCMP_ACT_TRACE,
                                65535,
                                List.of(new Seccomp.Arg(
                                        5, -1, Long.MIN_VALUE, Seccomp.Operator.SCMP_CMP_MASKED_EQ))))));
    }

    /** Keeps the example complete when a component is added to a record: each must be set at least once in it. */
    @Test
    void theExampleSetsEveryComponent() throws ReflectiveOperationException {
        Map<String, Boolean> set = new LinkedHashMap<>();
        collect(spec, set);
        set.remove("Personality.flags");
        assertThat(set).hasSizeGreaterThan(170).doesNotContainValue(false);
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
