package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Containers among mounts that are not their own, beside runc, which mounts there and leaves what it mounted. All of it in a
 * mount namespace that the test makes: what goes wrong stays in there.
 */
@Tag("root")
@Needs({Built.JPOD, Built.PROBE, Built.BUSYBOX})
class MountNamespaceTest {
    private static final String LOOK =
            "/probe ls / + ls /dev + id + caps + env + cwd + umask + rlimits + fds + pids + stat /proc + stat /dev/null";

    @AutoClose
    private final Jpod jpod = Jpod.oneShot();

    /** Whose root file system has all that it needs, once the script has mounted proc. */
    private Bundle prepared(boolean joined) throws IOException {
        Bundle bundle = jpod.probe();
        Path dev = Files.createDirectories(bundle.rootfs().resolve("dev"));
        Files.createDirectories(bundle.rootfs().resolve("proc"));
        Files.createDirectories(bundle.rootfs().resolve("mnt"));
        List<Object> namespaces =
                new ArrayList<>(List.of(Map.of("type", "pid"), Map.of("type", "network"), Map.of("type", "ipc")));
        if (joined) {
            namespaces.add(Map.of("type", "mount", "path", bundle.dir() + "/ns"));
        }
        script("cd " + dev + "; mknod -m 666 null c 1 3; mknod -m 666 zero c 1 5; mknod -m 666 full c 1 7;"
                        + " mknod -m 666 random c 1 8; mknod -m 666 urandom c 1 9; mknod -m 666 tty c 5 0;"
                        + " ln -s /proc/self/fd fd; ln -s /proc/self/fd/0 stdin; ln -s /proc/self/fd/1 stdout;"
                        + " ln -s /proc/self/fd/2 stderr; ln -s pts/ptmx ptmx")
                .run()
                .ok();
        return bundle.change(config -> config.remove("hostname")
                .set("mounts", List.of())
                .set("process.args", List.of(LOOK.split(" ")))
                .set("root.readonly", false)
                .set("linux", Map.of("namespaces", namespaces)));
    }

    private Jpod.Call script(String script) {
        return jpod.program(List.of("unshare", "-m", "--propagation", "private", "sh", "-ec", script));
    }

    private String jpod() {
        return "env JPOD_ONESHOT=1 " + Jpod.HOME.resolve("bin/jpod") + " --root " + jpod.root;
    }

    private Config sleeping(Config config) {
        return config.remove("hostname")
                .set("mounts", List.of())
                .set("process.args", List.of("/probe", "sleep", "1000"))
                .set("root.readonly", false)
                .set("linux", Map.of("namespaces", List.of(Map.of("type", "pid"))));
    }

    private Config mapped(Config config) {
        List<Object> mapping = List.of(Map.of("containerID", 0, "hostID", 100_000, "size", 65_536));
        return config.set("process.args", List.of("/probe", "cat", "/proc/self/mountinfo"))
                .set("linux.namespaces.+", Map.of("type", "user"))
                .set("linux.uidMappings", mapping)
                .set("linux.gidMappings", mapping);
    }

    /** Runs it once, among the mounts of the script or of another process, and looks whether they are the same afterwards. */
    private Result run(String runtime, Bundle bundle, boolean joined) {
        String mount = "mount -t proc proc " + bundle.rootfs() + "/proc";
        String process = joined ? "$!" : "self";
        // Others' mounts at the usual places come and go.
        String look = "awk -v dir=" + bundle.dir()
                + " '$5 !~ \"^/(tmp|var/tmp|run|dev/shm)/\" || index($5, dir) == 1' /proc/" + process
                + "/mountinfo | sort";
        return script("cd " + bundle.dir() + "; "
                        + (joined
                                ? "mkfifo up; unshare -m --propagation private sh -ec '" + mount
                                        + "; echo >up; exec sleep 1000' & trap 'kill $!' EXIT; read up <up;"
                                        + " ln -s /proc/$!/ns/mnt ns; "
                                : mount + "; ")
                        + look + " >before; " + runtime + " run -b . " + jpod.id() + "; " + look + " >after")
                .run()
                .ok();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @EnabledIf("io.jpod.it.RuncTest#isInstalled")
    void whatIsSeenIsWhatRuncShows(boolean joined) throws IOException {
        Bundle theirs = prepared(joined);
        Result runc = run("runc --root " + jpod.dir.resolve("runc"), theirs, joined);
        Bundle ours = prepared(joined);
        Result result = run(jpod(), ours, joined);
        assertThat(result.out()).contains("fd\nfull\nnull\n");
        assertThat(seen(result)).isEqualTo(seen(runc));
        assertThat(ours.dir().resolve("after"))
                .hasSameTextualContentAs(ours.dir().resolve("before"));
        assertThat(Files.readString(theirs.dir().resolve("after")))
                .as("a mount that runc leaves")
                .isNotEqualTo(Files.readString(theirs.dir().resolve("before")));
    }

    /** Between runc in the foreground and a container are pipes. */
    private static String seen(Result result) {
        return result.out().replaceAll("(?m)^([012]) [/p].*$", "$1");
    }

    /** Whoever executes is where the first process is, wherever the caller of exec is. */
    @Test
    void execJoinsTheMountsOfTheFirstProcess() throws IOException {
        Bundle bundle = prepared(false).change(this::sleeping);
        String id = jpod.id();
        Result result = script("cd " + bundle.dir() + "; mount -t tmpfs none rootfs/mnt; echo seen >rootfs/mnt/file; "
                        + jpod() + " run -d -b . " + id + "; unshare -m sh -ec 'umount -l rootfs/mnt; exec " + jpod()
                        + " exec " + id + " /probe ls /mnt + ls /.. + stat /dev/null'; " + jpod() + " delete -f " + id)
                .run()
                .ok();
        assertThat(result.out()).startsWith("file\ndev\nmnt\nprobe\nproc\nchar 0666");
    }

    /** Root of a user namespace cannot go where the host's mounts are closed to it: they are let go of before. */
    @ParameterizedTest
    @CsvSource({"0", "12345"})
    void withoutPivotRootMountsBelowClosedDirectoriesGoToo(int owner) throws IOException {
        Bundle bundle = jpod.probe("cat", "/proc/self/mountinfo").change(this::mapped);
        Files.setAttribute(bundle.rootfs(), "unix:uid", 100_000);
        Path closed = Files.createDirectories(bundle.dir().resolve("closed/in"));
        Result result = script("cd " + bundle.dir() + "; mount -t proc proc closed/in; chown " + owner
                        + " closed; chmod 700 closed; " + jpod() + " run --no-pivot -b . " + jpod.id())
                .run()
                .ok();
        assertThat(result.out()).contains(" /proc ").doesNotContain(closed.toString());
    }
}
