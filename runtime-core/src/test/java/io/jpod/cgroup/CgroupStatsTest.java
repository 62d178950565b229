package io.jpod.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.cgroup.CgroupStats.Cpu;
import io.jpod.cgroup.CgroupStats.Device;
import io.jpod.cgroup.CgroupStats.Hugetlb;
import io.jpod.cgroup.CgroupStats.Pids;
import io.jpod.cgroup.CgroupStats.Pressure;
import io.jpod.cgroup.CgroupStats.Stall;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CgroupStatsTest {
    private static final String PRESSURE = """
            some avg10=1.50 avg60=0.25 avg300=0.00 total=12345
            full avg10=0.50 avg60=0.00 avg300=0.00 total=678
            """;

    private static final Map<String, String> FILES = Map.ofEntries(
            Map.entry("cpu.stat", """
                    usage_usec 3000
                    user_usec 2000
                    system_usec 1000
                    nr_periods 7
                    nr_throttled 2
                    throttled_usec 50
                    """),
            Map.entry("cpu.pressure", "some avg10=1.50 avg60=0.25 avg300=0.00 total=12345\n"),
            Map.entry("memory.current", "1048576\n"),
            Map.entry("memory.max", "2097152\n"),
            Map.entry("memory.peak", "1500000\n"),
            Map.entry("memory.swap.current", "4096\n"),
            Map.entry("memory.swap.max", "8192\n"),
            Map.entry("memory.stat", "anon 100\nfile 200\npgfault 18446744073709551615\n"),
            Map.entry("memory.pressure", PRESSURE),
            Map.entry("pids.current", "3\n"),
            Map.entry("pids.max", "max\n"),
            Map.entry("io.stat", """
                    8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353
                    253:0 cost.usage=1 rbytes=1 wbytes=0 rios=1 wios=0
                    8:0\s
                    """),
            Map.entry("hugetlb.2MB.current", "0\n"),
            Map.entry("hugetlb.2MB.max", "0\n"),
            Map.entry("hugetlb.2MB.rsvd.current", "4194304\n"),
            Map.entry("hugetlb.2MB.rsvd.max", "max\n"),
            Map.entry("hugetlb.2MB.events", "max 5\n"));

    private static CgroupStats stats(Map<String, String> files) {
        return StatsReader.read(files::get, files.keySet());
    }

    @Test
    void readsWhatTheKernelWrites() {
        CgroupStats stats = stats(FILES);
        Pressure some = new Pressure(new Stall(1.5, 0.25, 0, 12345), Stall.NONE);
        assertThat(stats.cpu()).isEqualTo(new Cpu(3_000_000, 2_000_000, 1_000_000, 7, 2, 50_000, some));
        assertThat(stats.memory().usage()).isEqualTo(1048576);
        assertThat(stats.memory().limit()).isEqualTo(2097152);
        assertThat(stats.memory().peak()).isEqualTo(1500000);
        assertThat(stats.memory().pressure())
                .isEqualTo(new Pressure(new Stall(1.5, 0.25, 0, 12345), new Stall(0.5, 0, 0, 678)));
        assertThat(stats.pids()).isEqualTo(new Pids(3, CgroupStats.UNLIMITED));
        assertThat(stats.io().devices())
                .containsExactly(new Device(8, 16, 1459200, 314773504, 192, 353), new Device(253, 0, 1, 0, 1, 0));
        assertThat(stats.io().pressure()).isNull();
        assertThat(stats.hugetlb()).containsExactly(Map.entry("2MB", new Hugetlb(4194304, 5)));
    }

    @Test
    void printsTheEventThatClientsKnow() {
        assertThat(StatsJson.event("c\"1", stats(FILES))).isEqualTo("""
                        {"type":"stats","id":"c\\"1","data":{\
                        "cpu":{"usage":{"total":3000000,"kernel":1000000,"user":2000000},\
                        "throttling":{"periods":7,"throttledPeriods":2,"throttledTime":50000},\
                        "psi":{"some":{"avg10":1.5,"avg60":0.25,"avg300":0.0,"total":12345},\
                        "full":{"avg10":0.0,"avg60":0.0,"avg300":0.0,"total":0}}},\
                        "cpuset":{"cpu_exclusive":0,"mem_hardwall":0,"mem_exclusive":0,"memory_migrate":0,\
                        "memory_spread_page":0,"memory_spread_slab":0,"memory_pressure":0,"sched_load_balance":0,\
                        "sched_relax_domain_level":0},\
                        "memory":{"cache":200,\
                        "usage":{"limit":2097152,"usage":1048576,"max":1500000,"failcnt":0},\
                        "swap":{"limit":2105344,"usage":1052672,"failcnt":0},\
                        "kernel":{"limit":0,"failcnt":0},"kernelTCP":{"limit":0,"failcnt":0},\
                        "raw":{"anon":100,"file":200,"pgfault":18446744073709551615},\
                        "psi":{"some":{"avg10":1.5,"avg60":0.25,"avg300":0.0,"total":12345},\
                        "full":{"avg10":0.5,"avg60":0.0,"avg300":0.0,"total":678}}},\
                        "pids":{"current":3},\
                        "blkio":{"ioServiceBytesRecursive":[\
                        {"major":8,"minor":16,"op":"Read","value":1459200},\
                        {"major":8,"minor":16,"op":"Write","value":314773504},\
                        {"major":253,"op":"Read","value":1},{"major":253,"op":"Write"}],\
                        "ioServicedRecursive":[\
                        {"major":8,"minor":16,"op":"Read","value":192},{"major":8,"minor":16,"op":"Write","value":353},\
                        {"major":253,"op":"Read","value":1},{"major":253,"op":"Write"}]},\
                        "hugetlb":{"2MB":{"usage":4194304,"failcnt":5}},\
                        "intel_rdt":{},"network_interfaces":null}}""");
        assertThat(StatsJson.oom("c1")).isEqualTo("{\"type\":\"oom\",\"id\":\"c1\"}");
    }

    @Test
    void whatIsNotThereIsZero() {
        CgroupStats stats = stats(Map.of("cgroup.procs", "12\n13\n"));
        assertThat(stats.pids()).isEqualTo(new Pids(2, 0));
        assertThat(StatsJson.event("c1", stats)).isEqualTo("""
                        {"type":"stats","id":"c1","data":{"cpu":{"usage":{"kernel":0,"user":0},"throttling":{}},\
                        "cpuset":{"cpu_exclusive":0,"mem_hardwall":0,"mem_exclusive":0,"memory_migrate":0,\
                        "memory_spread_page":0,"memory_spread_slab":0,"memory_pressure":0,"sched_load_balance":0,\
                        "sched_relax_domain_level":0},\
                        "memory":{"usage":{"limit":0,"failcnt":0},"swap":{"limit":0,"failcnt":0},\
                        "kernel":{"limit":0,"failcnt":0},"kernelTCP":{"limit":0,"failcnt":0}},\
                        "pids":{"current":2},"blkio":{},"hugetlb":{},"intel_rdt":{},"network_interfaces":null}}""");
    }

    @Test
    void noLimitIsTheLargestNumber() {
        Map<String, String> files = Map.of(
                "memory.current", "1\n", "memory.max", "max\n", "memory.swap.current", "2\n", "memory.swap.max", "0\n");
        assertThat(StatsJson.event("c1", stats(files)))
                .contains("\"usage\":{\"limit\":18446744073709551615,\"usage\":1,\"failcnt\":0}")
                .contains("\"swap\":{\"limit\":18446744073709551615,\"usage\":3,\"failcnt\":0}");
    }

    @Test
    void bearsTextThatIsNone() {
        Map<String, String> files =
                Map.of("cpu.stat", "x\n\nusage_usec many\n", "io.stat", ":\n8:0 x\n", "memory.max", "");
        assertThat(stats(files).cpu().total()).isZero();
        assertThat(stats(files).io().devices()).isEmpty();
        assertThat(stats(files).memory().limit()).isZero();
    }
}
