package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What jpod shows of pods is what the kernel says, and what lsns(8) sees. */
@Tag("root")
class SeeTest extends JpodTests {
    private static final List<String> TYPES = List.of("user", "mnt", "net", "ipc", "uts", "pid", "cgroup", "time");

    private TestPod members;
    private String pod;

    private void create(String... options) {
        members = TestPod.create(jpod, options);
        pod = members.name();
    }

    @AfterEach
    void remove() {
        jpod.run("pod", "rm", "--all", "--force").ok();
    }

    // ---- what others say

    private static Map<String, String> links(Object pid) {
        Map<String, String> inodes = new TreeMap<>();
        for (String type : TYPES) {
            try {
                String link = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + type))
                        .toString();
                inodes.put(type, link.substring(type.length() + 2, link.length() - 1));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return inodes;
    }

    private static Map<String, String> lsns(String pid) {
        Map<String, String> inodes = new TreeMap<>();
        Result result;
        do {
            // It looks at all processes of the host, and gives up if one ends meanwhile.
            result = jpod.program(List.of("lsns", "-n", "-o", "TYPE,NS", "-p", pid))
                    .run();
        } while (result.code() != 0);
        result.out().lines().map(line -> line.strip().split("\\s+")).forEach(words -> inodes.put(words[0], words[1]));
        return inodes;
    }

    private static String inode(Path pin) throws IOException {
        return Files.getAttribute(pin, "unix:ino").toString();
    }

    // ---- what jpod says

    private static Config row(Config matrix, String kind, String name) {
        List<?> rows = (List<?>) Objects.requireNonNull(matrix.get("rows"));
        return rows.stream()
                .map(row -> Config.of(Objects.requireNonNull(row)))
                .filter(row -> row.text("kind").equals(kind) && row.text("name").equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, String> cells(Config row, String property) {
        Map<String, String> cells = new TreeMap<>();
        for (String type : TYPES) {
            @Nullable Object cell = row.get("namespaces." + type + "." + property);
            if (cell != null) {
                cells.put(type, cell.toString());
            }
        }
        return cells;
    }

    private Config matrix() {
        return Config.parse(jpod.run("pod", "ns", "--format", "json", pod).ok().out());
    }

    /** As one would find it out by hand. */
    private static String whose(String type, String id, Map<String, Map<String, String>> all) {
        String inode = all.get(id).get(type);
        if (inode.equals(links("self").get(type))) {
            return "host";
        }
        return all.values().stream()
                                .filter(other -> other.get(type).equals(inode))
                                .count()
                        > 1
                ? "shared"
                : "own";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--share +pid", "--userns auto", "--network host", "--share none", "--share +cgroup --uts host"})
    void theMatrixIsWhatTheKernelSays(String options) throws IOException {
        create(options.split(" "));
        Map<String, Map<String, String>> processes = new TreeMap<>();
        for (int i = 0; i < 3; i++) {
            String id = members.start();
            processes.put(id, links(jpod.state(id).text("pid")));
        }

        Config matrix = matrix();

        for (Map.Entry<String, Map<String, String>> container : processes.entrySet()) {
            Config row = row(matrix, "container", container.getKey());
            assertThat(cells(row, "inode")).isEqualTo(container.getValue()).isEqualTo(lsns(row.text("pid")));
            Map<String, String> expected = new TreeMap<>();
            TYPES.forEach(type -> expected.put(type, whose(type, container.getKey(), processes)));
            assertThat(cells(row, "whose")).isEqualTo(expected);
        }
        assertThat(cells(row(matrix, "host", "host"), "inode")).isEqualTo(links("self"));
        pins(matrix);
    }

    private void pins(Config matrix) throws IOException {
        Config row = row(matrix, "pod", pod);
        for (String type : TYPES) {
            Path pin = jpod.root.resolve("pods/" + pod + "/ns/" + type);
            if (Files.exists(pin)) {
                assertThat(row.text("namespaces." + type + ".inode")).isEqualTo(inode(pin));
                assertThat(row.text("namespaces." + type + ".whose")).isEqualTo("shared");
            } else {
                assertThat(row.text("namespaces." + type + ".whose")).isIn("null", "host");
            }
        }
    }

    @Test
    void whatNoProcessHoldsIsSeenToo() throws IOException {
        create();

        Config matrix = matrix();

        assertThat(cells(row(matrix, "pod", pod), "whose").keySet()).containsExactly("ipc", "net", "uts");
        pins(matrix);
        assertThat(jpod.run("pod", "ns", pod).ok().out())
                .contains("pod " + pod, inode(jpod.root.resolve("pods/" + pod + "/ns/net")) + "=")
                .doesNotContain("\033");
    }

    @Test
    void theFirstProcessOfASharedPidNamespaceHasARow() {
        create("--share", "+pid");

        Config init = row(matrix(), "init", "init");

        assertThat(cells(init, "inode")).isEqualTo(links(init.text("pid")));
    }

    @Test
    void visitorsAreNamed() throws IOException {
        create();
        String member = members.start();
        String visitor = TestPod.start(jpod, List.of("--network", "container:" + member));
        try {
            assertThat(jpod.run("pod", "ns", pod).ok().out()).contains("Also in net: " + visitor + "\n");
            Config row = row(
                    Config.parse(
                            jpod.run("ns", "--format", "json", visitor).ok().out()),
                    "container",
                    visitor);
            assertThat(cells(row, "inode")).isEqualTo(links(jpod.state(visitor).text("pid")));
            assertThat(row.text("namespaces.net.whose")).isEqualTo("joined");
            assertThat(row.get("namespaces.net.with")).isEqualTo(List.of("pod " + pod, member));
            assertThat(jpod.run("ns", "--all").ok().out()).contains(visitor, member, "+ shared with somebody outside");
        } finally {
            jpod.run("delete", "--force", visitor).ok();
        }
    }

    @Test
    void theTreeHasContainersAsLeaves() throws IOException {
        create();
        String id = members.start();
        String pid = jpod.state(id).text("pid");

        Config tree = Config.parse(
                jpod.run("pod", "tree", "--format", "json", pod).ok().out());

        assertThat(tree.text("pods[0].name")).isEqualTo(pod);
        assertThat(tree.text("pods[0].children[0].name")).isEqualTo(id);
        assertThat(tree.text("pods[0].children[0].processes")).isEqualTo("[" + pid + "]");
        String line = Files.readAllLines(Path.of("/proc/" + pid + "/cgroup")).stream()
                .filter(each -> each.startsWith("0::"))
                .findFirst()
                .orElseThrow();
        assertThat(tree.text("pods[0].children[0].cgroup")).endsWith(line.substring(3));
        assertThat(jpod.run("pod", "tree").ok().out()).contains("pod " + pod, "└─ " + id);
    }

    @Test
    void thePageShowsTheSame() throws IOException {
        create("--label", "<i>=&");
        String id = members.start();

        jpod.run("pod", "view", "--html", "page.html", pod).ok();

        String page = Files.readString(jpod.dir.resolve("page.html"));
        assertThat(page).contains("127.0.0.1/8", "&lt;i&gt;", "/probe sleep 1000", "<h2>" + id + "</h2>");
        links(jpod.state(id).text("pid"))
                .values()
                .forEach(inode -> assertThat(page).contains(inode));
        jpod.run("pod", "view", "--html", "no/such/page.html", pod).ended(1);
    }

    @Test
    void whoWatchesSeesChangesUntilThePodIsGone() throws IOException {
        create();
        Jpod.Running watch = jpod.call("pod", "ns", "--watch", pod).start();
        Jpod.awaitText(watch.out(), "pod " + pod);
        String id = members.start();
        Jpod.awaitText(watch.out(), id);
        jpod.run("pod", "rm", "--force", pod).ok();

        assertThat(watch.await().ok().err()).isEmpty();
    }

    @Test
    void aTerminalIsDrawnOverUntilItIsClosed() throws Exception {
        create();
        Path out = jpod.dir.resolve("io/script");
        ProcessBuilder builder = new ProcessBuilder(
                "script",
                "-qefc",
                "exec %s/bin/jpod --root %s pod ns --watch %s".formatted(Jpod.HOME, jpod.root, pod),
                "/dev/null");
        builder.redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().put("JPOD_ONESHOT", "1");
        builder.environment().put("SHELL", "/bin/sh");
        builder.environment().remove("NO_COLOR");
        Process script = builder.start();
        try {
            Await.until(() -> frames(out) >= 3, () -> "nothing is drawn anew");
            assertThat(Files.readString(out, StandardCharsets.UTF_8)).contains("\033[1;32m", "\033[J");
            List<ProcessHandle> all = script.descendants().toList();
            assertThat(all).hasSizeGreaterThanOrEqualTo(2);

            script.destroyForcibly().waitFor();

            Await.until(() -> all.stream().noneMatch(ProcessHandle::isAlive), () -> "somebody goes on: " + all);
        } finally {
            script.descendants().forEach(ProcessHandle::destroyForcibly);
            script.destroyForcibly();
        }
    }

    private static int frames(Path out) {
        try {
            return Files.readString(out, StandardCharsets.UTF_8).split("\033\\[H", -1).length - 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatIsNotThereIsSaidInOneLine() {
        jpod.run("ns").ended(1);
        for (List<String> words : List.of(
                List.of("pod", "ns", "nobody"),
                List.of("pod", "tree", "nobody"),
                List.of("pod", "view", "--html", "-", "nobody"))) {
            assertThat(jpod.run(words.toArray(String[]::new)).ended(1).err())
                    .contains("no pod with name or ID nobody")
                    .hasLineCount(1);
        }
        assertThat(jpod.run("ns", "nobody").ended(1).err()).contains("container does not exist");
    }
}
