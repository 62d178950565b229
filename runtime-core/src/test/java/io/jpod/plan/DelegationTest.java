package io.jpod.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.oci.Spec;
import io.jpod.oci.SpecReader;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows: namespaces, options of the cgroup mount, uid in the container, and the owner on the host. */
class DelegationTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {'type':'cgroup'},{'type':'user'} | 'nosuid','rw' | 0    | 100000
            {'type':'cgroup'},{'type':'user'} | 'nosuid'      | 1000 | 101000
            {'type':'cgroup'},{'type':'user'} | 'nosuid'      | 65535| 165535
            {'type':'cgroup'},{'type':'user'} | 'nosuid'      | 65536|
            {'type':'cgroup'},{'type':'user'} | 'ro'          | 0    |
            {'type':'cgroup'},{'type':'user'} | 'ro','rw'     | 0    | 100000
            {'type':'user'}                   | 'rw'          | 0    |
            {'type':'cgroup','path':'/proc/1/ns/cgroup'},{'type':'user'} | 'rw' | 0 |
            {'type':'cgroup'}                 | 'rw'          | 1000 | 1000
            """)
    void belongsToTheContainersUserIfItCanWriteThere(String namespaces, String options, long uid, Long owner) {
        String mappings = namespaces.contains("user")
                ? ",'uidMappings':[{'containerID':0,'hostID':100000,'size':65536}]"
                        + ",'gidMappings':[{'containerID':0,'hostID':100000,'size':65536}]"
                : "";
        String json = ("{'ociVersion':'1.3.0','root':{'path':'rootfs'},"
                        + "'process':{'cwd':'/','args':['true'],'user':{'uid':" + uid + ",'gid':0}},"
                        + "'mounts':[{'destination':'/sys/fs/cgroup','type':'cgroup','options':[" + options + "]}],"
                        + "'linux':{'namespaces':[{'type':'mount'}," + namespaces + "]" + mappings + "}}")
                .replace('\'', '"');
        Spec spec = SpecReader.read(json.getBytes(StandardCharsets.UTF_8), "config.json");
        assertThat(Delegation.owner(spec)).isEqualTo(owner == null ? OptionalLong.empty() : OptionalLong.of(owner));
    }
}
