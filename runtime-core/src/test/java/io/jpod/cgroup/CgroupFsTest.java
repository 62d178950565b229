package io.jpod.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jpod.cgroup.CgroupEvents.Event;
import io.jpod.plan.Limit;
import io.jpod.testing.Await;
import io.jpod.testing.Own;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Against the host's own cgroup2, in cgroups named jpod-test-PID-*, with no controllers needed. */
@Tag("root")
class CgroupFsTest {
    private static final Duration SOON = Await.PATIENCE;

    private static final Duration NOW = Duration.ofMillis(50);

    private final List<Process> processes = new ArrayList<>();
    private @Nullable CgroupFs fs;
    private String path;

    @BeforeEach
    void find(TestInfo test) {
        Optional<CgroupFs> found = CgroupFs.find();
        assumeTrue(found.isPresent(), "cgroup2 is mounted");
        assumeTrue(Files.isWritable(Path.of(found.get().mount(), "cgroup.procs")), "cgroup2 is writable");
        fs = found.get();
        path = fs.resolve(Own.CGROUPS + "-" + test.getDisplayName().replace("()", ""), "");
    }

    @AfterEach
    void leaveNothing() throws Exception {
        if (fs == null) {
            return;
        }
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        fs.open(path).ifPresent(cgroup -> {
            try (cgroup) {
                cgroup.kill(SOON);
            }
        });
        fs.remove(path, List.of(path), SOON);
        assertThat(Path.of(path)).doesNotExist();
        // Others' containers may live there meanwhile.
        String[] left =
                Path.of(fs.mount(), "jpod").toFile().list((_, name) -> name.startsWith(Own.CGROUPS.substring(1)));
        assertThat(left == null ? new String[0] : left).isEmpty();
    }

    @Test
    void isMadeWithItsParentsAndRemovedWithThem() {
        String deep = path + "/a/b";
        assertThat(fs.planned(deep)).containsExactly(path, path + "/a", deep);
        List<String> created;
        try (Cgroup cgroup = fs.create(deep, List.of(), Set.of())) {
            created = cgroup.created();
            assertThat(created).containsExactly(path, path + "/a", deep);
            assertThat(cgroup.path()).isEqualTo(deep);
            assertThat(cgroup.fd().number()).isPositive();
            assertThat(cgroup.isPopulated()).isFalse();
            assertThat(fs.planned(deep)).isEmpty();
        }
        assertThat(fs.open(deep)).isPresent().get().satisfies(Cgroup::close);
        fs.remove(deep, created, SOON);
        assertThat(Path.of(path)).doesNotExist();
        assertThat(fs.open(deep)).isEmpty();
        fs.remove(deep, created, SOON);
    }

    @Test
    void theCommonParentGoesWithTheLast() throws IOException {
        Files.createDirectory(Path.of(path));
        // The host's has containers of others.
        CgroupFs own = new CgroupFs(path, Map.of());
        String a = own.resolve(null, "a");
        String b = own.resolve(null, "b");
        List<String> createdByA = close(own.create(a, List.of(), Set.of()));
        List<String> createdByB = close(own.create(b, List.of(), Set.of()));
        assertThat(createdByA).containsExactly(path + "/jpod", a);
        assertThat(createdByB).containsExactly(b);
        own.remove(a, createdByA, SOON);
        assertThat(Path.of(b)).exists();
        own.remove(b, createdByB, SOON);
        assertThat(Path.of(path, "jpod")).doesNotExist();
    }

    /** All of them, whichever cgroup they were made with. */
    @Test
    void parentsOfSeveralGoWithTheLast() {
        List<String> createdByA;
        List<String> createdByB;
        try (Cgroup a = fs.create(path + "/x/y/a", List.of(), Set.of());
                Cgroup b = fs.create(path + "/x/b", List.of(), Set.of())) {
            a.setOwner(new CgroupOwner(Own.name("root"), "container a"));
            b.setOwner(new CgroupOwner(Own.name("root"), "container b"));
            createdByA = a.created();
            createdByB = b.created();
        }
        assertThat(createdByB).containsExactly(path + "/x/b");
        fs.remove(path + "/x/y/a", createdByA, SOON);
        assertThat(Path.of(path, "x/y")).doesNotExist();
        assertThat(Path.of(path, "x/b")).exists();
        fs.remove(path + "/x/b", createdByB, SOON);
        assertThat(Path.of(path)).doesNotExist();
    }

    /** A parent is nobody's when it is empty, whoever has made it and whose the others in it are. */
    @Test
    void parentsAreLeftWhenTheyAreEmpty() {
        List<String> created;
        try (Cgroup a = fs.create(path + "/x/a", List.of(), Set.of());
                Cgroup b = fs.create(path + "/x/b", List.of(), Set.of())) {
            a.setOwner(new CgroupOwner(Own.name("one"), "container a"));
            b.setOwner(new CgroupOwner(Own.name("two"), "container b"));
            created = a.created();
        }
        fs.remove(path + "/x/a", created, SOON);
        assertThat(OwnedCgroups.leftOf(fs.owned().ownedBy(Own.name("one")), Set.of()))
                .isEmpty();
        assertThat(OwnedCgroups.leftOf(fs.owned().ownedBy(Own.name("two")), Set.of()))
                .containsExactly(path + "/x/b");
    }

    @Test
    void makersAndRemoversOfTheSameParentDoNotHurtEachOther() {
        String name = path.substring(path.lastIndexOf('/') + 1);
        List<CompletableFuture<Void>> lives = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int number = i;
            lives.add(CompletableFuture.runAsync(() -> {
                for (int round = 0; round < 50; round++) {
                    String mine = fs.resolve(null, name + "-" + number + "-" + round);
                    fs.remove(mine, close(fs.create(mine, List.of(), Set.of())), SOON);
                }
            }));
        }
        CompletableFuture.allOf(lives.toArray(CompletableFuture[]::new)).join();
    }

    @Test
    void whatWasThereBeforeStays() throws IOException {
        Files.createDirectory(Path.of(path));
        assertThat(fs.planned(path)).isEmpty();
        List<String> created = close(fs.create(path, List.of(), Set.of()));
        assertThat(created).isEmpty();
        fs.remove(path, created, SOON);
        assertThat(Path.of(path)).exists();
    }

    @Test
    void oneWithProcessesIsNoPlaceForAContainer() throws IOException {
        Files.createDirectory(Path.of(path));
        sleepIn(path);
        assertThatThrownBy(() -> fs.create(path, List.of(), Set.of()))
                .isInstanceOf(CgroupFailed.class)
                .hasMessage("cgroup " + path + " exists and has processes: container's cgroup is not empty");
        assertThat(Path.of(path)).exists();
    }

    @Test
    void aFrozenOneIsNoPlaceForAContainer() throws IOException {
        Files.createDirectory(Path.of(path));
        Files.writeString(Path.of(path, "cgroup.freeze"), "1");
        assertThatThrownBy(() -> fs.create(path, List.of(), Set.of()))
                .hasMessage("cgroup " + path + " exists and is frozen: container's cgroup unexpectedly frozen");
        assertThatThrownBy(() -> fs.create(path + "/below", List.of(), Set.of()))
                .hasMessage("cgroup " + path + "/below is below a frozen one");
        assertThat(Path.of(path, "below")).doesNotExist();
    }

    @Test
    void killsEverythingBelowAndWaits() throws IOException {
        try (Cgroup cgroup = fs.create(path, List.of(), Set.of())) {
            Files.createDirectory(Path.of(path, "child"));
            long a = sleepIn(path);
            long b = sleepIn(path + "/child");
            assertThat(cgroup.pids()).containsExactlyInAnyOrder((int) a, (int) b);
            assertThat(cgroup.isPopulated()).isTrue();
            assertThat(cgroup.awaitEmpty(NOW)).isFalse();
            cgroup.freeze(SOON);
            cgroup.kill(SOON);
            assertThat(cgroup.isPopulated()).isFalse();
            cgroup.kill(SOON);
        }
        fs.remove(path, List.of(path), SOON);
        assertThat(Path.of(path)).doesNotExist();
    }

    @Test
    void freezesAndThaws() throws IOException {
        try (Cgroup cgroup = fs.create(path, List.of(), Set.of())) {
            sleepIn(path);
            assertThat(cgroup.isFrozen()).isFalse();
            cgroup.freeze(SOON);
            assertThat(cgroup.isFrozen()).isTrue();
            cgroup.freeze(SOON);
            cgroup.thaw(SOON);
            assertThat(cgroup.isFrozen()).isFalse();
        }
    }

    @Test
    void cannotThawBelowAFrozenOne() throws IOException {
        try (Cgroup parent = fs.create(path, List.of(), Set.of());
                Cgroup child = fs.create(path + "/child", List.of(), Set.of())) {
            sleepIn(child.path());
            parent.freeze(SOON);
            assertThatThrownBy(() -> child.thaw(NOW)).hasMessageContaining("a cgroup above it is frozen");
            parent.thaw(SOON);
            fs.remove(path + "/child", List.of(), SOON);
        }
    }

    @Test
    void doesNotRemoveWhatIsInUse() throws IOException {
        close(fs.create(path, List.of(), Set.of()));
        long pid = sleepIn(path);
        assertThatThrownBy(() -> fs.remove(path, List.of(path), NOW))
                .isInstanceOf(CgroupFailed.class)
                .hasMessage("cannot remove cgroup " + path + ": it still has processes: [" + pid + "]");
    }

    @Test
    void removesTheContainersOwnCgroupsWhateverTheyAreCalled() throws Exception {
        close(fs.create(path, List.of(), Set.of()));
        Process made = new ProcessBuilder("sh", "-c", "cd '" + path + "' && mkdir -p \"$(printf '\\377x y')/b\" -- -c")
                .start();
        assertThat(made.waitFor()).isZero();
        try (var children = Files.list(Path.of(path))) {
            assertThat(children.filter(Files::isDirectory).count()).isEqualTo(2);
        }
        fs.remove(path, List.of(path), SOON);
        assertThat(Path.of(path)).doesNotExist();
    }

    @Test
    void tellsWhenTheLastProcessHasGone() throws Exception {
        try (Cgroup cgroup = fs.create(path, List.of(), Set.of())) {
            sleepIn(path);
            CgroupEvents events = cgroup.events();
            assertThat(events.await(NOW)).isEqualTo(new Event.Nothing());
            CompletableFuture<Event> next = CompletableFuture.supplyAsync(() -> events.await(SOON));
            processes.getLast().destroyForcibly();
            assertThat(next.get()).isEqualTo(new Event.Empty());
        }
    }

    @Test
    void aVanishedOneIsEmptyAndSaysSo() throws IOException {
        try (Cgroup cgroup = fs.create(path, List.of(), Set.of())) {
            Files.delete(Path.of(path));
            assertThat(cgroup.pids()).isEmpty();
            assertThat(cgroup.isPopulated()).isFalse();
            assertThat(cgroup.isFrozen()).isFalse();
            assertThat(cgroup.awaitEmpty(NOW)).isTrue();
            assertThat(cgroup.events().await(SOON)).isEqualTo(new Event.Empty());
            assertThat(cgroup.stats().pids().current()).isZero();
            cgroup.kill(SOON);
            assertThatThrownBy(() -> cgroup.freeze(SOON)).hasMessageContaining("cannot freeze " + path);
            Limit limit = new Limit("cgroup.max.depth", "1", "linux.resources.unified[\"cgroup.max.depth\"]", "cgroup");
            assertThatThrownBy(() -> cgroup.apply(List.of(limit)))
                    .hasMessageContaining("linux.resources.unified[\"cgroup.max.depth\"]: cgroup.max.depth = 1")
                    .hasMessageContaining(path + " is gone");
        }
    }

    @Test
    void writesLimitsAndNamesTheOneThatFails() throws IOException {
        try (Cgroup cgroup = fs.create(path, List.of(), Set.of())) {
            cgroup.apply(List.of(new Limit("cgroup.max.depth", "3", "a", "cgroup")));
            assertThat(Files.readString(Path.of(path, "cgroup.max.depth"))).isEqualTo("3\n");
            Limit wrong = new Limit("cgroup.max.depth", "x", "linux.resources.unified[\"cgroup.max.depth\"]", "cgroup");
            assertThatThrownBy(() -> cgroup.apply(List.of(wrong)))
                    .isInstanceOf(CgroupFailed.class)
                    .hasMessage("linux.resources.unified[\"cgroup.max.depth\"]: cgroup.max.depth = x: "
                            + "EINVAL (invalid argument): in " + path);
            Limit unknown = new Limit("cgroup.nothing", "1", "b", "cgroup");
            assertThatThrownBy(() -> cgroup.apply(List.of(unknown)))
                    .hasMessageContaining("this kernel has no cgroup.nothing");
        }
    }

    @Test
    void enablesOnlyTheControllersThatAreAskedFor() throws IOException {
        Set<String> present = Set.of(Files.readString(Path.of(fs.mount(), "cgroup.controllers"))
                .strip()
                .split(" "));
        assumeTrue(present.contains("hugetlb"), "the hugetlb controller is in cgroup2");
        String deep = path + "/child";
        Limit limit = new Limit("hugetlb.2MB.max", "0", "linux.resources.hugepageLimits[0].limit", "hugetlb");
        try (Cgroup cgroup = fs.create(deep, List.of(limit), Set.of("nothing"))) {
            assertThat(Files.readString(Path.of(path, "cgroup.subtree_control")))
                    .isEqualTo("hugetlb\n");
            assertThat(Files.readString(Path.of(deep, "cgroup.subtree_control")).strip())
                    .isEmpty();
            cgroup.apply(List.of(limit));
            assertThat(Files.readString(Path.of(deep, "hugetlb.2MB.max"))).isEqualTo("0\n");
            assertThat(cgroup.facts().files()).contains("hugetlb.2MB.max", "hugetlb.2MB.rsvd.max");
            assertThat(fs.facts(path + "/other").files()).doesNotContain("hugetlb.1MB.max");
            assertThat(cgroup.stats().hugetlb()).containsKey("2MB");
        }
        fs.remove(deep, List.of(path, deep), SOON);
    }

    @Test
    void namesTheControllerThatIsNotThereAndWhereItIs() {
        Limit memory = new Limit("memory.max", "10", "linux.resources.memory.limit", "memory");
        Limit made = new Limit("foo.bar", "1", "linux.resources.unified[\"foo.bar\"]", "foo");
        CgroupFs hybrid = new CgroupFs(fs.mount(), Map.of("foo", "/sys/fs/cgroup/foo"));
        assertThatThrownBy(() -> hybrid.create(path, List.of(made), Set.of()))
                .isInstanceOf(CgroupFailed.class)
                .hasMessage("linux.resources.unified[\"foo.bar\"]: the foo controller is in cgroup v1 at "
                        + "/sys/fs/cgroup/foo, and only cgroup v2 is used");
        assertThatThrownBy(() -> fs.create(path, List.of(made), Set.of()))
                .hasMessage("linux.resources.unified[\"foo.bar\"]: the foo controller is not enabled in " + fs.mount()
                        + "/cgroup.controllers");
        assertThat(Path.of(path)).doesNotExist();
        if (Files.exists(Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes"))) {
            assertThatThrownBy(() -> fs.create(path, List.of(memory), Set.of()))
                    .hasMessage("linux.resources.memory.limit: the memory controller is in cgroup v1 at "
                            + "/sys/fs/cgroup/memory, and only cgroup v2 is used");
        }
    }

    @Test
    void aParentWithProcessesCannotHandControllersOn() throws IOException {
        String present = Files.readString(Path.of(fs.mount(), "cgroup.controllers"));
        assumeTrue(present.contains("hugetlb"), "the hugetlb controller is in cgroup2");
        Limit limit = new Limit("hugetlb.2MB.max", "0", "linux.resources.hugepageLimits[0].limit", "hugetlb");
        close(fs.create(path, List.of(limit), Set.of()));
        sleepIn(path);
        assertThatThrownBy(() -> fs.create(path + "/child", List.of(limit), Set.of()))
                .isInstanceOf(CgroupFailed.class)
                .hasMessageStartingWith(
                        "linux.resources.hugepageLimits[0].limit: cannot enable the hugetlb controller in " + path
                                + ": EBUSY (device or resource busy): it has processes of its own");
        assertThat(Path.of(path, "child")).doesNotExist();
    }

    @Test
    void givesWhatDelegationIsAboutToAUser() throws IOException {
        try (Cgroup cgroup = fs.create(path, List.of(), Set.of())) {
            cgroup.chown(12345);
            assertThat(Files.getAttribute(Path.of(path), "unix:uid")).isEqualTo(12345);
            assertThat(Files.getAttribute(Path.of(path, "cgroup.procs"), "unix:uid"))
                    .isEqualTo(12345);
            assertThat(Files.getAttribute(Path.of(path, "cgroup.subtree_control"), "unix:uid"))
                    .isEqualTo(12345);
            assertThat(Files.getAttribute(Path.of(path, "cgroup.max.depth"), "unix:uid"))
                    .isEqualTo(0);
            assertThat(Files.getAttribute(Path.of(path, "cgroup.procs"), "unix:gid"))
                    .isEqualTo(0);
        }
    }

    @Test
    void countsProcessesAndCpuTimeWithoutControllers() throws IOException {
        String bare = path + "/bare";
        try (Cgroup cgroup = fs.create(bare, List.of(), Set.of())) {
            sleepIn(bare);
            CgroupStats stats = cgroup.stats();
            assertThat(stats.pids()).isEqualTo(new CgroupStats.Pids(1, 0));
            assertThat(StatsJson.event("c1", stats))
                    .startsWith("{\"type\":\"stats\",\"id\":\"c1\",\"data\":{\"cpu\":{");
            cgroup.kill(SOON);
        }
        fs.remove(bare, List.of(path, bare), SOON);
    }

    private static List<String> close(Cgroup cgroup) {
        try (cgroup) {
            return cgroup.created();
        }
    }

    private long sleepIn(String cgroup) throws IOException {
        Process process = new ProcessBuilder("sleep", "1000").start();
        processes.add(process);
        Files.writeString(Path.of(cgroup, "cgroup.procs"), Long.toString(process.pid()));
        return process.pid();
    }
}
