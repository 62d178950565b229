package io.jpod.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.exec.LocalSpawner;
import io.jpod.linux.Fd;
import io.jpod.linux.Netlink;
import io.jpod.net.cni.Cni;
import io.jpod.net.cni.CniNetwork;
import io.jpod.net.cni.CniRequest;
import io.jpod.net.cni.CniResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Debian's plugins, and scripts that write down what they are told, on a host of their own. */
@Tag("root")
class CniTest {
    private static final Path DEBIAN = Path.of("/usr/lib/cni");

    @TempDir
    private Path dir;

    private Cni cni;

    static boolean hasPlugins() {
        return Files.isExecutable(DEBIAN.resolve("bridge"));
    }

    @BeforeEach
    void open() {
        cni = new Cni(dir.resolve("net.d"), List.of(dir.resolve("bin"), DEBIAN), dir, new LocalSpawner());
    }

    private CniNetwork network(String name, String json) throws IOException {
        Files.createDirectories(dir.resolve("net.d"));
        Files.writeString(dir.resolve("net.d/" + name + ".conflist"), json.formatted(name));
        return cni.get(name);
    }

    /** Writes its command, identity and input to a file, and answers with its own result or fails. */
    private void script(String type, String body) throws IOException {
        Path file = dir.resolve("bin").resolve(type);
        Files.createDirectories(file.getParent());
        Files.writeString(file, """
                #!/bin/sh
                { printf '%%s %%s %%s %%s ' %s "$CNI_COMMAND" "$CNI_CONTAINERID" "$CNI_IFNAME"; cat; echo; } >>%s/calls
                %s
                """.formatted(type, dir, body));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> calls() throws IOException {
        List<String> calls = Files.readAllLines(dir.resolve("calls"));
        Files.delete(dir.resolve("calls"));
        return calls;
    }

    @Test
    @EnabledIf("hasPlugins")
    void theBridgeOfOthersServesAPod() throws Exception {
        Host.with(() -> {
            CniNetwork network = network("debian", """
                    {"cniVersion": "1.0.0", "name": "%s", "plugins": [
                      {"type": "bridge", "bridge": "cni0", "isGateway": true, "capabilities": {"mac": true},
                       "ipam": {"type": "host-local", "dataDir": "DIR/leases",
                                "ranges": [[{"subnet": "10.44.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
                    """.replace("DIR", dir.toString()));
            Path netns = dir.resolve("netns");
            try (Fd pod = Host.namespace()) {
                Files.createSymbolicLink(
                        netns, Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + pod.number()));
                CniRequest request = new CniRequest(
                        "p1",
                        netns.toString(),
                        "eth0",
                        List.of(),
                        List.of(),
                        "02:11:22:33:44:55",
                        List.of(),
                        List.of());
                CniResult result = cni.add(network, request);
                assertThat(result.addresses()).hasToString("[10.44.0.2/24]");
                assertThat(result.gateways()).hasToString("[10.44.0.1]");
                try (Netlink inside = Netlink.in(pod);
                        var server = Host.serve("host", 7000)) {
                    assertThat(inside.link("eth0").orElseThrow().mac()).isEqualTo("02:11:22:33:44:55");
                    assertThat(Host.in(pod, () -> Host.call("10.44.0.1", server.getLocalPort())))
                            .isEqualTo("host 10.44.0.2");
                    cni.check("debian", "p1", "eth0");
                    inside.deleteLink("eth0");
                    assertThatThrownBy(() -> cni.check("debian", "p1", "eth0")).isInstanceOf(NetworkFailed.class);
                }
                assertThatThrownBy(() -> cni.add(network, request))
                        .hasMessage("eth0 of p1 is attached to network debian already");
            }
            Files.delete(netns);
            assertThat(dir.resolve("leases/debian/10.44.0.2")).exists();
            cni.del("debian", "p1", "eth0");
            cni.del("debian", "p1", "eth0");
            assertThat(dir.resolve("leases/debian/10.44.0.2")).doesNotExist();
            assertThat(cni.versions("bridge")).contains("0.4.0", "1.0.0");
        });
    }

    private static final String TWO = """
            {"cniVersion": "1.1.0", "name": "%s", "plugins": [
              {"type": "one", "x": [1.5, {"y": null}], "capabilities": {"portMappings": true}},
              {"type": "two", "capabilities": {"dns": true}}]}""";

    @Test
    void eachPluginIsToldWhatTheSpecificationSays() throws Exception {
        script("one", "echo '{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"10.0.0.2/24\"}]}'");
        script("two", "echo '{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"10.0.0.3/24\"}],\"more\":true}'");
        CniNetwork network = network("n", TWO);
        CniRequest request = new CniRequest(
                "p", "/gone", "eth0", PortMapping.parse("80:81"), List.of(), null, List.of("9.9.9.9"), List.of());
        assertThat(cni.add(network, request).addresses()).hasToString("[10.0.0.3/24]");
        String first = "{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"10.0.0.2/24\"}]}";
        String last = "{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"10.0.0.3/24\"}],\"more\":true}";
        String one = "{\"type\":\"one\",\"x\":[1.5,{\"y\":null}],\"cniVersion\":\"1.1.0\",\"name\":\"n\","
                + "\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":80,\"containerPort\":81,\"protocol\":\"tcp\"}]}";
        String two = "{\"type\":\"two\",\"cniVersion\":\"1.1.0\",\"name\":\"n\","
                + "\"runtimeConfig\":{\"dns\":{\"servers\":[\"9.9.9.9\"]}},\"prevResult\":";
        assertThat(calls()).containsExactly("one ADD p eth0 " + one + "}", "two ADD p eth0 " + two + first + "}");

        cni.check("n", "p", "eth0");
        assertThat(calls())
                .containsExactly(
                        "one CHECK p eth0 " + one + ",\"prevResult\":" + last + "}",
                        "two CHECK p eth0 " + two + last + "}");

        // What the configuration says now does not matter to what was made with the old one.
        network("n", "{\"cniVersion\":\"1.1.0\",\"name\":\"%s\",\"plugins\":[{\"type\":\"other\"}]}");
        cni.del("n", "p", "eth0");
        assertThat(calls())
                .containsExactly(
                        "two DEL p eth0 " + two + last + "}",
                        "one DEL p eth0 " + one + ",\"prevResult\":" + last + "}");
    }

    @Test
    void aFailedAddIsUndone() throws Exception {
        script("one", "echo '{\"cniVersion\":\"1.1.0\"}'");
        script("two", "[ $CNI_COMMAND = DEL ] || { echo '{\"code\":11,\"msg\":\"no\",\"details\":\"why\"}'; exit 1; }");
        CniNetwork network = network("n", TWO);
        CniRequest request = CniRequest.of("p", "/gone", "eth0");
        assertThatThrownBy(() -> cni.add(network, request))
                .isInstanceOf(NetworkFailed.class)
                .hasMessage("CNI plugin two: no; why");
        assertThat(calls())
                .extracting(call -> call.substring(0, 7))
                .containsExactly("one ADD", "two ADD", "two DEL", "one DEL");
        assertThatThrownBy(() -> cni.check("n", "p", "eth0")).hasMessageContaining("not attached");
        assertThatThrownBy(() -> cni.status(network)).hasMessage("CNI plugin two: no; why");
    }

    @Test
    void whatNobodyUsesIsCollected() throws Exception {
        script("one", "echo '{\"cniVersion\":\"1.1.0\"}'");
        script("two", "echo '{\"cniVersion\":\"1.1.0\"}'");
        CniNetwork network = network("n", TWO);
        cni.add(network, CniRequest.of("living", "/gone", "eth0"));
        cni.add(network, CniRequest.of("dead", "/gone", "eth0"));
        calls();
        cni.collect(() -> Set.of("living"));
        List<String> calls = calls();
        assertThat(calls)
                .extracting(call -> call.substring(0, 7))
                .containsExactly("two DEL", "one DEL", "one GC ", "two GC ");
        assertThat(calls.getLast())
                .contains("\"cni.dev/valid-attachments\":[{\"containerID\":\"living\",\"ifname\":\"eth0\"}]");
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        CniNetwork network =
                network("n", "{\"cniVersion\":\"1.0.0\",\"name\":\"%s\",\"plugins\":[{\"type\":\"none\"}]}");
        CniRequest ports =
                new CniRequest("p", "/gone", "eth0", PortMapping.parse("80:81"), List.of(), null, List.of(), List.of());
        assertThatThrownBy(() -> cni.add(network, ports))
                .hasMessage("network n: none of its plugins has the capability portMappings");
        assertThatThrownBy(() -> CniRequest.of("../p", "/gone", "eth0")).isInstanceOf(NetworkFailed.class);
        assertThatThrownBy(
                        () -> network("bad", "{\"cniVersion\":\"9\",\"name\":\"%s\",\"plugins\":[{\"type\":\"x\"}]}"))
                .isInstanceOf(NetworkFailed.class)
                .hasMessageContaining("bad.conflist: cniVersion: must be one of");
        assertThat(network("good", "{\"cniVersion\":\"1.0.0\",\"name\":\"%s\",\"plugins\":[{\"type\":\"none\"}]}"))
                .as("beside a bad one")
                .isNotNull();
    }
}
