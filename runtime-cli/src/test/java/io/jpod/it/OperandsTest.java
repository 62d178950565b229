package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a command is about: one that is bad is named and keeps no other from being done; a signal may stand in any of its places. */
@Tag("root")
class OperandsTest extends JpodTests {
    @AfterEach
    void nothingIsLeft() {
        assertThat(jpod.run("list", "-q").ok().out()).isEmpty();
        assertThat(jpod.run("pod", "ls", "-q").ok().out()).isEmpty();
        assertThat(jpod.run("volume", "ls", "-q").ok().out()).isEmpty();
    }

    private static String container(String... words) throws IOException {
        String id = jpod.id();
        List<String> run = new ArrayList<>(List.of("run", "-d", "--name", id, "--rootfs"));
        run.add(jpod.probe().rootfs().toString());
        run.addAll(List.of("--", "/probe"));
        run.addAll(List.of(words));
        jpod.run(run.toArray(String[]::new)).ok();
        return id;
    }

    private static Result some(String verb, String... operands) {
        List<String> words = new ArrayList<>(List.of(verb.split(" ")));
        words.addAll(List.of(operands));
        return jpod.run(words.toArray(String[]::new)).ended(1);
    }

    private static void names(Result result, String... bad) {
        assertThat(result.err().lines()).as(result.err()).hasSameSizeAs(bad);
        for (String one : bad) {
            assertThat(result.err()).contains(one);
        }
    }

    @Test
    void deleteDoesTheRest() throws IOException {
        String first = container("true");
        String second = container("sleep", "1000");
        String third = container("true");
        jpod.run("wait", first, third).ok();
        names(some("delete", "none", first, second, "no/name", third), "none", second, "no/name");
        assertThat(jpod.run("list", "-q").ok().out()).isEqualTo(second + "\n");
        names(some("delete --force", "no/name", second), "no/name");
    }

    @Test
    void stopRestartWaitAndInspectDoTheRest() throws IOException {
        String first = container("trap");
        String second = container("trap");
        for (String id : List.of(first, second)) {
            Jpod.awaitText(jpod.root.resolve(id).resolve("log/log"), "ready");
        }
        Result inspected = some("inspect", first, "none", second);
        names(inspected, "none");
        assertThat(inspected.out()).contains("\"Id\": \"" + first, "\"Id\": \"" + second);
        names(some("ns", "none", first), "none");
        Result stopped = some("stop --time 100000", "none", first, "other", second);
        names(stopped, "none", "other");
        assertThat(stopped.out()).isEqualTo(first + "\n" + second + "\n");
        Result waited = some("wait", first, "none", second);
        names(waited, "none");
        assertThat(waited.out()).isEqualTo("0\n0\n");
        names(some("restart", "none", first, second), "none");
        assertThat(jpod.status(first)).isEqualTo("running");
        assertThat(jpod.status(second)).isEqualTo("running");
        jpod.run("delete", "--force", first, second).ok();
    }

    @Test
    void podsToo() {
        String name = jpod.token;
        jpod.run("pod", "create", "--network", "none", name).ok();
        for (String verb : List.of(
                "pod inspect",
                "pod stop",
                "pod start",
                "pod restart",
                "pod kill",
                "pod wait",
                "pod tree",
                "pod stats --no-stream",
                "pod events --no-stream",
                "pod rm")) {
            names(some(verb, "none", name, "other"), "none", "other");
        }
    }

    @Test
    void volumesAndNetworksToo() {
        names(some("volume create", "one/", "two"), "one/");
        names(some("volume inspect", "none", "two"), "none");
        names(some("volume create", "two", "three"), "two");
        names(some("volume rm", "none", "two", "other", "three"), "none", "other");
        names(some("network inspect", "none", "other"), "none", "other");
        names(some("network rm", "none", "other"), "none", "other");
    }

    /** The words that callers of runc look for, and which one it is. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "state",
                "start",
                "kill",
                "delete",
                "pause",
                "resume",
                "ps",
                "events --stats",
                "update --pids-limit 1",
                "logs",
                "inspect",
                "wait",
                "stop",
                "restart",
                "ns"
            })
    void whatIsNotThereIsNamed(String verb) {
        assertThat(some(verb, "nowhere").err()).contains("container does not exist: nowhere");
    }

    @Test
    void execNamesItToo() {
        assertThat(jpod.run("exec", "nowhere", "true").ended(255).err()).contains("container does not exist: nowhere");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-9 ID",
                "ID 9",
                "-KILL ID",
                "-SIGKILL ID",
                "-s 9 ID",
                "--signal kill ID",
                "-s KILL --all ID",
                "-a -9 ID"
            })
    void aSignalHasManyPlaces(String words) throws IOException {
        String id = container("sleep", "1000");
        jpod.run(("kill " + words.replace("ID", id)).split(" ")).ok();
        assertThat(jpod.run("wait", id).ok().out()).isEqualTo("137\n");
        jpod.run("delete", id).ok();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-9", "--bogus ID", "-x ID", "-s 9 ID 15", "-NONE ID", "ID NONE", "ID -9", "-9 ID 15"})
    void whatIsNoSignalIsRefused(String words) throws IOException {
        String id = container("sleep", "1000");
        assertThat(jpod.run(("kill " + words.replace("ID", id)).split(" "))
                        .ended(1)
                        .err())
                .isNotEmpty();
        assertThat(jpod.status(id)).isEqualTo("running");
        jpod.run("delete", "--force", id).ok();
    }

    @Test
    void aNameMayBeginWithADash() throws IOException {
        String id = "-9";
        jpod.run(
                        "run",
                        "-d",
                        "--name=" + id,
                        "--cgroup-parent",
                        "/" + jpod.token,
                        "--rootfs",
                        jpod.probe().rootfs().toString(),
                        "--",
                        "/probe",
                        "sleep",
                        "1000")
                .ok();
        jpod.run("kill", "--", id, "KILL").ok();
        assertThat(jpod.run("wait", "--", id).ok().out()).isEqualTo("137\n");
        jpod.run("delete", "--", id).ok();
    }
}
