package io.jpod.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.json.InvalidJson;
import io.jpod.plan.Limit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the hierarchy is, and what a cgroupsPath means in it. */
class CgroupMountsTest {
    private static final String HYBRID = """
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:5 - cgroup cgroup rw,cpu,cpuacct
            35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
            38 31 0:35 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio
            40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
            39 23 0:38 / /srv/a\\040b rw,relatime - cgroup2 cgroup2 rw
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
            """;

    private final CgroupFs fs = new CgroupFs("/sys/fs/cgroup", Map.of());

    @Test
    void knowsV1AndV2Apart() {
        CgroupMounts mounts = CgroupMounts.parse(HYBRID);
        assertThat(mounts.v2()).containsExactly("/sys/fs/cgroup/unified", "/srv/a b");
        assertThat(mounts.v1())
                .containsEntry("cpu", "/sys/fs/cgroup/cpu,cpuacct")
                .containsEntry("cpuacct", "/sys/fs/cgroup/cpu,cpuacct")
                .containsEntry("memory", "/sys/fs/cgroup/memory")
                .containsEntry("io", "/sys/fs/cgroup/blkio")
                .doesNotContainKey("pids");
    }

    @Test
    void bearsLinesThatAreNone() {
        CgroupMounts mounts = CgroupMounts.parse("\n - \nx - cgroup2\n1 2 3 4 - cgroup2 a b\n");
        assertThat(mounts.v2()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        ",                    /sys/fs/cgroup/jpod/c1",
        "'',                  /sys/fs/cgroup/jpod/c1",
        "/docker/c1,          /sys/fs/cgroup/docker/c1",
        "/kubepods/pod1/c1,   /sys/fs/cgroup/kubepods/pod1/c1",
        "mine/c1,             /sys/fs/cgroup/jpod/mine/c1",
        "/a:b:c,              /sys/fs/cgroup/a:b:c",
        "/a..b/...,           /sys/fs/cgroup/a..b/...",
    })
    void resolvesPaths(String cgroupsPath, String directory) {
        assertThat(fs.resolve(cgroupsPath, "c1")).isEqualTo(directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "//", "/a//b", "/a/", "a/", "..", "/..", "/a/../b", "/a/..", "/./a", ".", "/a\nb"})
    void refusesPathsThatLeadElsewhere(String cgroupsPath) {
        assertThatThrownBy(() -> fs.resolve(cgroupsPath, "c1"))
                .isInstanceOf(InvalidJson.class)
                .hasMessageStartingWith("config.json: linux.cgroupsPath: must not ");
    }

    @Test
    void saysThatSystemdNamesAreNoPaths() {
        assertThatThrownBy(() -> fs.resolve("system.slice:jpod:c1", "c1"))
                .isInstanceOf(InvalidJson.class)
                .hasMessageContaining("systemd cgroup driver");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc",
                "/sys/fs/cgroup",
                "/sys/fs/cgroup/",
                "/sys/fs/cgroup/../x",
                "/sys/fs/cgroup/a/..",
                "/sys/fs/cgroup//a"
            })
    void touchesNothingOutsideTheHierarchy(String recorded) {
        assertThatThrownBy(() -> fs.remove(recorded, List.of(), Duration.ZERO))
                .isInstanceOf(CgroupFailed.class)
                .hasMessageContaining("is not a cgroup below /sys/fs/cgroup");
        assertThatThrownBy(() -> fs.open(recorded)).isInstanceOf(CgroupFailed.class);
    }

    @Test
    void withoutCgroup2NothingCanBeLimited() {
        CgroupFs.requireNone(List.of());
        Limit limit = new Limit("pids.max", "3", "linux.resources.pids.limit", "pids");
        assertThatThrownBy(() -> CgroupFs.requireNone(List.of(limit)))
                .hasMessage(
                        "linux.resources.pids.limit: pids.max = 3: no cgroup2 is mounted (see /proc/self/mountinfo)");
    }
}
