package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The output of detached containers is kept on disk, as much of it as there is room for, and costs nobody else any. */
@Tag("root")
class LogsTest extends JpodTests {
    private static String rootfs;

    @BeforeAll
    static void start() throws Exception {
        rootfs = Bundle.busybox(jpod.newDir("box")).rootfs().toString();
    }

    private static String run(List<String> options, String script) {
        String id = jpod.id();
        List<String> words = new ArrayList<>(List.of("run", "-d", "--name", id, "--rootfs", rootfs));
        words.addAll(options);
        Collections.addAll(words, "--", "sh", "-c", script);
        jpod.run(words.toArray(String[]::new)).ok();
        return id;
    }

    private static Path directory(String id) {
        return jpod.root.resolve(id).resolve("log");
    }

    private static List<Long> sizes(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("log"))
                    .map(file -> {
                        try {
                            return Files.size(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .toList();
        }
    }

    /** Four descriptors each are more than the caller may have open; the containers get what he has. */
    @Test
    void aMonitorOfManyHasRoomForThem() throws Exception {
        String rootfs = Bundle.busybox(jpod.newDir("many")).rootfs().toString();
        String script = "ulimit -Sn; exec sleep 1000";
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ids.add(jpod.id());
            jpod.run("run", "-d", "--name", ids.getLast(), "--rootfs", rootfs, "--", "sh", "-c", script)
                    .ok();
        }
        jpod.call(Stream.concat(Stream.of("restart", "--time", "0"), ids.stream())
                        .toArray(String[]::new))
                .through("sh", "-c", "ulimit -Sn 40; exec \"$@\"", "sh")
                .run()
                .ok();
        for (String id : ids) {
            Jpod.awaitText(directory(id).resolve("log"), "\n40\n");
            jpod.run("delete", "--force", id).ok();
        }
    }

    @Test
    void aLogIsBoundedWithoutBeingAsked() throws IOException {
        String id = run(List.of(), "head -c 150000000 /dev/zero | tr '\\0' '\\n'; echo end");
        assertThat(jpod.run("wait", id).ok().out()).isEqualTo("0\n");
        assertThat(sizes(directory(id))).hasSize(5).allMatch(size -> size <= 20 << 20);
        assertThat(jpod.run("logs", "-n", "1", id).ok().out()).isEqualTo("end\n");
        jpod.run("delete", id).ok();
        assertThat(directory(id)).doesNotExist();
    }

    @Test
    void asLargeAsItIsAskedFor() throws IOException {
        String id = run(
                List.of("--log-opt", "max-size=10k", "--log-opt", "max-file=3"),
                "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done");
        jpod.run("wait", id).ok();
        assertThat(sizes(directory(id))).hasSize(3).allMatch(size -> size <= 10 << 10);
        List<String> kept = jpod.run("logs", id).ok().out().lines().toList();
        assertThat(kept).hasSizeGreaterThan(2000).endsWith("line 4998", "line 4999");
        for (int i = 0; i < kept.size(); i++) {
            assertThat(kept.get(i)).isEqualTo("line " + (5000 - kept.size() + i));
        }
        assertThat(jpod.run("logs", "--tail", "2000", id).ok().out().lines())
                .isEqualTo(kept.subList(kept.size() - 2000, kept.size()));
        jpod.run("delete", id).ok();
    }

    @ParameterizedTest
    @ValueSource(strings = {"max-size=1", "max-size=x", "max-size=", "max-file=0", "max-file=-1", "max-age=1", "x"})
    void otherBoundsAreRefused(String option) {
        Result refused = jpod.run("run", "-d", "--rootfs", rootfs, "--log-opt", option, "--", "true")
                .ended(1);
        assertThat(refused.err()).contains("--log-opt");
        assertThat(jpod.run("list", "-q").ok().out()).isEmpty();
    }

    @Test
    void followingLosesNothingOfWhatIsKept() {
        String id = run(
                List.of("--log-opt", "max-size=20k", "--log-opt", "max-file=100"),
                "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done");
        List<String> lines = jpod.run("logs", "-f", id).ok().out().lines().toList();
        assertThat(lines).hasSize(20_000).startsWith("line 0").endsWith("line 19999");
        jpod.run("delete", id).ok();
    }

    @Test
    void stdoutAndStderrStayInOrder() {
        String id = run(List.of(), "for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done");
        jpod.run("wait", id).ok();
        assertThat(jpod.run("logs", id).ok().out().lines())
                .containsExactly(
                        "out 1", "err 1", "out 2", "err 2", "out 3", "err 3", "out 4", "err 4", "out 5", "err 5");
        jpod.run("delete", id).ok();
    }

    @Test
    void aRestartKeepsWhatWasPrintedAndTheBounds() throws IOException {
        String id = run(List.of("--log-opt", "max-size=4k", "--log-opt", "max-file=2"), "echo again; exit 3");
        jpod.run("wait", id).ok();
        for (int i = 0; i < 2; i++) {
            jpod.run("restart", id).ok();
            assertThat(jpod.run("wait", id).ok().out()).isEqualTo("3\n");
        }
        assertThat(jpod.run("logs", id).ok().out()).isEqualTo("again\n".repeat(3));
        assertThat(Files.readString(directory(id).resolve("bounds"))).isEqualTo("4096 2");
        jpod.run("delete", id).ok();
    }

    @Test
    void aTerminalToo() throws IOException {
        String id = run(
                List.of("-t", "--log-opt", "max-size=4k", "--log-opt", "max-file=2"),
                "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; exit 5");
        assertThat(jpod.run("wait", id).ok().out()).isEqualTo("5\n");
        assertThat(sizes(directory(id))).hasSize(2).allMatch(size -> size <= 4096);
        assertThat(jpod.run("logs", "-n", "1", id).ok().out()).isEqualTo("line 1999\n");
        jpod.run("delete", id).ok();
    }

    @Test
    void aContainerThatIsKilledWhileItPrintsGoesWithItsLog() {
        for (int i = 0; i < 10; i++) {
            String id = run(List.of("--log-opt", "max-size=4k", "--log-opt", "max-file=5"), "yes");
            jpod.run("delete", "--force", id).ok();
            assertThat(jpod.root.resolve(id)).doesNotExist();
        }
    }

    /** Runs a script in a mount namespace of its own, in which the usual places are empty and small. */
    private static Result apart(String script) {
        String whole =
                "mount -t tmpfs -o size=1m tmpfs /run; mount -t tmpfs -o size=300k,nr_inodes=100 tmpfs /var/lib; "
                        + script;
        return jpod.call()
                .bare()
                .oneShot()
                .through("unshare", "-m", "--propagation", "private", "sh", "-ec", whole)
                .run();
    }

    private static String jpod(String words) {
        return Jpod.HOME.resolve("bin/jpod") + " " + words + "; ";
    }

    private static String detached(String id, String script) {
        return jpod("run -d --name " + id + " --rootfs " + rootfs + " -- sh -c '" + script + "'");
    }

    @Test
    void byDefaultItLiesOnDiskAndGoesWithItsContainer() {
        String id = jpod.id();
        Result result = apart(detached(id, "echo hello") + jpod("wait " + id) + jpod("logs " + id)
                + "cat /var/lib/jpod/logs/" + id + "/log; " + jpod("inspect " + id + " | grep LogPath")
                + jpod("delete " + id) + "ls /var/lib/jpod/logs /run/jpod; ");
        assertThat(result.ok().out())
                .startsWith(id + "\n0\nhello\nhello\n")
                .contains("\"/run/jpod/" + id + "/log/log\"")
                .endsWith("/run/jpod:\n\n/var/lib/jpod/logs:\n");
    }

    @Test
    void aLogThatABootHasLeftIsFoundAndNobodyElses() {
        String id = jpod.id();
        Result result = apart(detached(id, "echo old") + jpod("wait " + id)
                + "umount -l /run; mount -t tmpfs tmpfs /run; rmdir /sys/fs/cgroup*/jpod/" + id
                + " /sys/fs/cgroup/unified/jpod/" + id + " || true; "
                + jpod("doctor || true") + detached(id, "echo new") + jpod("wait " + id) + jpod("logs " + id)
                + jpod("doctor || true") + jpod("delete " + id));
        assertThat(result.ok().out())
                .containsOnlyOnce("/var/lib/jpod/logs/" + id)
                .contains("there is no such container\n" + id + "\n0\nnew\n");
    }

    @Test
    void aFullDiskCostsLinesAndNoExitCode() {
        String id = jpod.id();
        Result result =
                apart(detached(id, "head -c 2000000 /dev/zero; exit 7") + jpod("wait " + id) + jpod("delete " + id));
        assertThat(result.ok().out()).isEqualTo(id + "\n7\n");
    }

    /** Where the exit code is written. */
    @Test
    void aFullStateDirectoryToo() throws IOException {
        String id = jpod.id();
        Path go = Path.of(rootfs, id);
        Result result = apart(detached(id, "until [ -e /" + id + " ]; do sleep 0.1; done; exit 9")
                + "head -c 9000000 /dev/zero > /run/fill || true; touch " + go + "; " + jpod("wait " + id)
                + "rm /run/fill; " + jpod("delete " + id));
        Files.delete(go);
        assertThat(result.ok().out()).isEqualTo(id + "\n9\n");
    }
}
