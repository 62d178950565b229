package io.jpod.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.json.InvalidJson;
import io.jpod.oci.Resources;
import io.jpod.oci.Resources.BlockIo;
import io.jpod.oci.Resources.Cpu;
import io.jpod.oci.Resources.HugepageLimit;
import io.jpod.oci.Resources.Memory;
import io.jpod.oci.Resources.Pids;
import io.jpod.oci.Resources.Rdma;
import io.jpod.oci.SpecReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows are the JSON of {@code linux.resources} with single quotes, and the writes that it becomes. */
class LimitsTest {
    private static final Limits.Facts UNKNOWN = Limits.Facts.UNKNOWN;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                     | ``
            {'memory':{},'cpu':{},'pids':{},'blockIO':{}}          | ``
            {'memory':{'limit':1048576}}                           | memory.max=1048576
            {'memory':{'limit':-1}}                                | memory.swap.max=max; memory.max=max
            {'memory':{'limit':0,'reservation':0,'swap':0}}        | ``
            {'memory':{'reservation':4096}}                        | memory.low=4096
            {'memory':{'reservation':-1}}                          | memory.low=max
            {'memory':{'limit':100,'swap':100}}                    | memory.swap.max=0; memory.max=100
            {'memory':{'limit':100,'swap':250,'reservation':50}}   | memory.swap.max=150; memory.max=100; memory.low=50
            {'memory':{'limit':100,'swap':-1}}                     | memory.swap.max=max; memory.max=100
            {'memory':{'swap':-1}}                                 | memory.swap.max=max
            {'memory':{'limit':-1,'swap':-1}}                      | memory.swap.max=max; memory.max=max
            {'memory':{'limit':-1,'swap':250}}                     | memory.swap.max=250; memory.max=max
            {'memory':{'limit':100,'swap':0}}                      | memory.max=100
            {'memory':{'useHierarchy':true,'disableOOMKiller':false}} | ``
            {'memory':{'kernel':0,'kernelTCP':-1}}                 | ``
            {'memory':{'limit':100,'checkBeforeUpdate':true}}      | memory.max=100
            {'cpu':{'shares':1024}}                                | cpu.weight=100
            {'cpu':{'shares':0,'quota':0,'period':0}}              | ``
            {'cpu':{'shares':1}}                                   | cpu.weight=1
            {'cpu':{'shares':9223372036854775807}}                 | cpu.weight=10000
            {'cpu':{'quota':50000,'period':100000}}                | cpu.max=50000 100000
            {'cpu':{'quota':50000}}                                | cpu.max=50000
            {'cpu':{'period':200000}}                              | cpu.max=max 200000
            {'cpu':{'quota':-1}}                                   | cpu.max=max
            {'cpu':{'quota':-1,'period':100000}}                   | cpu.max=max 100000
            {'cpu':{'burst':20000}}                                | cpu.max.burst=20000
            {'cpu':{'quota':50000,'burst':0}}                      | cpu.max=50000; cpu.max.burst=0
            {'cpu':{'quota':50000,'burst':20000}}                  | cpu.max.burst=0; cpu.max=50000; cpu.max.burst=20000
            {'cpu':{'idle':1}}                                     | cpu.idle=1
            {'cpu':{'idle':0,'shares':2}}                          | cpu.idle=0; cpu.weight=1
            {'cpu':{'idle':1,'shares':1024}}                       | cpu.idle=1
            {'cpu':{'cpus':'0-1,3','mems':'0'}}                    | cpuset.cpus=0-1,3; cpuset.mems=0
            {'cpu':{'cpus':'','mems':''}}                          | ``
            {'cpu':{'realtimePeriod':0,'realtimeRuntime':0}}       | ``
            {'pids':{'limit':10}}                                  | pids.max=10
            {'pids':{'limit':-1}}                                  | pids.max=max
            {'pids':{'limit':0}}                                   | pids.max=1
            {'blockIO':{'weight':10}}                              | io.weight=1
            {'blockIO':{'weight':1000}}                            | io.weight=10000
            {'blockIO':{'weight':500}}                             | io.weight=4950
            {'blockIO':{'weight':0,'leafWeight':0}}                | ``
            {'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':10}]}} | io.weight=8:0 1
            {'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':16,'rate':600}]}}  | io.max=8:16 rbps=600
            {'blockIO':{'throttleWriteBpsDevice':[{'major':8,'minor':16,'rate':601}]}} | io.max=8:16 wbps=601
            {'blockIO':{'throttleReadIOPSDevice':[{'major':8,'minor':16,'rate':602}]}} | io.max=8:16 riops=602
            {'blockIO':{'throttleWriteIOPSDevice':[{'major':8,'minor':16,'rate':0}]}}  | io.max=8:16 wiops=max
            {'hugepageLimits':[{'pageSize':'2MB','limit':0}]}      | hugetlb.2MB.rsvd.max=0; hugetlb.2MB.max=0
            {'rdma':{'mlx5_1':{'hcaHandles':3,'hcaObjects':10000}}} | rdma.max=mlx5_1 hca_handle=3 hca_object=10000
            {'rdma':{'mlx5_1':{'hcaObjects':7}}}                   | rdma.max=mlx5_1 hca_object=7
            {'network':{}}                                         | ``
            {'network':{'classID':0,'priorities':[]}}              | ``
            {'unified':{'memory.high':'1073741824'}}               | memory.high=1073741824
            {'unified':{'io.max':'8:0 rbps=1\\n8:16 rbps=2\\n'}}   | io.max=8:0 rbps=1; io.max=8:16 rbps=2
            {'unified':{'cgroup.max.depth':'3'}}                   | cgroup.max.depth=3
            {'unified':{'hugetlb.1GB.rsvd.max':'max'}}             | hugetlb.1GB.rsvd.max=max
            {'unified':{'cpuset.cpus':''}}                         | cpuset.cpus=
            {'unified':{'memory.max':'5'},'memory':{'limit':9}}    | memory.max=9; memory.max=5
            """)
    void becomesWrites(String json, String writes) {
        assertThat(writes(limits(json, UNKNOWN))).isEqualTo(writes);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'memory':{'swap':100}}                      | memory.swap: needs memory.limit, since it counts memory and swap together
            {'memory':{'limit':100,'swap':99}}           | memory.swap: must be at least memory.limit (100), is 99
            {'memory':{'swappiness':60}}                 | memory.swappiness: cgroup v2 has no swappiness of a cgroup
            {'memory':{'swappiness':0}}                  | memory.swappiness: cgroup v2 has no swappiness of a cgroup
            {'memory':{'kernel':4096}}                   | memory.kernel: kernel memory is part of memory.limit in cgroup v2
            {'memory':{'kernelTCP':4096}}                | memory.kernelTCP: TCP memory is part of memory.limit in cgroup v2
            {'memory':{'disableOOMKiller':true}}         | memory.disableOOMKiller: cgroup v2 cannot disable the OOM killer
            {'memory':{'useHierarchy':false}}            | memory.useHierarchy: cgroup v2 is always hierarchical
            {'cpu':{'realtimeRuntime':950000}}           | cpu.realtimeRuntime: cgroup v2 cannot limit realtime scheduling
            {'cpu':{'realtimePeriod':1000000}}           | cpu.realtimePeriod: cgroup v2 cannot limit realtime scheduling
            {'cpu':{'quota':10000,'burst':10001}}        | cpu.burst: must not be more than cpu.quota (10000), is 10001
            {'blockIO':{'weight':9}}                     | blockIO.weight: must be from 10 to 1000, is 9
            {'blockIO':{'leafWeight':10}}                | blockIO.leafWeight: cgroup v2 has no leaf weights
            {'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':5}]}}      | blockIO.weightDevice[0].weight: must be from 10 to 1000, is 5
            {'blockIO':{'weightDevice':[{'major':8,'minor':0,'leafWeight':50}]}} | blockIO.weightDevice[0].leafWeight: cgroup v2 has no leaf weights
            {'hugepageLimits':[{'pageSize':'5PB','limit':1}]}          | hugepageLimits[0].pageSize: must be a size such as 64KB, 2MB or 1GB
            {'network':{'classID':1048577}}                            | network.classID: cgroup v2 has no network classes
            {'network':{'priorities':[{'name':'lo','priority':5}]}}    | network.priorities: cgroup v2 has no network priorities
            {'unified':{'nodot':'1'}}                    | unified: has a key that is not a file name such as memory.high
            {'unified':{'.hidden':'1'}}                  | unified: has a key that is not a file name such as memory.high
            {'unified':{'memory. high':'1'}}             | unified: has a key that is not a file name such as memory.high
            {'unified':{'cgroup.procs':'0'}}             | unified["cgroup.procs"]: is an action, not a limit
            {'unified':{'cgroup.kill':'1'}}              | unified["cgroup.kill"]: is an action, not a limit
            {'unified':{'cgroup.freeze':'1'}}            | unified["cgroup.freeze"]: is an action, not a limit
            {'unified':{'cgroup.subtree_control':'+io'}} | unified["cgroup.subtree_control"]: is an action, not a limit
            {'unified':{'memory.reclaim':'1G'}}          | unified["memory.reclaim"]: is an action, not a limit
            """)
    void isRefusedByName(String json, String reason) {
        assertThatThrownBy(() -> limits(json, UNKNOWN))
                .isInstanceOf(InvalidJson.class)
                .hasMessage("config.json: linux.resources." + reason);
    }

    /** Values that the reader of JSON files would not let through, but flags may. */
    @Test
    void rangesHoldWithoutTheReaderToo() {
        refused(cpu(null, 999L, null, null), "cpu.quota: must be at least 1000, is 999");
        refused(cpu(null, -2L, null, null), "cpu.quota: must be at least 1000, is -2");
        refused(cpu(null, null, 999L, null), "cpu.period: must be from 1000 to 1000000 microseconds, is 999");
        refused(cpu(null, null, 1000001L, null), "cpu.period: must be from 1000 to 1000000 microseconds, is 1000001");
        refused(cpu(2L, null, null, "0\n1"), "cpu.cpus: must be a list such as 0-3,7");
        refused(with(memory(-2L, null)), "memory.limit: must be at least -1 (no limit), is -2");
        refused(with(memory(null, -3L)), "memory.swap: must be at least -1 (no limit), is -3");
        refused(pids(-2L), "pids.limit: must be at least -1 (no limit), is -2");
        refused(io(1001), "blockIO.weight: must be from 10 to 1000, is 1001");
        refused(hugepages("../x"), "hugepageLimits[0].pageSize: must be a size such as 64KB, 2MB or 1GB");
        refused(rdma("a b", new Rdma(1L, null)), "rdma: has a key that is no device name");
        refused(rdma("mlx", new Rdma(null, null)), "rdma[\"mlx\"]: must have hcaHandles or hcaObjects");
        refused(unified("../memory.max", "1"), "unified: has a key that is not a file name such as memory.high");
        refused(unified("memory.max/", "1"), "unified: has a key that is not a file name such as memory.high");
        refused(unified("memory.max", "1\0"), "unified[\"memory.max\"]: must not contain NUL");
    }

    @ParameterizedTest
    @CsvSource({"2,1", "3,2", "10,4", "100,17", "256,35", "512,59", "1024,100", "2048,174", "4096,303", "262143,10000"})
    void weightsAreThoseOfTheFormulaOf2025(long shares, long weight) {
        assertThat(Limits.weightOfShares(shares)).isEqualTo(weight);
    }

    @Test
    void weightsNeverFallAsSharesRise() {
        for (long shares = 1; shares < 262_200; shares += 7) {
            assertThat(Limits.weightOfShares(shares + 7)).isGreaterThanOrEqualTo(Limits.weightOfShares(shares));
        }
    }

    @Test
    void filesOfTheHostDecide() {
        Limits.Facts bfq = facts("io.stat", "io.weight", "io.bfq.weight");
        assertThat(writes(limits("{'blockIO':{'weight':500}}", bfq))).isEqualTo("io.bfq.weight=500");
        assertThat(writes(limits("{'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':10}]}}", bfq)))
                .isEqualTo("io.bfq.weight=8:0 10");

        Limits.Facts noReservations = facts("hugetlb.2MB.max");
        assertThat(writes(limits("{'hugepageLimits':[{'pageSize':'2MB','limit':4194304}]}", noReservations)))
                .isEqualTo("hugetlb.2MB.max=4194304");

        Limits.Facts noSwap = facts("memory.max");
        assertThat(writes(limits("{'memory':{'limit':100,'swap':100}}", noSwap)))
                .isEqualTo("memory.max=100");
        assertThat(writes(limits("{'memory':{'limit':-1}}", noSwap))).isEqualTo("memory.max=max");
        assertThatThrownBy(() -> limits("{'memory':{'limit':100,'swap':150}}", noSwap))
                .hasMessageContaining("memory.swap: this kernel does not account swap");
    }

    @Test
    void checkBeforeUpdateRefusesWhatIsInUse() {
        Limits.Facts used = new Limits.Facts(Set.of(), 5000);
        assertThatThrownBy(() -> limits("{'memory':{'limit':5000,'checkBeforeUpdate':true}}", used))
                .hasMessage("config.json: linux.resources.memory.limit: 5000 is not more than the memory in use, 5000, "
                        + "and checkBeforeUpdate is set");
        assertThatThrownBy(() -> limits("{'memory':{'limit':-1,'swap':4000,'checkBeforeUpdate':true}}", used))
                .hasMessageContaining("memory.swap: 4000");
        assertThat(writes(limits("{'memory':{'limit':5001,'checkBeforeUpdate':true}}", used)))
                .isEqualTo("memory.max=5001");
        assertThat(writes(limits("{'memory':{'limit':10}}", used))).isEqualTo("memory.max=10");
    }

    @Test
    void knowsWhereEachCameFrom() {
        List<Limit> limits = limits(
                "{'memory':{'limit':-1},'unified':{'hugetlb.2MB.max':'1','cgroup.max.depth':'2'},"
                        + "'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':6}]}}",
                UNKNOWN);
        assertThat(limits)
                .containsExactly(
                        new Limit("memory.swap.max", "max", "linux.resources.memory.limit", "memory"),
                        new Limit("memory.max", "max", "linux.resources.memory.limit", "memory"),
                        new Limit(
                                "io.max", "8:0 rbps=6", "linux.resources.blockIO.throttleReadBpsDevice[0].rate", "io"),
                        new Limit("hugetlb.2MB.max", "1", "linux.resources.unified[\"hugetlb.2MB.max\"]", "hugetlb"),
                        new Limit("cgroup.max.depth", "2", "linux.resources.unified[\"cgroup.max.depth\"]", "cgroup"));
        assertThat(limits.get(1)).hasToString("linux.resources.memory.limit: memory.max = max");
        assertThat(limits.get(1).needsController()).isTrue();
        assertThat(limits.get(4).needsController()).isFalse();
    }

    @Test
    void errorsOfAnUpdateNameItsFile() {
        Resources resources = with(memory(10L, 5L));
        assertThatThrownBy(() -> Limits.of(resources, UNKNOWN, "limits.json", ""))
                .hasMessage("limits.json: memory.swap: must be at least memory.limit (10), is 5");
    }

    static List<Limit> limits(String json, Limits.Facts facts) {
        return Limits.of(resources(json), facts);
    }

    static Resources resources(String json) {
        return SpecReader.readResources(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "resources.json");
    }

    static String writes(List<Limit> limits) {
        return limits.stream().map(limit -> limit.file() + "=" + limit.value()).collect(Collectors.joining("; "));
    }

    private static Limits.Facts facts(String... files) {
        return new Limits.Facts(Set.of(files), 0);
    }

    private static void refused(Resources resources, String reason) {
        assertThatThrownBy(() -> Limits.of(resources, UNKNOWN))
                .isInstanceOf(InvalidJson.class)
                .hasMessage("config.json: linux.resources." + reason);
    }

    private static Resources cpu(Long shares, Long quota, Long period, String cpus) {
        Cpu cpu = new Cpu(shares, quota, null, period, null, null, cpus, null, null);
        return Resources.NONE.with(r -> r.cpu = cpu);
    }

    private static Memory memory(Long limit, Long swap) {
        return new Memory(limit, null, swap, null, null, null, null, null, null);
    }

    private static Resources with(Memory memory) {
        return Resources.NONE.with(r -> r.memory = memory);
    }

    private static Resources pids(long limit) {
        return Resources.NONE.with(r -> r.pids = new Pids(limit));
    }

    private static Resources io(int weight) {
        BlockIo io = new BlockIo(weight, null, List.of(), List.of(), List.of(), List.of(), List.of());
        return Resources.NONE.with(r -> r.blockIO = io);
    }

    private static Resources hugepages(String pageSize) {
        List<HugepageLimit> limits = List.of(new HugepageLimit(pageSize, 1));
        return Resources.NONE.with(r -> r.hugepageLimits = limits);
    }

    private static Resources rdma(String device, Rdma limit) {
        return Resources.NONE.with(r -> r.rdma = Map.of(device, limit));
    }

    private static Resources unified(String file, String value) {
        return Resources.NONE.with(r -> r.unified = Map.of(file, value));
    }
}
