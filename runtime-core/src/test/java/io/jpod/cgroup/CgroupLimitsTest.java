package io.jpod.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.cgroup.CgroupEvents.Event;
import io.jpod.oci.Resources;
import io.jpod.oci.SpecReader;
import io.jpod.plan.Limit;
import io.jpod.plan.Limits;
import io.jpod.plan.ResourcesUpdate;
import io.jpod.testing.Await;
import io.jpod.testing.Own;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits hold. Needs a kernel with all controllers in cgroup v2. */
@Tag("vm")
class CgroupLimitsTest {
    private static final Duration SOON = Await.PATIENCE;

    private final CgroupFs fs = CgroupFs.find().orElseThrow();
    private final String path = fs.resolve(Own.CGROUPS + "/c1", "");
    private Cgroup cgroup;
    private List<String> created;

    @BeforeEach
    void make() {
        // Enables nothing yet, so that each test shows that its limits do.
        cgroup = fs.create(path, List.of(), Set.of());
        created = cgroup.created();
    }

    @AfterEach
    void leaveNothing() {
        cgroup.kill(SOON);
        cgroup.close();
        fs.remove(path, created, SOON);
        assertThat(Path.of(path).getParent()).doesNotExist();
    }

    @Test
    void everyFieldArrivesInItsFile() throws IOException {
        limit("""
                {'memory':{'limit':67108864,'swap':67108864,'reservation':33554432},
                 'cpu':{'shares':2048,'quota':50000,'period':100000,'burst':10000,'cpus':'0','mems':'0'},
                 'pids':{'limit':77},
                 'hugepageLimits':[{'pageSize':'2MB','limit':4194304}],
                 'blockIO':{'throttleReadBpsDevice':[{'major':7,'minor':0,'rate':1048576}],
                            'throttleWriteIOPSDevice':[{'major':7,'minor':0,'rate':55}]},
                 'unified':{'memory.high':'62914560','cgroup.max.depth':'4'}}
                """);
        assertFile("memory.max", "67108864");
        assertFile("memory.swap.max", "0");
        assertFile("memory.low", "33554432");
        assertFile("memory.high", "62914560");
        assertFile("cpu.weight", "174");
        assertFile("cpu.max", "50000 100000");
        assertFile("cpu.max.burst", "10000");
        assertFile("cpuset.cpus", "0");
        assertFile("cpuset.mems", "0");
        assertFile("pids.max", "77");
        assertFile("hugetlb.2MB.max", "4194304");
        assertFile("hugetlb.2MB.rsvd.max", "4194304");
        assertFile("io.max", "7:0 rbps=1048576 wbps=max riops=max wiops=55");
        assertFile("cgroup.max.depth", "4");
        CgroupStats stats = cgroup.stats();
        assertThat(stats.memory().limit()).isEqualTo(67108864);
        assertThat(stats.pids().limit()).isEqualTo(77);
        assertThat(stats.memory().stat()).containsKeys("anon", "file");
    }

    @Test
    void updatesReplaceWhatTheySet() throws IOException {
        Resources old = resources("{'cpu':{'quota':50000,'burst':40000,'shares':1024},'memory':{'limit':67108864}}");
        limit(old);
        Resources faster = ResourcesUpdate.over(old, resources("{'cpu':{'quota':20000,'burst':10000,'idle':1}}"));
        limit(faster);
        assertFile("cpu.max", "20000 100000");
        assertFile("cpu.max.burst", "10000");
        assertFile("cpu.idle", "1");
        limit(ResourcesUpdate.over(faster, resources("{'cpu':{'quota':-1,'idle':0},'memory':{'limit':-1}}")));
        assertFile("cpu.max", "max 100000");
        assertFile("cpu.weight", "100");
        assertFile("memory.max", "max");
        assertFile("memory.swap.max", "max");
    }

    @Test
    void memoryIsLimitedAndTheKillIsCounted() throws Exception {
        limit("{'memory':{'limit':33554432,'swap':33554432}}");
        CgroupEvents events = cgroup.events();
        Process eater = run("exec tail /dev/zero");
        assertThat(eater.waitFor()).isEqualTo(128 + 9);
        assertThat(events.await(SOON)).isEqualTo(new Event.OutOfMemory(1));
        assertThat(events.await(SOON)).isEqualTo(new Event.Empty());
        assertThat(cgroup.oomKills()).isEqualTo(1);
        CgroupStats.Memory memory = cgroup.stats().memory();
        assertThat(memory.peak()).isBetween(1L, 33554432L);
    }

    @Test
    void processesAreCounted() throws Exception {
        limit("{'pids':{'limit':2}}");
        Process forker = run("sleep 1000 & sleep 1000 & sleep 1000");
        forker.waitFor();
        assertThat(Files.readString(file("pids.events"))).doesNotContain("max 0");
    }

    @Test
    void cpuTimeIsLimited() throws Exception {
        limit("{'cpu':{'quota':10000,'period':100000}}");
        run("while :; do :; done");
        Await.until(() -> cgroup.stats().cpu().throttledPeriods() > 0, () -> "it is not throttled");
    }

    @Test
    void processesStayOnTheirCpus() throws Exception {
        limit("{'cpu':{'cpus':'1'}}");
        Process sleeper = run("exec sleep 1000");
        assertThat(Files.readString(Path.of("/proc/" + sleeper.pid() + "/status")))
                .contains("Cpus_allowed_list:\t1\n");
    }

    @Test
    void aRefusalNamesTheField() {
        assertThatThrownBy(() -> limit("{'cpu':{'cpus':'4000'}}"))
                .isInstanceOf(CgroupFailed.class)
                .hasMessageStartingWith("linux.resources.cpu.cpus: cpuset.cpus = 4000: E");
        assertThatThrownBy(() -> limit("{'hugepageLimits':[{'pageSize':'3MB','limit':0}]}"))
                .isInstanceOf(CgroupFailed.class)
                .hasMessageContaining("ENOENT")
                .hasMessageContaining("this kernel has no hugetlb.3MB.");
        assertThatThrownBy(() -> limit("{'blockIO':{'throttleReadBpsDevice':[{'major':250,'minor':99,'rate':1}]}}"))
                .hasMessageContaining("throttleReadBpsDevice[0].rate: io.max = 250:99 rbps=1: ENODEV")
                .hasMessageContaining("there is no such device");
    }

    @Test
    void figuresCanBeHadWithoutLimits() throws Exception {
        String other = fs.resolve(Own.CGROUPS + "/c2", "");
        List<String> made;
        try (Cgroup measured = fs.create(other, List.of(), Set.of("memory", "pids", "nothing"))) {
            made = measured.created();
            assertThat(measured.facts().files())
                    .contains("memory.current", "pids.current")
                    .doesNotContain("cpu.max");
            assertThat(measured.stats().pids().limit()).isEqualTo(CgroupStats.UNLIMITED);
        }
        fs.remove(other, made, SOON);
    }

    @Test
    void factsAreKnownBeforeTheCgroupIsThere() {
        assertThat(fs.facts(fs.resolve(null, "not-yet")).files()).contains("memory.max", "hugetlb.2MB.rsvd.max");
    }

    private void limit(String json) {
        limit(resources(json));
    }

    private void limit(Resources resources) {
        List<Limit> limits = Limits.of(resources, cgroup.facts());
        fs.enable(cgroup, limits);
        cgroup.apply(limits);
    }

    private static Resources resources(String json) {
        return SpecReader.readResources(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), "resources.json");
    }

    private Process run(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", "echo $$ >" + path + "/cgroup.procs; echo in; " + script)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo("in");
        return process;
    }

    private Path file(String name) {
        return Path.of(path, name);
    }

    private void assertFile(String name, String value) throws IOException {
        assertThat(Files.readString(file(name)).strip()).as(name).isEqualTo(value);
    }
}
