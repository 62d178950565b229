package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Pods on networks, as seen through the command line. Each test is a script in a machine of its own, {@code lab.sh}, with a
 * resident brain.
 */
@Tag("root")
@Needs({Built.JPOD, Built.LAB})
class PodNetworkTest {
    private static final String PRELUDE = """
            set -u
            ROOT=$PWD/root
            jpod() { command jpod --root "$ROOT" "$@" </dev/null; }
            links() { ip -br link | awk '{ print $1 }' | sort | tr '\\n' ' '; echo; }
            """;

    @AutoClose
    private final Jpod jpod = Jpod.oneShot();

    /** What the script prints, both streams in their order. */
    private String run(String script) throws IOException {
        Path file = Files.writeString(jpod.newDir("net").resolve("script"), PRELUDE + script);
        String lab = Jpod.HOME.resolve("test-rootfs/lab.sh").toString();
        return jpod.program(List.of(lab, "bash", "-c", "exec 2>&1; . " + file))
                .run()
                .out();
    }

    @Test
    void neighboursHaveNamesAndTheHostHasPublishedPorts() throws IOException {
        String said = run("""
                jpod pod create front -p 8080:80 >/dev/null
                jpod pod create back --hostname store >/dev/null
                jpod run -d --pod front --name web --rootfs busybox -- httpd -f -p 80 -h /etc >/dev/null
                jpod run --rm --pod back --rootfs busybox -- sh -c 'for n in front 10.89.0.2; do wget -qO- http://$n/hostname; done'
                wget -qO- http://127.0.0.1:8080/hostname
                jpod exec web grep -c 'back store' /etc/hosts
                jpod pod publish front 8081:80
                wget -qO- http://127.0.0.1:8081/hostname
                jpod pod publish --remove front 8081:80
                wget -T 1 -qO- http://127.0.0.1:8081/hostname >/dev/null 2>&1 || echo closed
                jpod pod rm back >/dev/null
                jpod exec web grep -c 'back store' /etc/hosts
                jpod pod stop -t 0 front >/dev/null
                jpod pod start front >/dev/null
                until wget -qO- http://127.0.0.1:8080/hostname 2>/dev/null; do sleep 0.1; done
                jpod pod rm -f front >/dev/null
                links
                jpod doctor
                """);
        assertThat(said.lines())
                .containsExactly(
                        "front", "front", "front", "1", "front", "closed", "0", "front", "lo ", "nothing is left over");
    }

    @Test
    void nothingStaysOfManyPods() throws IOException {
        String said = run("""
                jpod network create --subnet 10.7.0.0/24 --ipv6 second >/dev/null
                for i in $(seq 100); do
                    jpod pod create p$i --network jpod,second -p $((9000 + i)):80 >/dev/null
                    for c in a b c; do jpod run -d --pod p$i --name p$i$c --rootfs busybox -- sleep 1000 >/dev/null; done
                    if [ $i -gt 5 ]; then jpod pod rm --force p$((i - 5)) >/dev/null; fi
                done
                jpod pod ps -q | wc -l
                jpod pod rm --all --force >/dev/null
                links
                jpod doctor
                find "$ROOT" -type f -name '*.members' | wc -l
                """);
        assertThat(said.lines()).containsExactly("5", "lo ", "nothing is left over", "0");
    }

    @Test
    void whatIsKilledOnItsWayCanBeRemoved() throws IOException {
        String said = run("""
                export JPOD_ONESHOT=1
                began=$(date +%s%N)
                jpod pod create k -p 8080:80 >/dev/null
                took=$(($(date +%s%N) - began))
                jpod pod rm --force k >/dev/null
                cut=0 i=0
                # Not too late: the first one may have been slower than those that come.
                while [ $i -lt 20 ] || [ $cut -lt 4 ]; do
                    i=$((i + 1))
                    setsid jpod --root "$ROOT" pod create k -p 8080:80 >/dev/null 2>&1 </dev/null &
                    victim=$!
                    sleep "$(awk "BEGIN { print $took / 1e9 * (10 + $i % 20) / 32 }")"
                    pkill -9 -P $victim
                    kill -9 $victim 2>/dev/null
                    if { wait $victim; } 2>/dev/null; then took=$((took * 3 / 4)); else cut=$((cut + 1)); fi
                    jpod pod rm --force k >/dev/null
                done
                jpod doctor --fix >/dev/null
                links
                jpod doctor
                jpod pod create k -p 8080:80 >/dev/null && jpod pod rm k >/dev/null && echo again
                """);
        assertThat(said.lines()).containsExactly("lo ", "nothing is left over", "again");
    }

    @Test
    void whatCannotBeIsOneLineAndChangesNothing() throws IOException {
        String said = run("""
                jpod network create --subnet 10.7.0.0/30 tiny >/dev/null
                jpod pod create one --network tiny -p 8080:80 >/dev/null
                jpod pod create zero >/dev/null && jpod pod rm zero >/dev/null
                before=$(find "$ROOT" | sort; links)
                try() { jpod "$@" 2>&1 | sed 's/^time=.* msg="//; s/"$//'; }
                try pod create two --network tiny
                try pod create two -p 8080:80
                try pod create two --network nowhere
                try pod create two --network tiny --ip 10.9.0.1
                try pod create one
                try pod create two --network none -p 80
                try network rm tiny
                try network create --subnet 10.7.0.0/24 other
                [ "$before" = "$(find "$ROOT" | sort; links)" ] && echo "nothing changed"
                jpod pod rm one >/dev/null
                """);
        assertThat(said.lines()).hasSize(9);
        assertThat(said)
                .contains("tiny", "port 8080/tcp is published by pod one already", "no network nowhere")
                .contains("10.9.0.1", "pod name one is in use", "--publish", "in use by pod one", "10.7.0.0/30")
                .endsWith("nothing changed\n");
    }

    @Test
    void pluginsConnectPodsToo() throws IOException {
        assumeTrue(Files.exists(Path.of("/usr/lib/cni/bridge")), "needs containernetworking-plugins");
        String said = run("""
                mkdir conf
                cat >conf/10-lab.conflist <<END
                {"cniVersion": "1.0.0", "name": "lab", "plugins": [{"type": "bridge", "bridge": "cni0", "isGateway": true,
                 "ipam": {"type": "host-local", "dataDir": "$PWD/data", "ranges": [[{"subnet": "10.77.0.0/24"}]]}}]}
                END
                export NETCONFPATH=$PWD/conf
                jpod pod create one --network cni:lab >/dev/null
                jpod pod create two --network cni:lab >/dev/null
                jpod pod inspect -f '{{range .Networks}}{{.Name}} {{index .Addresses 0}}{{end}}' two
                jpod run -d --pod one --name web --rootfs busybox -- httpd -f -p 80 -h /etc >/dev/null
                jpod run --rm --pod two --rootfs busybox -- wget -qO- http://10.77.0.2/hostname
                jpod pod create three --network cni:nowhere 2>&1 | grep -c 'no CNI network nowhere'
                jpod pod rm --all --force >/dev/null
                ls data/lab | grep -c 10.77
                links
                jpod doctor
                """);
        assertThat(said.lines())
                .containsExactly("cni:lab 10.77.0.3/24", "one", "1", "0", "cni0 lo ", "nothing is left over");
    }

    /** What others take from the host is told with the words that mend it, and the next start puts it back. */
    @Test
    void whatIsTakenFromTheHostIsPutBackByTheNextStart() throws IOException {
        String said = run("""
                get() { until wget -T 2 -qO- http://127.0.0.1:8080/hostname 2>/dev/null; do sleep 0.1; done; }
                told() { jpod doctor | grep -o "$1" | head -1; }
                jpod pod create web -p 8080:80 >/dev/null
                jpod run -d --pod web --name one --rootfs busybox -- httpd -f -p 80 -h /etc >/dev/null
                get
                nft flush ruleset
                told 'nft table jpod-jpod0 is gone'
                jpod pod restart -t 0 web >/dev/null
                get
                nft flush ruleset; ip link del jpod0
                told "'jpod doctor --fix'"
                jpod run --rm --pod web --rootfs busybox -- true
                get
                ip link del jpod0
                jpod doctor --fix >/dev/null
                get
                echo 0 > /proc/sys/net/ipv4/ip_forward
                told 'net.ipv4.ip_forward is not 1'
                jpod pod create other >/dev/null
                cat /proc/sys/net/ipv4/ip_forward
                nft flush ruleset
                jpod pod publish web 8081:80
                get
                jpod pod rm -f web other >/dev/null
                links
                jpod doctor
                """);
        assertThat(said.lines())
                .containsExactly(
                        "web",
                        "nft table jpod-jpod0 is gone",
                        "web",
                        "'jpod doctor --fix'",
                        "web",
                        "web",
                        "net.ipv4.ip_forward is not 1",
                        "1",
                        "web",
                        "lo ",
                        "nothing is left over");
    }
}
