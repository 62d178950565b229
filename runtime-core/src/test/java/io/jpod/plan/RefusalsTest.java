package io.jpod.plan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.json.InvalidJson;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecReader;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be honoured is refused before anything is done, by its place in config.json. Nothing is ignored. */
class RefusalsTest {
    private static Plan plan(String members, String linux, String namespaces) {
        return plan(members, linux, namespaces, true);
    }

    private static Plan plan(String members, String linux, String namespaces, boolean hasDevices) {
        Spec spec = spec(members, linux, namespaces);
        return Planner.plan(spec, Golden.REQUEST, hasDevices ? Golden.facts(spec) : Golden.FACTS);
    }

    private static Spec spec(String members, String linux, String namespaces) {
        String process = "'process':{'cwd':'/','args':['x'],'user':{'uid':0,'gid':0}%s}";
        String config = "{'ociVersion':'1.3.0',"
                + (members.contains("'root':") ? "" : "'root':{'path':'rootfs'},")
                + (members.startsWith("process ")
                        ? process.formatted("," + members.substring(8))
                        : members.isEmpty() ? process.formatted("") : members)
                + ",'linux':{"
                + (linux.isEmpty() ? "" : linux + ",")
                + "'namespaces':["
                + (namespaces.equals("none")
                        ? ""
                        : namespaces.contains("'mount'")
                                ? namespaces
                                : "{'type':'mount'}" + (namespaces.isEmpty() ? "" : "," + namespaces))
                + "]}}";
        return SpecReader.read(config.replace('\'', '"').getBytes(UTF_8), "config.json");
    }

    @Test
    void theSmallestSpecIsTaken() {
        assertThat(plan("", "", "").warnings()).isEmpty();
        assertThat(plan("", "", "none").warnings()).isEmpty();
    }

    @Test
    void whereNoDevicesAreMadeTheyHaveToBeThere() {
        for (String namespaces : new String[] {"none", "{'type':'mount','path':'/m'}"}) {
            assertThatThrownBy(() -> plan("", "", namespaces, false))
                    .isInstanceOf(InvalidJson.class)
                    .hasMessage("config.json: root.path: there is no such device as /dev/null, "
                            + "which is made only with a new mount namespace in linux.namespaces");
            String own = Stream.of("null", "zero", "full", "random", "urandom", "tty")
                    .map("{'path':'/dev/%s','type':'c','major':1,'minor':3}"::formatted)
                    .collect(Collectors.joining(",", "'devices':[", "]"));
            assertThatThrownBy(() -> plan("", own, namespaces, false))
                    .hasMessageContaining("linux.devices[0].path: there is no such device as /dev/null");
        }
    }

    @Test
    void whereOwnersAreMapped() {
        String user = "{'type':'user','path':'/u'}";
        for (String[] refused : new String[][] {
            {"", "none", "root.path: with mapped owners needs a new mount namespace"},
            {"", "", "linux.namespaces: must have a user namespace by its path"},
            {
                "'mounts':[{'destination':'/m','type':'tmpfs','source':'t','options':['tmpcopyup']}]",
                user,
                "mounts[0].options: tmpcopyup cannot copy files whose owners are mapped"
            }
        }) {
            Spec spec = spec(refused[0], "", refused[1]);
            assertThatThrownBy(() -> Planner.plan(spec, Golden.MAPPED, Golden.facts(spec)))
                    .isInstanceOf(InvalidJson.class)
                    .hasMessageContaining(refused[2]);
        }
    }

    /** Only a pod maps owners: a config may call itself what it likes. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "{'type':'user','path':'/u'}"})
    void anAnnotationMapsNothing(String namespaces) {
        String claim = "'annotations':{'io.jpod.rootfs.map-ids':'true','io.jpod.pod':'web'}";
        assertThat(plan(claim, "", namespaces).entries())
                .isEqualTo(plan("'annotations':{}", "", namespaces).entries());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # members | linux | namespaces | path
            'vm':{'kernel':{'path':'/k'}} | `` | `` | vm
            'root':{'path':'r'},'hostname':'h' | `` | `` | hostname
            'domainname':'d' | `` | `` | domainname
            'domainname':'d' | `` | {'type':'network'} | domainname
            'mounts':[{'destination':'/m','type':'tmpfs','source':'t'}] | `` | none | mounts[0]
            'mounts':[{'destination':'/m','type':'tmpfs','source':'t'}] | `` | {'type':'mount','path':'/m'} | mounts[0]
            'root':{'path':'r','readonly':true} | `` | none | root.readonly
            `` | 'maskedPaths':['/m'] | none | linux.maskedPaths
            `` | 'readonlyPaths':['/r'] | {'type':'mount','path':'/m'} | linux.readonlyPaths
            `` | 'rootfsPropagation':'shared' | none | linux.rootfsPropagation
            `` | 'netDevices':{'eth0':{}} | {'type':'network'} | linux.netDevices
            `` | 'intelRdt':{'closID':'c'} | `` | linux.intelRdt
            `` | 'mountLabel':'system_u:object_r:t:s0' | `` | linux.mountLabel
            `` | 'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/run/x'} | `` | linux.seccomp.listenerPath
            `` | 'seccomp':{'defaultAction':'SCMP_ACT_NOTIFY'} | `` | linux.seccomp.listenerPath
            `` | 'timeOffsets':{'boottime':{'secs':1}} | `` | linux.timeOffsets
            `` | 'uidMappings':[{'containerID':0,'hostID':1,'size':1}] | `` | linux.uidMappings
            `` | 'gidMappings':[{'containerID':0,'hostID':1,'size':1}] | `` | linux.gidMappings
            `` | `` | {'type':'user'} | linux.uidMappings
            `` | 'uidMappings':[{'containerID':1,'hostID':1,'size':1}],'gidMappings':[{'containerID':0,'hostID':1,'size':1}] | {'type':'user'} | linux.uidMappings
            `` | 'uidMappings':[{'containerID':0,'hostID':1,'size':1}],'gidMappings':[{'containerID':1,'hostID':1,'size':1}] | {'type':'user'} | linux.gidMappings
            `` | 'uidMappings':[{'containerID':0,'hostID':1,'size':1}] | {'type':'user','path':'/proc/7/ns/user'} | linux.uidMappings
            'mounts':[{'destination':'/','type':'tmpfs','source':'t'}] | `` | `` | mounts[0].destination
            'mounts':[{'destination':'/m','source':'s'}] | `` | `` | mounts[0].type
            'mounts':[{'destination':'/m','type':'bind'}] | `` | `` | mounts[0].source
            'mounts':[{'destination':'/m','options':['rbind']}] | `` | `` | mounts[0].source
            'mounts':[{'destination':'/proc','type':'tmpfs','source':'t'}] | `` | `` | mounts[0].type
            'mounts':[{'destination':'/proc/self/attr','type':'tmpfs','source':'t'}] | `` | `` | mounts[0].destination
            'mounts':[{'destination':'/proc/self','type':'bind','source':'/s','options':['bind']}] | `` | `` | mounts[0].destination
            'mounts':[{'destination':'/proc/sys/kernel','type':'bind','source':'/s'}] | `` | `` | mounts[0].destination
            'mounts':[{'destination':'/m','type':'bind','source':'/s','options':['bind','idmap']}] | `` | `` | mounts[0].options
            'mounts':[{'destination':'/m','type':'bind','source':'/s','options':['rbind','ridmap']}] | `` | `` | mounts[0].options
            'mounts':[{'destination':'/m','type':'proc','source':'p','options':['tmpcopyup']}] | `` | `` | mounts[0].options
            'mounts':[{'destination':'/m','type':'bind','source':'/s','options':['bind','tmpcopyup']}] | `` | `` | mounts[0].options
            'mounts':[{'destination':'/m','type':'bind','source':'/s','uidMappings':[{'containerID':0,'hostID':1,'size':1}],'gidMappings':[{'containerID':0,'hostID':1,'size':1}]}] | `` | `` | mounts[0].uidMappings
            `` | 'sysctl':{'kernel.core_pattern':'x'} | {'type':'ipc'} | linux.sysctl["kernel.core_pattern"]
            `` | 'sysctl':{'kernel/core_pattern':'x'} | {'type':'ipc'} | linux.sysctl["kernel/core_pattern"]
            `` | 'sysctl':{'net/../kernel/core_pattern':'x'} | {'type':'network'} | linux.sysctl["net/../kernel/core_pattern"]
            `` | 'sysctl':{'net./../kernel.core_pattern':'x'} | {'type':'network'} | linux.sysctl["net./../kernel.core_pattern"]
            `` | 'sysctl':{'net.ipv4+kernel.core_pattern':'x'} | {'type':'network'} | linux.sysctl["net.ipv4+kernel.core_pattern"]
            `` | 'sysctl':{'net.ipv4=x':'x'} | {'type':'network'} | linux.sysctl["net.ipv4=x"]
            `` | 'sysctl':{'net.ipv4.ip_forward':'1'} | `` | linux.sysctl["net.ipv4.ip_forward"]
            `` | 'sysctl':{'kernel.shmmax':'1'} | {'type':'network'} | linux.sysctl["kernel.shmmax"]
            `` | 'sysctl':{'fs.mqueue.msg_max':'1'} | `` | linux.sysctl["fs.mqueue.msg_max"]
            `` | 'sysctl':{'kernel.hostname':'h'} | {'type':'uts'} | linux.sysctl["kernel.hostname"]
            `` | 'sysctl':{'vm.overcommit_memory':'1'} | {'type':'network'} | linux.sysctl["vm.overcommit_memory"]
            process 'selinuxLabel':'l' | `` | `` | process.selinuxLabel
            process 'apparmorProfile':'p' | `` | `` | process.apparmorProfile
            process 'execCPUAffinity':{'initial':'0'} | `` | `` | process.execCPUAffinity.initial
            process 'rlimits':[{'type':'RLIMIT_NOFILES','soft':1,'hard':1}] | `` | `` | process.rlimits[0].type
            process 'scheduler':{'policy':'SCHED_FAIR'} | `` | `` | process.scheduler.policy
            process 'scheduler':{'policy':'SCHED_OTHER','flags':['X']} | `` | `` | process.scheduler.flags[0]
            process 'ioPriority':{'class':'IOPRIO_CLASS_X','priority':1} | `` | `` | process.ioPriority.class
            `` | 'memoryPolicy':{'mode':'MPOL_X'} | `` | linux.memoryPolicy.mode
            `` | 'memoryPolicy':{'mode':'MPOL_BIND','nodes':'0','flags':['MPOL_F_X']} | `` | linux.memoryPolicy.flags[0]
            `` | 'memoryPolicy':{'mode':'MPOL_BIND','nodes':'0-x'} | `` | linux.memoryPolicy.nodes
            `` | 'rootfsPropagation':'public' | `` | linux.rootfsPropagation
            `` | 'personality':{'domain':'SUN'} | `` | linux.personality.domain
            `` | 'resources':{'memory':{'swappiness':10}} | `` | linux.resources.memory.swappiness
            `` | 'resources':{'cpu':{'realtimeRuntime':10}} | `` | linux.resources.cpu.realtimeRuntime
            `` | 'resources':{'network':{'classID':1}} | `` | linux.resources.network.classID
            `` | 'resources':{'blockIO':{'leafWeight':10}} | `` | linux.resources.blockIO.leafWeight
            """)
    void refuses(String members, String linux, String namespaces, String path) {
        assertThatThrownBy(() -> {
                    Plan plan = plan(members, linux, namespaces);
                    Lowering.lower(plan, io.jpod.abi.Arch.X86_64, 0);
                })
                .isInstanceOfSatisfying(
                        InvalidJson.class, e -> assertThat(e.path()).isEqualTo(path))
                .hasMessageStartingWith("config.json: " + path + ": ");
    }
}
