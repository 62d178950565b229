package io.jpod.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.plan.Step;
import io.jpod.testing.Built;
import io.jpod.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A container that takes over each process that comes in, as far as it can, and says in its name that it goes on as a process of
 * the host ({@code probe take-over}). What comes from inside is not believed: that process lives, and whoever calls is answered.
 */
@Tag("root")
@Needs({Built.JPOD, Built.PROBE, Built.BUSYBOX})
class HostileContainerTest {
    private static final int TRIES = 8;

    private Process victim;

    /** What the container has. */
    enum Power {
        NOTHING_ODD,
        PTRACE,
        PTRACE_IN_A_USER_NAMESPACE,
        NEW_PRIVILEGES
    }

    @BeforeEach
    void makeVictim() throws IOException {
        victim = new ProcessBuilder("sleep", "1000").start();
    }

    @AfterEach
    void endVictim() throws InterruptedException {
        victim.destroyForcibly().waitFor();
    }

    private Bundle hostile(Jpod jpod, Power power) throws IOException {
        Bundle bundle = jpod.probe();
        String milestone = Integer.toString(Step.Milestone.CLONED.number());
        bundle.change(config -> {
            config.set("process.args", List.of("/probe", "take-over", Long.toString(victim.pid()), milestone));
            config.set("process.noNewPrivileges", power != Power.NEW_PRIVILEGES);
            if (power == Power.PTRACE || power == Power.PTRACE_IN_A_USER_NAMESPACE) {
                for (String set : List.of("bounding", "effective", "permitted")) {
                    config.set("process.capabilities." + set, List.of("CAP_KILL", "CAP_SYS_PTRACE"));
                }
            }
            if (power == Power.PTRACE_IN_A_USER_NAMESPACE) {
                List<Object> namespaces = new ArrayList<>();
                for (String type : List.of("pid", "network", "ipc", "uts", "mount", "user")) {
                    namespaces.add(Map.of("type", type));
                }
                config.set("linux.namespaces", namespaces);
                List<Object> mapping = List.of(Map.of("containerID", 0, "hostID", 100_000, "size", 65_536));
                config.set("linux.uidMappings", mapping);
                config.set("linux.gidMappings", mapping);
            }
        });
        Files.setAttribute(bundle.rootfs(), "unix:uid", power == Power.PTRACE_IN_A_USER_NAMESPACE ? 100_000 : 0);
        return bundle;
    }

    private void execIn(Jpod jpod, Power power) throws IOException {
        String id = jpod.id();
        Bundle bundle = hostile(jpod, power);
        Path said =
                jpod.run("run", "-d", "-b", bundle.dir().toString(), id).ok().stdout();
        Jpod.awaitText(said, "ready");
        try {
            for (int i = 0; i < TRIES; i++) {
                // What is killed before it is the program is an error, and what is killed behind is 137.
                assertThat(jpod.run("exec", id, "/probe", "sleep", "1000").code())
                        .isIn(137, 255);
                assertThat(victim.isAlive()).as("the victim").isTrue();
                Jpod.awaitText(said, "took " + (i + 2) + ",");
            }
            if (power != Power.PTRACE) {
                assertThat(Files.readString(said)).doesNotContain("said 1");
            }
            assertThat(jpod.status(id)).isEqualTo("running");
        } finally {
            jpod.run("delete", "--force", id).ok();
        }
        assertThat(jpod.run("list", "-q").ok().out()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aProcessThatExecBringsIntoIt(Power power) throws IOException {
        try (Jpod jpod = Jpod.resident()) {
            execIn(jpod, power);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NOTHING_ODD", "PTRACE"})
    void theSameWithoutAResidentBrain(Power power) throws IOException {
        try (Jpod jpod = Jpod.oneShot()) {
            execIn(jpod, power);
        }
    }

    /** It shares its pid namespace with containers that are made later. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anotherContainerInItsPidNamespace(boolean userNamespace) throws IOException {
        try (Jpod jpod = Jpod.resident()) {
            String id = jpod.id();
            Power power = userNamespace ? Power.PTRACE_IN_A_USER_NAMESPACE : Power.NOTHING_ODD;
            Path said = jpod.run("run", "-d", "-b", hostile(jpod, power).dir().toString(), id)
                    .ok()
                    .stdout();
            Jpod.awaitText(said, "ready");
            int pid = Integer.parseInt(jpod.state(id).text("pid"));
            for (int i = 0; i < TRIES; i++) {
                Bundle other = hostile(jpod, power);
                other.change(config -> {
                    List<Object> namespaces =
                            new ArrayList<>(List.of(Map.of("type", "pid", "path", "/proc/" + pid + "/ns/pid")));
                    for (String type : List.of("mount", "uts", "ipc", "network")) {
                        namespaces.add(Map.of("type", type));
                    }
                    if (userNamespace) {
                        namespaces.add(Map.of("type", "user", "path", "/proc/" + pid + "/ns/user"));
                    }
                    config.set("linux.namespaces", namespaces);
                    config.set("process.args", List.of("/probe", "sleep", "1000"));
                });
                String name = jpod.id();
                assertThat(jpod.run("run", "-b", other.dir().toString(), name).code())
                        .isEqualTo(137);
                assertThat(victim.isAlive()).as("the victim").isTrue();
                jpod.run("delete", "--force", name);
            }
            assertThat(Files.readString(said)).contains("took").doesNotContain("said 1");
            jpod.run("delete", "--force", id).ok();
        }
    }
}
