package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of options that are empty, that are made from others, and that are looked up in the container. */
@Tag("root")
class OptionValuesTest extends JpodTests {
    private static Path rootfs;

    @BeforeAll
    static void start() throws Exception {
        rootfs = Bundle.busybox(jpod.newDir("box")).rootfs();
        Files.writeString(
                rootfs.resolve("etc/passwd"), "root:x:0:0::/root:/bin/sh\n#\nodd\nweb:x:1000:1001::/www:/bin/sh\n");
        Files.writeString(rootfs.resolve("etc/group"), "root:x:0:\nodd:x:many:web\nlog:x:50:web\n");
    }

    private static Result run(List<String> options, String... command) {
        List<String> words = new ArrayList<>(List.of("run", "--rootfs", rootfs.toString()));
        words.addAll(options);
        words.add("--");
        words.addAll(List.of(command));
        return jpod.run(words.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--root;list",
                "--log;list",
                "run;--rootfs;--;true",
                "run;--name;--rootfs=/;--;true",
                "run;--volume;--rootfs=/;--;true",
                "run;--pid-file;--rootfs=/;--;true",
                "run;--bundle;x",
                "create;--bundle;x",
                "create;--console-socket;x",
                "exec;--process;x",
                "exec;--cwd;x;true",
                "explain;--rootfs;--;true",
                "pod;create;--volume;x",
                "pod;create;--network;x",
                "debug;--rootfs;x"
            })
    void anEmptyValueIsNoValue(String text) throws IOException {
        Path empty = jpod.newDir("empty");
        List<String> words = new ArrayList<>(List.of(text.split(";")));
        int option = words.indexOf(words.stream()
                .filter(word -> word.startsWith("--") && word.length() > 2)
                .findFirst()
                .orElseThrow());
        words.add(option + 1, "");
        Result refused =
                jpod.call(words.toArray(String[]::new)).bare().in(empty).run();
        assertThat(refused.code()).isNotZero();
        assertThat(refused.err()).contains(words.get(option) + ": must not be empty");
        words.set(option, words.get(option) + "=");
        words.remove(option + 1);
        assertThat(jpod.call(words.toArray(String[]::new))
                        .bare()
                        .in(empty)
                        .run()
                        .err())
                .contains(": must not be empty");
        try (Stream<Path> made = Files.list(empty)) {
            assertThat(made).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {63, 64, 65, 200, 255})
    void aLongNameIsAsMuchOfAHostNameAsCanBe(int length) {
        String name = (jpod.id() + "_").concat("n".repeat(300)).substring(0, length);
        Result ran = run(List.of("--name", name), "sh", "-c", "hostname; echo $HOSTNAME");
        String hostname = name.replace('_', '-').substring(0, 63);
        assertThat(ran.ok().out()).isEqualTo(hostname + "\n" + hostname + "\n");
    }

    @ParameterizedTest
    @CsvSource({"a._, a", "_a+b, a-b", "+, localhost"})
    void oneThatIsNoHostNameBecomesLikeIt(String end, String expected) {
        assertThat(run(List.of("--name", end, "--cgroup-parent", "/" + jpod.token), "hostname")
                        .ok()
                        .out())
                .isEqualTo(expected + "\n");
    }

    @Test
    void soDoesAPods() {
        String pod = jpod.token + "_.";
        jpod.run("pod", "create", "--network", "none", pod).ok();
        Result ran = run(List.of("--pod", pod, "--name", jpod.id()), "hostname");
        jpod.run("pod", "rm", "--force", pod).ok();
        assertThat(ran.ok().out()).isEqualTo(jpod.token + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "-a", "a.", "65"})
    void oneThatIsAskedForIsRefusedIfItIsNone(String hostname) {
        String wanted = hostname.equals("65") ? "h".repeat(65) : hostname;
        assertThat(run(List.of("--hostname=" + wanted), "true").ended(1).err()).contains("--hostname");
    }

    @Test
    void minusHIsTheHostName() {
        assertThat(run(List.of("-h", "box"), "hostname").ok().out()).isEqualTo("box\n");
        assertThat(jpod.run("run", "--help").ok().out()).contains("-h, --hostname=HOST");
        assertThat(jpod.run("list", "-h").ok().out()).contains("List the containers");
    }

    @ParameterizedTest
    @CsvSource({
        "web, uid=1000 gid=1001 groups=50",
        "1000, uid=1000 gid=1001 groups=50",
        "1000:7, uid=1000 gid=7 groups=",
        "web:log, uid=1000 gid=50 groups=",
        "2000, uid=2000 gid=0 groups=",
        "0, uid=0 gid=0 groups="
    })
    void runAndExecMeanTheSameUser(String user, String who) {
        String script = "echo uid=$(id -u) gid=$(id -g) groups=$(sed -n 's/^Groups:.//p' /proc/self/status)";
        assertThat(run(List.of("-u", user), "sh", "-c", script).ok().out().strip())
                .isEqualTo(who);
        String id = jpod.id();
        jpod.run("run", "-d", "--name", id, "-u", "7:8", "--rootfs", rootfs.toString(), "--", "sleep", "1000")
                .ok();
        assertThat(jpod.run("exec", "-u", user, id, "sh", "-c", script)
                        .ok()
                        .out()
                        .strip())
                .isEqualTo(who);
        jpod.run("delete", "--force", id).ok();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-v /nowhere:/x | --volume /nowhere:/x: open source /nowhere",
                "-v /etc/passwd:/bin | --volume /etc/passwd:/bin",
                "-v /tmp:/bin/busybox/x | --volume /tmp:/bin/busybox/x",
                "--tmpfs /x:bogus=1 | --tmpfs /x:bogus=1",
                "-v /tmp:/x --tmpfs /bin/busybox -v /tmp:/y | --tmpfs /bin/busybox",
                "-w /bin/busybox | --workdir /bin/busybox",
                "-w relative | --workdir: must be absolute",
                "-u 99999999999 | no user or group id",
                "--cgroup-parent ../x | --cgroup-parent ../x"
            })
    void anErrorNamesWhatWasTyped(String options, String named) {
        Result refused = run(List.of(options.split(" ")), "true").ended(1);
        assertThat(refused.err()).contains(named).doesNotContain("mounts[", "config.json", "process.cwd");
        assertThat(refused.err()).hasLineCount(1);
        assertThat(rootfs.resolve("relative")).doesNotExist();
    }
}
