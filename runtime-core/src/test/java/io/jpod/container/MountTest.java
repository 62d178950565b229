package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static io.jpod.container.Bundle.mount;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.abi.Arch;
import io.jpod.abi.Sys;
import io.jpod.linux.MountTable;
import io.jpod.plan.Facts;
import io.jpod.plan.Lowering;
import io.jpod.plan.Planner;
import io.jpod.plan.Program;
import io.jpod.testing.Built;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is mounted: in which order, behind which links, over what jpod makes itself. */
class MountTest extends ContainerTests {
    private static final Path BUSYBOX = Built.BUSYBOX.file();

    private Path source(String name) throws IOException {
        Path file = temporary.resolve("sources").resolve(name);
        write(file, name + "\n");
        return file;
    }

    private List<String> mountPoints(Bundle bundle) {
        return run(bundle).lines().map(line -> line.split(" ")[4]).toList();
    }

    // ---- order

    @Test
    void mountsAppearInTheOrderInWhichTheyAreListed() throws IOException {
        Bundle bundle = bundle("mounts");
        String data = source("data/x").getParent().toString();
        bundle.mount(mount("/b", "bind", data, "rbind"))
                .mount(mount("/dev/mqueue", "mqueue", "mqueue"))
                .mount(mount("/sys", "sysfs", "sysfs", "ro"))
                .mount(mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro"))
                .mount(mount("/a", "tmpfs", "tmpfs"));
        assertThat(mountPoints(bundle).stream().filter(point -> !point.startsWith("/sys/fs/cgroup/")))
                .containsExactly("/", "/proc", "/dev", "/b", "/dev/mqueue", "/sys", "/sys/fs/cgroup", "/a");
    }

    @Test
    void procMayComeLast() throws IOException {
        for (boolean cgroupNamespace : List.of(true, false)) {
            Bundle bundle = bundle("mounts");
            bundle.set(
                    "mounts",
                    List.of(
                            mount("/dev", "tmpfs", "tmpfs"),
                            mount("/data", "bind", source("data/x").getParent().toString(), "bind"),
                            mount("/sys", "sysfs", "sysfs", "ro"),
                            mount("/sys/fs/cgroup", "cgroup", "cgroup", "ro"),
                            mount("/proc", "proc", "proc")));
            if (cgroupNamespace) {
                bundle.namespace("type", "cgroup");
            }
            assertThat(mountPoints(bundle).stream().filter(point -> !point.startsWith("/sys/fs/cgroup/")))
                    .containsExactly("/", "/dev", "/data", "/sys", "/sys/fs/cgroup", "/proc");
        }
    }

    @Test
    void aLaterMountLiesOnAnEarlierOne() throws IOException {
        Bundle bundle =
                bundle("cat", "/proc/uptime", "+", "ls", "/sys/fs/cgroup", "+", "ls", "/data", "+", "ls", "/proc");
        bundle.set(
                "mounts",
                List.of(
                        mount("/data", "tmpfs", "tmpfs"),
                        mount("/proc", "proc", "proc"),
                        mount("/proc/uptime", "bind", source("uptime").toString(), "bind"),
                        mount("/sys", "sysfs", "sysfs"),
                        mount("/sys/fs/cgroup", "cgroup", "cgroup"),
                        mount(
                                "/sys/fs/cgroup",
                                "bind",
                                source("over/it").getParent().toString(),
                                "bind"),
                        mount("/data/below", "tmpfs", "tmpfs"),
                        mount(
                                "/data/below/more",
                                "bind",
                                source("over/it").getParent().toString(),
                                "bind")));
        assertThat(run(bundle)).startsWith("uptime\nit\nbelow\n").contains("meminfo\n");
    }

    @Test
    void aSourceMayLieInAnEarlierMount() throws IOException {
        Bundle bundle = bundle("ls", "/second", "+", "cat", "/third", "+", "ls", "/fourth");
        Path data = source("data/x").getParent();
        bundle.mount(mount("/first", "bind", data.toString(), "bind"))
                .mount(mount("/second", "bind", bundle.rootfs.resolve("first").toString(), "bind"))
                .mount(mount("/third", "bind", bundle.rootfs.resolve("first/x").toString(), "bind"))
                .mount(mount("/tmp", "tmpfs", "tmpfs"))
                .mount(mount("/tmp/y", "tmpfs", "tmpfs"))
                .mount(mount("/fourth", "bind", bundle.rootfs.resolve("tmp").toString(), "rbind"));
        assertThat(run(bundle)).isEqualTo("x\ndata/x\ny\n");
    }

    // ---- tmpcopyup

    @Test
    void aTmpfsMayBeginWithACopyOfWhatItCovers() throws IOException {
        for (boolean users : List.of(false, true)) {
            Bundle bundle = bundle(
                    "stat",
                    "/data",
                    "+",
                    "stat",
                    "/data/sub",
                    "+",
                    "cat",
                    "/data/link",
                    "+",
                    "write",
                    "/data/sub/file",
                    "changed",
                    "+",
                    "cat",
                    "/data/sub/file",
                    "+",
                    "ls",
                    "/data/below",
                    "+",
                    "ls",
                    "/none",
                    "+",
                    "mounts");
            int base = users ? 100_000 : 0;
            if (users) {
                bundle.userNamespace();
            }
            Path file = bundle.rootfs.resolve("data/sub/file");
            write(file, "image\n");
            Files.createSymbolicLink(bundle.rootfs.resolve("data/link"), Path.of("/data/sub/file"));
            Files.createSymbolicLink(bundle.rootfs.resolve("data/below"), Path.of("sub/deep"));
            owner(bundle.rootfs.resolve("data"), base + 7, 0755);
            owner(bundle.rootfs.resolve("data/sub"), base + 8, 01777);
            owner(file, base, 0644);
            bundle.mount(mount("/data", "tmpfs", "named", "nosuid", "size=1m", "tmpcopyup"))
                    .mount(mount(
                            "/data/below", "bind", source("over/it").getParent().toString(), "bind"))
                    .mount(mount("/none", "tmpfs", "tmpfs", "tmpcopyup"));
            assertThat(run(bundle))
                    .startsWith("dir 0755 7 7 0:0 /data\ndir 1777 8 8 0:0 /data/sub\nimage\nchangedit\n")
                    .containsPattern(" /data rw,nosuid,relatime - tmpfs named rw,size=1024k");
            assertThat(file).hasContent("image\n");
        }
    }

    @Test
    void theBuilderLeavesTheDescriptorOfAFilledTmpfsToTheBrain() throws IOException {
        Bundle bundle = bundle("cat", "/data/x");
        write(bundle.rootfs.resolve("data/x"), "image\n");
        bundle.set(
                "mounts",
                List.of(
                        mount("/data", "tmpfs", "tmpfs", "tmpcopyup"),
                        mount("/dev", "tmpfs", "tmpfs"),
                        mount("/proc", "proc", "proc")));
        assertThat(run(bundle)).isEqualTo("image\n");
        Planner.Request request = new Planner.Request(bundle.rootfs.toString(), false, true, true, 0, false, false);
        Facts facts = HostFacts.gather(bundle.spec(), bundle.rootfs, Optional.empty(), null, List.of(), true);
        Program builder = Lowering.lower(Planner.plan(bundle.spec(), request, facts), Arch.host(), 0)
                .builder();
        String filled = builder.inputs().getFirst().name();
        assertThat(filled).isEqualTo("source mounts[0]");
        assertThat(builder.ops())
                .filteredOn(op -> op.sys() == Sys.CLOSE)
                .isNotEmpty()
                .noneMatch(op -> op.args().getFirst().text().equals(filled));
    }

    private static void owner(Path path, int id, int mode) throws IOException {
        Files.setAttribute(path, "unix:uid", id);
        Files.setAttribute(path, "unix:gid", id);
        Files.setAttribute(path, "unix:mode", mode);
    }

    @Test
    void aModeThatIsAskedForIsNotThatOfTheDirectoryBelow() throws IOException {
        Bundle bundle = bundle("stat", "/data", "+", "ls", "/data", "+", "write", "/data/y", "");
        write(bundle.rootfs.resolve("data/x"), "");
        owner(bundle.rootfs.resolve("data"), 7, 0750);
        bundle.mount(mount("/data", "tmpfs", "tmpfs", "ro", "mode=1777", "uid=3", "tmpcopyup"));
        try (Created created = started(bundle.spec(), bundle.options("c"), spawner)) {
            assertThat(created.await()).isEqualTo(1);
        }
        assertThat(bundle.output()).isEqualTo("dir 1777 3 7 0:0 /data\nx\nwrite: /data/y: EROFS\n");
    }

    @Test
    void whatDoesNotFitIntoATmpfsIsAnError() throws IOException {
        Bundle bundle = bundle("true");
        Files.write(Files.createDirectory(bundle.rootfs.resolve("data")).resolve("large"), new byte[200_000]);
        bundle.mount(mount("/data", "tmpfs", "tmpfs", "size=64k", "tmpcopyup"));
        assertThatThrownBy(() -> run(bundle))
                .hasMessageMatching(
                        "step 1, from mounts.2.: copy /data of the root file system into a new tmpfs: .*No space left on device");
        assertThat(containers.list()).isEmpty();
    }

    // ---- links of the image

    @ParameterizedTest
    @CsvSource({
        "etc/resolv.conf, ../run/resolve/stub.conf, /run/resolve/stub.conf",
        "etc/resolv.conf, /run/resolve/stub.conf, /run/resolve/stub.conf",
        "etc/localtime, ../../../../usr/share/zone, /usr/share/zone",
        "etc, /private/etc, /private/etc/resolv.conf",
    })
    void aBindOnADanglingLinkIsMadeWhereItLeads(String link, String target, String there) throws IOException {
        for (boolean tmpfs : List.of(false, true)) {
            Bundle bundle = bundle("cat", there, "+", "cat", link.equals("etc") ? "/etc/resolv.conf" : "/" + link);
            Path at = bundle.rootfs.resolve(link);
            Files.createDirectories(at.getParent());
            Files.createSymbolicLink(at, Path.of(target));
            if (tmpfs) {
                // What is there in the image is not there any more.
                write(bundle.rootfs.resolve("run/resolve/stub.conf"), "image");
                bundle.mount(mount("/run", "tmpfs", "tmpfs"));
            }
            String destination = link.equals("etc") ? "/etc/resolv.conf" : "/" + link;
            bundle.mount(mount(destination, "bind", source("given").toString(), "bind", "ro"));
            assertThat(run(bundle)).isEqualTo("given\ngiven\n");
            assertThat(Files.isSymbolicLink(at)).isTrue();
        }
    }

    @Test
    void everythingElseThatIsMadeFollowsDanglingLinksToo() throws IOException {
        Bundle bundle = bundle("ls", "/var/tmp/t", "+", "cwd", "+", "stat", "/real/dev/own", "+", "ls", "/deep/b");
        Files.createDirectories(bundle.rootfs.resolve("var"));
        Files.createSymbolicLink(bundle.rootfs.resolve("var/tmp"), Path.of("../scratch"));
        Files.createSymbolicLink(bundle.rootfs.resolve("work"), Path.of("real/work"));
        Files.createSymbolicLink(bundle.rootfs.resolve("nodes"), Path.of("/real/dev"));
        Files.createSymbolicLink(bundle.rootfs.resolve("one"), Path.of("two"));
        Files.createSymbolicLink(bundle.rootfs.resolve("two"), Path.of("/deep/./../deep"));
        bundle.mount(mount("/var/tmp/t", "tmpfs", "tmpfs"))
                .mount(mount("/one/b", "bind", source("data/x").getParent().toString(), "bind"));
        bundle.set("process.cwd", "/work/here");
        bundle.set("linux.devices", List.of(map("path", "/nodes/own", "type", "c", "major", 1, "minor", 3)));
        assertThat(run(bundle)).isEqualTo("/real/work/here\nchar 0666 0 0 1:3 /real/dev/own\nx\n");
        assertThat(bundle.rootfs.resolve("scratch/t")).isDirectory();
    }

    @Test
    void linksLeadNeitherOutNorOverProc() throws IOException {
        Path outside = Files.createDirectories(temporary.resolve("outside"));
        Bundle out = bundle("true");
        Files.createSymbolicLink(out.rootfs.resolve("out"), outside.resolve("file"));
        Files.createSymbolicLink(out.rootfs.resolve("up"), Path.of("../../outside/file"));
        out.mount(mount("/out", "bind", source("given").toString(), "bind"))
                .mount(mount("/up", "bind", source("given").toString(), "bind"));
        run(out);
        assertThat(outside).isEmptyDirectory();

        for (String target : List.of("/proc/self/attr", "proc/../proc//sys/kernel", "/")) {
            Bundle over = bundle("true");
            Files.createSymbolicLink(over.rootfs.resolve("link"), Path.of(target));
            over.mount(mount("/link", "bind", source("data/x").getParent().toString(), "bind"));
            assertThatThrownBy(() -> run(over)).hasMessageContaining("mounts[2].destination");
        }
        Bundle loop = bundle("true");
        Files.createSymbolicLink(loop.rootfs.resolve("loop"), Path.of("loop"));
        loop.mount(mount("/loop/x", "bind", source("given").toString(), "bind"));
        assertThatThrownBy(() -> run(loop)).hasMessageContaining("ELOOP");
    }

    /** Devices come after proc: a link in the place of one must not hide a file of it (CVE-2025-31133). */
    @ParameterizedTest
    @CsvSource({"dev/null, /proc/uptime", "dev/null, ../proc/uptime", "dev, /proc", "dev, proc/sys/kernel", "opt, /proc"
    })
    void noDeviceHidesAFileOfProc(String link, String target) throws IOException {
        for (boolean users : List.of(false, true)) {
            Bundle bundle = bundle("cat", "/proc/uptime");
            if (users) {
                bundle.userNamespace();
            }
            Path at = bundle.rootfs.resolve(link);
            Files.createDirectories(at.getParent());
            Files.createSymbolicLink(at, Path.of(target));
            bundle.set("mounts", List.of(mount("/proc", "proc", "proc")));
            if (link.equals("opt")) {
                bundle.set("linux.devices", List.of(map("path", "/opt/uptime", "type", "c", "major", 1, "minor", 3)));
            }
            assertThatThrownBy(() -> run(bundle))
                    .satisfiesAnyOf(
                            refused -> assertThat(refused).hasMessageContaining("into /proc"),
                            refused -> assertThat(refused).hasMessageContaining("ELOOP"));
        }
    }

    // ---- what is made by default

    @ParameterizedTest
    @CsvSource({"null", "ptmx", "fd", "full", "console", "stdin", "tty"})
    void aMountOnWhatIsMadeByDefaultStays(String name) throws IOException {
        for (boolean users : List.of(false, true)) {
            for (boolean tmpfs : List.of(true, false)) {
                Bundle bundle = bundle("cat", "/dev/" + name);
                if (users) {
                    bundle.userNamespace();
                }
                List<Object> mounts = new ArrayList<>(List.of(mount("/proc", "proc", "proc")));
                if (tmpfs) {
                    mounts.add(mount("/dev", "tmpfs", "tmpfs"));
                }
                mounts.add(mount("/dev/" + name, "bind", source("given").toString(), "bind", "ro"));
                bundle.set("mounts", mounts);
                assertThat(run(bundle))
                        .as("user namespace %s, tmpfs %s", users, tmpfs)
                        .isEqualTo("given\n");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"/run, ro", "/dev, rro"})
    void aReadOnlyTmpfsTakesWhatIsMountedInIt(String tmpfs, String option) throws IOException {
        Bundle bundle = bundle("cat", tmpfs + "/secrets/one", "+", "write", tmpfs + "/x", "1");
        bundle.mount(mount(tmpfs, "tmpfs", "tmpfs", option, "nosuid"))
                .mount(mount(tmpfs + "/secrets/one", "bind", source("one").toString(), "bind"));
        assertThat(run(bundle, 1)).isEqualTo("one\nwrite: " + tmpfs + "/x: EROFS\n");
    }

    @Test
    void onlyProcMayBeMountedOnProc() throws IOException {
        Path data = source("data/x").getParent();
        for (String source : List.of(
                data.toString(),
                "/proc/self/fdinfo",
                "/sys",
                data.resolve("missing").toString())) {
            Bundle bundle = bundle("true");
            bundle.mount(mount("/proc/", "bind", source, "rbind"));
            assertThatThrownBy(() -> run(bundle)).hasMessageContaining("mounts[2].source: is not a proc file system");
        }
        Bundle bundle = bundle("ls", "/proc/sys/kernel/random");
        bundle.set("mounts", List.of(mount("/proc", "bind", "/proc", "rbind", "ro")));
        assertThat(run(bundle)).contains("boot_id\n");
    }

    /** A root file system is used more than once. */
    @Test
    void aDeviceThatIsThereStaysAndAnotherOneIsRefused() throws IOException {
        Bundle bundle = bundle("stat", "/opt/x", "+", "stat", "/opt/pipe");
        bundle.set(
                "linux.devices",
                List.of(
                        map("path", "/opt/x", "type", "c", "major", 1, "minor", 3),
                        map("path", "/opt/pipe", "type", "p", "major", 0, "minor", 0)));
        assertThat(run(bundle)).isEqualTo("char 0666 0 0 1:3 /opt/x\nfifo 0666 0 0 0:0 /opt/pipe\n");
        assertThat(run(bundle)).endsWith("char 0666 0 0 1:3 /opt/x\nfifo 0666 0 0 0:0 /opt/pipe\n");
        Bundle other = bundle("true");
        write(other.rootfs.resolve("opt/x"), "");
        other.set("linux.devices", List.of(map("path", "/opt/x", "type", "c", "major", 1, "minor", 3)));
        assertThatThrownBy(() -> run(other)).hasMessageContaining("has something else there");
    }

    /** mknod(2) takes numbers for a fifo and takes no notice of them; a slash at the end is no name. */
    @ParameterizedTest
    @CsvSource({"/dev/own/, c, 1, 3, char", "/dev/pipe, p, 1, 3, fifo", "//dev/./sub//pipe//, p, 0, 7, fifo"})
    void devicesByOddPathsAndNumbers(String path, String type, int major, int minor, String kind) throws IOException {
        for (boolean users : List.of(false, true)) {
            if (users && type.equals("c")) {
                continue;
            }
            String clean = Path.of(path).normalize().toString();
            Bundle bundle = bundle("stat", clean);
            if (users) {
                bundle.userNamespace();
            }
            bundle.set("linux.devices", List.of(map("path", path, "type", type, "major", major, "minor", minor)));
            String numbers = type.equals("p") ? "0:0" : major + ":" + minor;
            assertThat(run(bundle)).isEqualTo(kind + " 0666 0 0 " + numbers + " " + clean + "\n");
        }
    }

    /** Who names flags of a bind names all of them: what its source has and the config does not say is gone. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bind              | ro,nosuid,nodev,noexec,relatime
            bind,rw           | rw,relatime
            bind,nosuid       | rw,nosuid,relatime
            bind,ro,noexec    | ro,noexec,relatime
            bind,dev,noatime  | rw,noatime
            """)
    void flagsOfABindAreTheNamedOnes(String options, String flags) throws IOException {
        Bundle bundle = bundle("mounts");
        Path base = Files.createDirectories(bundle.rootfs.resolve("base"));
        bundle.mount(mount("/base", "tmpfs", "tmpfs", "ro", "nosuid", "nodev", "noexec"))
                .mount(mount("/base", "bind", base.toString(), "bind", "remount", "ro"))
                .mount(mount("/copy", "bind", base.toString(), options.split(",")));
        assertThat(run(bundle).lines().filter(line -> line.contains(" /copy ")).map(line -> line.split(" ")[5]))
                .containsExactly(flags);
    }

    /** But for access times, as with mount(2): they stay as they are where none is named. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            noatime                | bind,nosuid            | rw,nosuid,noatime
            strictatime            | bind,ro                | ro
            noatime,nodiratime     | bind,ro                | ro,noatime,nodiratime
            nodiratime             | bind,ro                | ro,nodiratime,relatime
            noatime                | bind,relatime          | rw,relatime
            noatime                | bind,ro,strictatime    | ro
            nodiratime             | bind,ro,diratime       | ro,relatime
            """)
    void accessTimesOfABindStay(String base, String options, String flags) throws IOException {
        Bundle bundle = bundle("mounts");
        Path source = Files.createDirectories(bundle.rootfs.resolve("base"));
        bundle.mount(mount("/base", "tmpfs", "tmpfs", base.split(",")))
                .mount(mount("/copy", "bind", source.toString(), options.split(",")));
        assertThat(run(bundle).lines().filter(line -> line.contains(" /copy ")).map(line -> line.split(" ")[5]))
                .containsExactly(flags);
    }

    // ---- without pivot_root

    /** Whoever makes user, pid and mount namespaces may mount proc and sysfs if one is in full view, user_namespaces(7). */
    @ParameterizedTest
    @CsvSource({"proc, false", "sysfs, false", "proc, true", "sysfs, true"})
    void withoutPivotRootNothingOfTheHostIsInReach(String type, boolean users) throws IOException {
        for (boolean pivot : List.of(true, false)) {
            Bundle bundle = bundle();
            if (users) {
                bundle.userNamespace();
            }
            Files.copy(BUSYBOX, bundle.rootfs.resolve("busybox"));
            Files.createDirectory(bundle.rootfs.resolve("mnt"));
            String attempt =
                    "/busybox mount -t " + type + " none /mnt; /busybox ls /mnt; /busybox cat /proc/self/mountinfo";
            bundle.set(
                    "process.args",
                    List.of("/busybox", "unshare", "-m", "-n", "-r", "-p", "-f", "/busybox", "sh", "-c", attempt));
            // Root without capabilities may not map itself, user_namespaces(7).
            bundle.set("process.user", map("uid", 1000, "gid", 1000));
            bundle.mount(mount("/sys", "sysfs", "sysfs", "ro"));
            bundle.set("linux.maskedPaths", List.of("/proc/keys", "/sys/firmware"));
            CreateOptions some = bundle.options("c");
            CreateOptions options = new CreateOptions(
                    "c" + pivot, some.bundle(), 0, some.stdio(), null, pivot, true, 0, Belonging.NONE);
            try (Created created = started(bundle.spec(), options, spawner)) {
                created.await();
            }
            assertThat(bundle.output())
                    .as("pivot_root %s, where these were mounted: %s", pivot, MountTable.own())
                    .contains("permission denied")
                    .doesNotContain("keys\n", "kernel\n")
                    .contains(" /proc/keys ");
        }
    }
}
