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
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whose a container is, says who makes it. Annotations are the config's: they are kept, and nothing goes by them. */
@Tag("root")
@Needs({Built.JPOD, Built.PROBE})
class ClaimsTest {
    @AutoClose
    private final Jpod jpod = Jpod.resident();

    private TestPod pod;
    private String member;

    @BeforeEach
    void start() {
        pod = TestPod.create(jpod);
        member = pod.start();
    }

    /** Created and started; it sleeps. */
    private String started(Map<String, String> annotations, String... options) throws IOException {
        Bundle bundle = jpod.probe()
                .change(config -> config.set("process.args", List.of("/probe", "sleep", "1000"))
                        .set("annotations", annotations));
        String id = jpod.id();
        List<String> words =
                new ArrayList<>(List.of("create", "--bundle", bundle.dir().toString()));
        words.addAll(List.of(options));
        words.add(id);
        jpod.run(words.toArray(String[]::new)).ok();
        jpod.run("start", id).ok();
        return id;
    }

    private Map<String, String> claim() {
        return Map.of("io.jpod.pod", pod.name(), "io.jpod.debug", member, "io.jpod.rootfs.map-ids", "true");
    }

    private String says(String... words) {
        return jpod.run(words).ok().out().strip();
    }

    private String members() {
        return says("pod", "ps", "--format", "{{.Name}} {{.NumberOfContainers}} {{.Status}}");
    }

    private String doctor() {
        return says("doctor");
    }

    @Test
    void aConfigThatClaimsAPodMakesNoMember() throws IOException {
        String stranger = started(claim());
        assertThat(members()).isEqualTo(pod.name() + " 1 Running");
        for (String verb : List.of("inspect", "ns", "tree", "top")) {
            assertThat(says("pod", verb, pod.name())).as(verb).doesNotContain(stranger);
        }
        assertThat(says("explain", "--pod", pod.name())).contains(member).doesNotContain(stranger);
        assertThat(says("inspect", "--format", "{{.Pod}}", stranger)).doesNotContain(pod.name());
        assertThat(jpod.state(stranger).get("annotations")).isEqualTo(new TreeMap<>(claim()));
        assertThat(jpod.run("debug", pod.name(), "--target", stranger).ended(1).err())
                .contains("container " + stranger + " is not in pod " + pod.name() + ", but in none");

        jpod.run("pod", "pause", pod.name()).ok();
        assertThat(jpod.status(stranger)).isEqualTo("running");
        jpod.run("pod", "unpause", pod.name()).ok();
        jpod.run("pod", "kill", pod.name()).ok();
        jpod.run("pod", "stop", "--time", "0", pod.name()).ok();
        assertThat(members()).isEqualTo(pod.name() + " 1 Exited");
        jpod.run("pod", "rm", pod.name()).ok();
        assertThat(doctor()).isEqualTo("nothing is left over");
        jpod.run("doctor", "--fix").ok();
        assertThat(jpod.status(stranger)).isEqualTo("running");
    }

    @Test
    void noneCanBeRemovedWithAPodOrCopiedWithIt() throws IOException {
        String stranger = started(claim());
        String copy = jpod.id();
        jpod.run("pod", "clone", pod.name(), copy).ok();
        assertThat(members()).contains(copy + " 1 Running");
        jpod.run("pod", "rm", "--force", pod.name(), copy).ok();
        assertThat(says("list", "-q")).isEqualTo(stranger);
        assertThat(jpod.status(stranger)).isEqualTo("running");
    }

    /** How a container of a bundle comes into a pod, whatever its config says. */
    @Test
    void theOptionMakesAMember() throws IOException {
        TestPod other = TestPod.create(jpod);
        String added = started(claim(), "--pod", other.name());
        assertThat(members().lines()).containsExactlyInAnyOrder(pod.name() + " 1 Running", other.name() + " 1 Running");
        assertThat(jpod.state(added).text("annotations")).contains("io.jpod.pod=" + other.name());
        assertThat(says("inspect", "--format", "{{.Pod}}", added)).isEqualTo(other.name());
        jpod.run("pod", "restart", "--time", "0", other.name()).ok();
        assertThat(members()).contains(other.name() + " 1 Running");
        other.remove().ok();
        assertThat(says("list", "-q")).isEqualTo(member);
    }

    @Test
    void aBundleIsExplainedAsAMember() throws IOException {
        Bundle bundle = jpod.probe();
        assertThat(says("explain", "--bundle", bundle.dir().toString(), "--pod", pod.name()))
                .contains(pod.directory() + "/ns/net");
    }

    /** In a user namespace of its own, where nothing is mapped for it but what the pod says. */
    @Test
    void ownersAreMappedBecauseThePodSaysSo() throws IOException {
        for (String userns : List.of("auto", "auto:unmapped")) {
            TestPod users = TestPod.create(jpod, "--userns", userns);
            Bundle bundle = jpod.probe()
                    .change(config -> config.set(
                            "annotations", Map.of("io.jpod.rootfs.map-ids", Boolean.toString(!userns.equals("auto")))));
            String plan = says("explain", "--bundle", bundle.dir().toString(), "--pod", users.name());
            assertThat(plan.contains("map the owners")).as(plan).isEqualTo(userns.equals("auto"));
        }
    }

    @Test
    void aMemberIsWhatItsRecordSays() throws IOException {
        assertThat(Files.readString(jpod.root.resolve(member).resolve("config.json")))
                .doesNotContain("io.jpod");
        assertThat(Config.parse(Files.readString(jpod.root.resolve(member).resolve("state.json")))
                        .text("belonging.pod"))
                .isEqualTo(pod.name());
    }

    /** It had annotations alone; a member's cgroup is in that of its pod. */
    @Test
    void aRecordOfTheVersionBeforeKeepsItsPod() throws IOException {
        String stranger = started(claim());
        for (String id : List.of(member, stranger)) {
            Path file = jpod.root.resolve(id).resolve("state.json");
            Config state = Config.parse(Files.readString(file));
            Files.writeString(file, state.remove("belonging").toString());
        }
        assertThat(members()).isEqualTo(pod.name() + " 1 Running");
        pod.remove().ok();
        assertThat(says("list", "-q")).isEqualTo(stranger);
    }
}
