package io.jpod.cli.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.oci.IdMapping;
import io.jpod.oci.NamespaceType;
import io.jpod.pod.CgroupForest;
import io.jpod.pod.NamespaceMatrix;
import io.jpod.pod.NamespaceMatrix.Kind;
import io.jpod.pod.NamespaceMatrix.Row;
import io.jpod.pod.PodStatus;
import io.jpod.pod.PodView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ViewPageTest {
    private static final Instant NOW = Instant.parse("2026-11-22T22:00:00.123Z");

    /** With everything that there can be. */
    private static final PodView FULL = new PodView(
            "web",
            "ab".repeat(32),
            PodStatus.DEGRADED,
            "web.example",
            NOW,
            NOW,
            Map.of("<b>", "\"'&\u202e"),
            List.of(new IdMapping(0, 524288, 65536)),
            new NamespaceMatrix(
                    List.of(
                            new Row(Kind.POD, "web", "web", 0, pinned()),
                            new Row(Kind.INIT, "init", "web", 10, inodes(100)),
                            new Row(Kind.CONTAINER, "app", "web", 11, inodes(200)),
                            new Row(Kind.CONTAINER, "side", "web", 0, Map.of()),
                            new Row(Kind.HOST, "host", null, 0, host())),
                    List.of(new Row(Kind.CONTAINER, "visitor", null, 12, Map.of(NamespaceType.IPC, 4026532003L)))),
            new CgroupForest(List.of(TreeTextTest.POD), Map.of()),
            List.of(
                    new PodView.Interface("lo", null, true, List.of("127.0.0.1/8", "::1/128"), List.of()),
                    new PodView.Interface(
                            "eth0", "jpod", true, List.of("10.89.0.2/24", "fd00:89::2/64"), List.of("8080:80/tcp")),
                    new PodView.Interface("eth1", null, false, List.of(), List.of())),
            List.of(
                    new PodView.SharedFile("/etc/hosts", "/run/jpod/pods/web/hosts", List.of("app", "side")),
                    new PodView.SharedFile("/data", "/srv/<data>", List.of("app"))),
            List.of(new PodView.Process(10, 1, "jpod-init")),
            List.of(
                    new PodView.Member(
                            "app",
                            "running",
                            11,
                            "/srv/app",
                            List.of(new PodView.OwnMount("/proc", "proc")),
                            List.of(new PodView.Process(11, 2, "sh -c </article><script>alert(1)</script>"))),
                    new PodView.Member("side", "stopped", 0, null, List.of(), List.of())));

    private static Map<NamespaceType, Long> pinned() {
        Map<NamespaceType, Long> inodes = new EnumMap<>(NamespaceType.class);
        inodes.put(NamespaceType.USER, 4026532001L);
        inodes.put(NamespaceType.NETWORK, 4026532002L);
        inodes.put(NamespaceType.IPC, 4026532003L);
        inodes.put(NamespaceType.UTS, 4026532004L);
        inodes.put(NamespaceType.PID, 4026532005L);
        return inodes;
    }

    private static Map<NamespaceType, Long> inodes(long own) {
        Map<NamespaceType, Long> inodes = pinned();
        inodes.put(NamespaceType.MOUNT, 4026533000L + own);
        inodes.put(NamespaceType.CGROUP, 4026533001L + own);
        inodes.put(NamespaceType.TIME, 4026531834L);
        return inodes;
    }

    private static Map<NamespaceType, Long> host() {
        Map<NamespaceType, Long> inodes = new EnumMap<>(NamespaceType.class);
        NamespaceMatrix.COLUMNS.forEach(type -> inodes.put(type, 4026531833L));
        inodes.put(NamespaceType.TIME, 4026531834L);
        return inodes;
    }

    private final String page = ViewPage.of(FULL);

    @Test
    void thePageNeedsNothingElse() throws IOException {
        // For a look at it in a browser.
        Files.writeString(Path.of("target/pod-view.html"), page);
        assertThat(page)
                .startsWith("<!doctype html>")
                .endsWith("</html>\n")
                .contains("default-src 'none'")
                .doesNotContainIgnoringCase(
                        "http:", "https:", "//", "src=", "href=", "url(", "@import", "<script", "<link");
    }

    @Test
    void whatComesFromOthersIsText() {
        assertThat(page)
                .contains(
                        "sh -c &lt;/article&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
                        "/srv/&lt;data&gt;",
                        "&lt;b&gt;",
                        "&quot;&#39;&amp;\ufffd")
                .doesNotContain("\u202e");
    }

    @Test
    void everyTagIsClosed() {
        for (String tag : List.of(
                "section", "div", "article", "header", "footer", "table", "tr", "td", "p", "ul", "li", "dl", "svg")) {
            assertThat(page.split("<" + tag + "[ >]", -1)).as(tag).hasSameSizeAs(page.split("</" + tag + ">", -1));
        }
    }

    @Test
    void wallsAreWhatIsPinnedFromTheUserNamespaceInwards() {
        assertThat(page.lines()
                        .filter(line -> line.contains("class=\"label\""))
                        .map(line -> line.replaceAll("<[^>]*>", "")))
                .containsExactly("user", "pid", "net", "ipc", "uts");
        assertThat(page)
                .contains(
                        "root is user 524288 of the host",
                        "one host name: web.example",
                        "10.89.0.2/24",
                        "network jpod",
                        "port 8080:80/tcp");
    }

    @Test
    void roomsHaveWhatIsTheirOwnAndTheGroundWhatIsTheHosts() {
        assertThat(page)
                .contains("<li class=\"ns-mnt private\"><b>mnt</b>\n<code>4026533200</code>\n own</li>")
                .contains("everybody is in its namespaces time", "visitors from outside in ipc: visitor")
                .contains("90M of 256M", "<title>35%</title>", "7 of 100");
    }

    @Test
    void aPodWithoutContainersStandsToo() {
        PodView empty = new PodView(
                "bare",
                "",
                PodStatus.CREATED,
                null,
                null,
                NOW,
                Map.of(),
                List.of(),
                new NamespaceMatrix(
                        List.of(
                                new Row(Kind.POD, "bare", "bare", 0, Map.of()),
                                new Row(Kind.HOST, "host", null, 0, host())),
                        List.of()),
                new CgroupForest(List.of(), Map.of()),
                List.of(),
                List.of(),
                List.of(),
                List.of());

        assertThat(ViewPage.of(empty)).contains("No container yet", "nobody is in its namespaces", "wall none");
    }
}
