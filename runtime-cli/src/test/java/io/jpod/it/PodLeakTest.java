package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The host, and the resident brain with its descriptors and threads, after many pods is as it was before. */
@Tag("root")
class PodLeakTest extends JpodTests {
    private static final int PODS = 100;
    private static final int CONTAINERS = 3;
    private static final int FAILURES = 50;

    private static final List<List<String>> KINDS = List.of(
            List.of(),
            List.of("--share", "+pid"),
            List.of("--userns", "auto"),
            List.of("--share", "+pid,cgroup", "--userns", "auto", "--sysctl", "net.core.somaxconn=77"),
            List.of("--share", "+cgroup"),
            List.of("--share", "none"));

    private static TestPod make(int number) {
        TestPod pod = TestPod.create(jpod, KINDS.get(number % KINDS.size()).toArray(String[]::new));
        for (int i = 0; i < CONTAINERS; i++) {
            pod.start();
        }
        return pod;
    }

    /** Of the whole kernel, also those that nobody has a name for. */
    private static int networkNamespaces() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/slabinfo"))) {
            return lines.filter(line -> line.startsWith("net_namespace "))
                    .mapToInt(line -> Integer.parseInt(line.split(" +")[1]))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertNothingIsLeft(HostState before, int namespacesBefore) throws IOException {
        assertThat(HostState.lastingChanges(jpod, before, true)).isEmpty();
        // The kernel frees them later; others may make some meanwhile.
        Await.until(
                () -> networkNamespaces() < namespacesBefore + FAILURES / 2,
                () -> "network namespaces: " + networkNamespaces() + ", and before " + namespacesBefore);
    }

    @Test
    void nothingStaysOfManyPods() throws IOException {
        KINDS.forEach(kind -> make(KINDS.indexOf(kind)).remove().ok());
        HostState before = HostState.atRest(jpod);
        int namespaces = networkNamespaces();
        for (int i = 0; i < PODS; i++) {
            make(i).remove().ok();
        }
        assertNothingIsLeft(before, namespaces);
    }

    @Test
    void nothingStaysOfPodsThatLiveAtTheSameTime() throws IOException {
        make(1).remove().ok();
        HostState before = HostState.atRest(jpod);
        int namespaces = networkNamespaces();
        String bystander = TestPod.start(jpod, List.of());
        for (int i = 0; i < 10; i++) {
            make(i);
        }
        // Somebody else's container may not have left the host's root yet.
        Await.until(() -> copies().isEmpty(), () -> "pins in the mount namespaces of containers: " + copies());
        jpod.run("pod", "rm", "--all", "--force").ok();
        jpod.run("delete", "--force", bystander).ok();
        assertNothingIsLeft(before, namespaces);
    }

    private static List<String> copies() {
        return HostState.of(jpod).items().keySet().stream()
                .filter(item -> item.startsWith("copy of "))
                .toList();
    }

    @Test
    void nothingStaysOfPodsThatCannotBeMade() throws IOException {
        List<List<String>> failures = List.of(
                List.of("--sysctl", "net.ipv4.ip_forward=nonsense"),
                List.of("--sysctl", "net.no_such=1"),
                List.of("--sysctl", "fs.mqueue.msg_max=nonsense", "--userns", "auto"),
                List.of("--sysctl", "net.no_such=1", "--share", "+pid"),
                List.of("--sysctl", "net.no_such=1", "--share", "+pid,cgroup", "--userns", "auto"),
                List.of("--memory", "1g"),
                List.of("--cgroup-parent", "/" + jpod.token + "/../..", "--share", "+pid"),
                List.of("--shm-size", "1e"));
        for (List<String> failure : failures) {
            fail(failure);
        }
        HostState before = HostState.atRest(jpod);
        int namespaces = networkNamespaces();
        for (int i = 0; i < FAILURES; i++) {
            fail(failures.get(i % failures.size()));
        }
        assertNothingIsLeft(before, namespaces);
    }

    private static void fail(List<String> options) {
        Result result = TestPod.creation(jpod, jpod.id(), options.toArray(String[]::new))
                .run()
                .ended(1);
        assertThat(result.err().lines()).as("%s", result).hasSize(1);
    }
}
