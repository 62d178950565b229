package io.jpod.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.json.InvalidJson;
import io.jpod.oci.IdMapping;
import io.jpod.oci.NamespaceType;
import java.io.IOException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is done for a pod, in {@code golden/pod-NAME} as {@link GoldenTest} has it for containers, and what is refused. */
class PodPlannerTest {
    private static final String DIRECTORY = "/run/jpod/pods/web";
    private static final Set<NamespaceType> DEFAULT =
            EnumSet.of(NamespaceType.NETWORK, NamespaceType.IPC, NamespaceType.UTS);
    private static final List<IdMapping> IDS = List.of(new IdMapping(0, 0x80000, 65536));
    private static final int LAST_CAPABILITY = 40;

    record Case(String name, PodPlanner.Request request) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Set<NamespaceType> share(NamespaceType... more) {
        Set<NamespaceType> share = EnumSet.copyOf(DEFAULT);
        share.addAll(List.of(more));
        return share;
    }

    private static PodPlanner.Request request(
            Set<NamespaceType> share, Map<String, String> sysctl, List<Limit> limits) {
        return request(share, sysctl, limits, Map.of(), Map.of());
    }

    private static PodPlanner.Request request(
            Set<NamespaceType> share,
            Map<String, String> sysctl,
            List<Limit> limits,
            Map<String, Long> volumes,
            Map<String, String> networks) {
        return new PodPlanner.Request(
                DIRECTORY,
                share.contains(NamespaceType.UTS) ? "web" : null,
                share,
                sysctl,
                "/sys/fs/cgroup/jpod/pods/web",
                limits,
                64 << 20,
                volumes,
                networks,
                share.contains(NamespaceType.USER) ? IDS : List.of(),
                LAST_CAPABILITY);
    }

    private static Case pod(String name, NamespaceType... more) {
        return new Case("pod-" + name, request(share(more), Map.of(), List.of()));
    }

    private static List<Limit> limits() {
        return Limits.of(
                io.jpod.oci.SpecReader.read(
                                ("{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"r\"},\"linux\":{\"resources\":{\"memory\":"
                                                + "{\"limit\":268435456},\"cpu\":{\"quota\":150000,\"period\":100000},"
                                                + "\"pids\":{\"limit\":100}}}}")
                                        .getBytes(java.nio.charset.StandardCharsets.UTF_8),
                                "limits")
                        .linux()
                        .resources(),
                Limits.Facts.UNKNOWN);
    }

    private static Map<String, String> sysctls() {
        Map<String, String> sysctls = new LinkedHashMap<>();
        sysctls.put("net.core.somaxconn", "256");
        sysctls.put("net/ipv4/ip_forward", "1");
        sysctls.put("kernel.shmmax", "1048576");
        sysctls.put("fs.mqueue.msg_max", "20");
        sysctls.put("kernel.domainname", "example.org");
        return sysctls;
    }

    static Stream<Plan> plans() {
        return cases().map(test -> PodPlanner.plan(test.request));
    }

    static Stream<Case> cases() {
        return Stream.of(
                pod("default"),
                pod("pid", NamespaceType.PID),
                pod("user", NamespaceType.USER),
                pod("user-and-pid", NamespaceType.USER, NamespaceType.PID),
                pod("cgroup", NamespaceType.CGROUP),
                pod("all", NamespaceType.PID, NamespaceType.CGROUP, NamespaceType.USER),
                new Case("pod-none", request(EnumSet.noneOf(NamespaceType.class), Map.of(), List.of())),
                new Case("pod-pid-alone", request(EnumSet.of(NamespaceType.PID), Map.of(), List.of())),
                new Case("pod-limits", request(DEFAULT, Map.of(), limits())),
                new Case("pod-sysctls", request(DEFAULT, sysctls(), List.of())),
                new Case(
                        "pod-volumes-and-networks",
                        request(
                                DEFAULT,
                                Map.of(),
                                List.of(),
                                new TreeMap<>(Map.of("disk", 0L, "memory", 1L << 20)),
                                new TreeMap<>(Map.of("eth0", "default", "eth1", "back")))),
                new Case("pod-user-sysctls", request(share(NamespaceType.USER), sysctls(), List.of())));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plan(Case test) throws IOException {
        GoldenTest.compare(
                Golden.at(test.name), "plan.txt", PodPlanner.plan(test.request).toString());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void syscalls(Case test) throws IOException {
        GoldenTest.compare(Golden.at(test.name), "syscalls.txt", GoldenTest.programs(PodPlanner.plan(test.request)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsLeftBehindComesAfterWhatCanFailWithoutATrace(Case test) {
        List<Plan.Entry> entries = PodPlanner.plan(test.request).entries();
        int firstMount = first(entries, BrainStep.PinNamespace.class);
        for (Class<? extends Step> before : List.<Class<? extends Step>>of(
                NamespaceStep.SetSysctl.class, NamespaceStep.LoopbackUp.class, NamespaceStep.SetHostname.class)) {
            assertThat(last(entries, before)).as(before.getSimpleName()).isLessThan(firstMount);
        }
        assertThat(entries.getLast().step()).isInstanceOf(BrainStep.WriteFiles.class);
    }

    private static int first(List<Plan.Entry> entries, Class<? extends Step> type) {
        return (int) entries.stream()
                .takeWhile(entry -> !type.isInstance(entry.step()))
                .count();
    }

    private static int last(List<Plan.Entry> entries, Class<? extends Step> type) {
        int last = -1;
        for (int i = 0; i < entries.size(); i++) {
            last = type.isInstance(entries.get(i).step()) ? i : last;
        }
        return last;
    }

    @Test
    void theOrderOfSharedTypesDoesNotMatter() {
        Set<NamespaceType> reversed =
                new java.util.LinkedHashSet<>(List.of(NamespaceType.UTS, NamespaceType.IPC, NamespaceType.NETWORK));
        assertThat(PodPlanner.plan(request(reversed, Map.of(), List.of())).toString())
                .isEqualTo(
                        PodPlanner.plan(request(DEFAULT, Map.of(), List.of())).toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # what is shared | sysctl | why not
            NETWORK,IPC,UTS | kernel.core_pattern | belongs to no namespace: it would change the host
            NETWORK,IPC,UTS | kernel/core_pattern | belongs to no namespace: it would change the host
            NETWORK,IPC,UTS | vm.overcommit_memory | belongs to no namespace: it would change the host
            NETWORK,IPC,UTS | fs.file-max | belongs to no namespace: it would change the host
            NETWORK,IPC,UTS | kernel.hostname | use --hostname instead
            NETWORK,IPC,UTS | net/../kernel/core_pattern | is not the name of a sysctl
            NETWORK,IPC,UTS | net./../kernel.core_pattern | is not the name of a sysctl
            NETWORK,IPC,UTS | net..ipv4 | is not the name of a sysctl
            NETWORK,IPC,UTS | net.ipv4=x | is not the name of a sysctl
            IPC,UTS | net.core.somaxconn | needs the pod to have its own namespace of type network
            NETWORK,UTS | kernel.shmmax | needs the pod to have its own namespace of type ipc
            NETWORK,UTS | fs.mqueue.msg_max | needs the pod to have its own namespace of type ipc
            NETWORK,IPC | kernel.domainname | needs the pod to have its own namespace of type uts
            """)
    void refusesASysctlThatIsNotThePods(String shared, String key, String reason) {
        Set<NamespaceType> share = EnumSet.noneOf(NamespaceType.class);
        Stream.of(shared.split(",")).map(NamespaceType::valueOf).forEach(share::add);
        assertThatThrownBy(() -> PodPlanner.plan(request(share, Map.of(key, "1"), List.of())))
                .isInstanceOf(InvalidJson.class)
                .hasMessageContaining("--sysctl")
                .hasMessageContaining(key)
                .hasMessageContaining(reason);
    }
}
