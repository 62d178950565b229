package io.jpod.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Definitions alone: nothing of a network is on the host before its first pod. */
class NetworkCommandTest {
    @TempDir
    Path dir;

    private FakeCaller caller;

    @BeforeEach
    void call() {
        caller = new FakeCaller(dir);
    }

    @AfterEach
    void hangUp() {
        caller.close();
    }

    /** Words are parted by blanks. */
    private int run(String line) {
        caller.forget();
        return caller.run(("--root " + dir + " network " + line).split(" "));
    }

    private String out() {
        return caller.printed();
    }

    private String err() {
        return caller.complained();
    }

    @Test
    void aNetworkIsMadeShownAndRemoved() {
        assertThat(run("exists web")).isEqualTo(1);
        assertThat(run("create --subnet 10.231.7.9/24 --gateway 10.231.7.254 --label a=b --opt mtu=1400 web"))
                .isZero();
        assertThat(out()).isEqualTo("web\n");
        assertThat(run("exists web")).isZero();
        assertThat(run("create --ipv6 --internal --disable-dns other")).isZero();
        assertThat(run("ls -q")).isZero();
        assertThat(out()).isEqualTo("other\nweb\n");
        run("ls -q --filter label=a --filter name=w");
        assertThat(out()).isEqualTo("web\n");
        run("ls");
        assertThat(out()).contains("NAME", "10.231.7.0/24", "internal");
        run("inspect web");
        assertThat(out())
                .contains(
                        "\"subnet\": \"10.231.7.0/24\"",
                        "\"gateway\": \"10.231.7.254\"",
                        "\"mtu\": 1400",
                        "\"a\": \"b\"");
        run("ls --format json");
        assertThat(out()).startsWith("[").contains("\"name\": \"other\"", "\"names\": false");
        assertThat(run("rm web")).isZero();
        assertThat(run("rm --force web")).isZero();
        assertThat(run("prune")).isZero();
        assertThat(out()).isEqualTo("other\n");
        run("ls -q");
        assertThat(out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "create none, not a network's name: none",
        "create a/b, not a network's name: a/b",
        "create --subnet 10.231.7.0 x, --subnet: not ADDRESS/PREFIX: 10.231.7.0",
        "create --subnet 10.231.7.0/31 x, subnet 10.231.7.0/31 has no room for a gateway and a pod",
        "create --subnet 10.231.7.0/24 --gateway 10.231.8.1 x, gateway 10.231.8.1 is in none of the subnets",
        "create --subnet 10.231.7.0/24 --gateway 10.231.7.255 x, gateway 10.231.7.255 is not an address of a host",
        "create --subnet 10.231.7.0/24 --subnet 10.231.8.0/24 x, a network has at most one IPv4 and one IPv6 subnet",
        "create --opt color=red x, --opt color is not known: must be mtu or isolate",
        "create --mtu 10 x, the mtu must be from 1280 to 65535",
        "rm nope, no network nope",
        "inspect nope, no network nope",
        "ls --filter x=y, --filter must be name=PART or label=NAME[=VALUE]"
    })
    void whatCannotBeIsOneClearLine(String line, String message) {
        assertThat(run(line)).isEqualTo(1);
        assertThat(err()).contains(message).hasLineCount(1);
        run("ls -q");
        assertThat(out()).isEmpty();
    }
}
