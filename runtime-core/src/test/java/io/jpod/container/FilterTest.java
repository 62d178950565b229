package io.jpod.container;

import static io.jpod.container.Bundle.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.exec.Observer;
import io.jpod.exec.ReadyProcess;
import io.jpod.exec.StepFailed;
import io.jpod.linux.Linux;
import io.jpod.oci.State.Status;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A seccomp filter is for the program: nothing of ours is called under it but execve, and nothing that it forbids holds us up. */
class FilterTest extends ContainerTests {
    /** What sets a process up, and nothing that the test program needs. */
    private static final List<String> OURS = List.of(
            "accept4",
            "capget",
            "capset",
            "chdir",
            "clone",
            "clone3",
            "close_range",
            "dup3",
            "faccessat",
            "faccessat2",
            "fchdir",
            "keyctl",
            "openat2",
            "prctl",
            "recvmsg",
            "seccomp",
            "sendmsg",
            "sendto",
            "setgroups",
            "setns",
            "setresgid",
            "setresuid",
            "setsid",
            "umask",
            "unshare");

    private static Map<String, Object> seccomp(String defaultAction, String action, List<String> names) {
        Map<String, Object> rule = map("names", names, "action", action);
        return map("defaultAction", defaultAction, "syscalls", names.isEmpty() ? List.of() : List.of(rule));
    }

    private static Bundle killing(Bundle bundle, List<String> names, boolean noNewPrivileges) {
        return bundle.set("linux.seccomp", seccomp("SCMP_ACT_ALLOW", "SCMP_ACT_KILL_PROCESS", names))
                .set("process.noNewPrivileges", noNewPrivileges);
    }

    private static Map<String, Object> capabilities(String... names) {
        List<String> all = List.of(names);
        return map("bounding", all, "effective", all, "permitted", all, "inheritable", all, "ambient", all);
    }

    @ParameterizedTest
    @CsvSource({"false, 0", "true, 0", "false, 1000", "true, 1000"})
    void nothingIsCalledUnderItButExecve(boolean noNewPrivileges, int uid) {
        Bundle bundle = killing(bundle("caps"), OURS, noNewPrivileges)
                .set("process.user", map("uid", uid, "gid", uid))
                .set("process.capabilities", capabilities("CAP_KILL", "CAP_CHOWN"));
        String set = " 0000000000000021";
        assertThat(run(bundle).lines())
                .containsExactly(
                        "CapInh" + set,
                        "CapPrm" + set,
                        "CapEff" + set,
                        "CapBnd" + set,
                        "CapAmb" + set,
                        "NoNewPrivs " + (noNewPrivileges ? 1 : 0),
                        "Seccomp 2");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void norInACreatedContainer(boolean noNewPrivileges) {
        Bundle bundle = killing(bundle("echo", "here"), OURS, noNewPrivileges);
        Created created = create(bundle, "c");
        created.container().start(spawner);
        assertThat(created.await()).isZero();
        assertThat(bundle.output()).isEqualTo("here\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void norInAUserNamespace(boolean noNewPrivileges) throws IOException {
        Bundle bundle = killing(bundle("caps"), OURS, noNewPrivileges).userNamespace();
        assertThat(run(bundle)).contains("CapPrm 0000000000000000", "CapBnd 0000000000000000");
        Bundle first = killing(bundle("sleep", "1000"), OURS, noNewPrivileges).userNamespace();
        Container container = start(first, "c").container();
        assertThat(exec(container, bundle("caps").set("process.noNewPrivileges", noNewPrivileges)))
                .contains("CapPrm 0000000000000000", "Seccomp 2");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void norByExec(boolean noNewPrivileges) {
        Container container = start(killing(bundle("sleep", "1000"), OURS, noNewPrivileges), "c")
                .container();
        Bundle process = bundle("caps").set("process.noNewPrivileges", noNewPrivileges);
        assertThat(exec(container, process)).contains("CapPrm 0000000000000000", "Seccomp 2");
    }

    /** Who may trace a hidden process finds one that is under the filter already, and has nothing that it should not have. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void execIsUnderItBeforeItCanBeTraced(boolean noNewPrivileges) {
        Bundle first = bundle("sleep", "1000").set("process.capabilities", capabilities("CAP_SYS_PTRACE"));
        Container container = start(killing(first, List.of("mkdirat", "faccessat2", "setresuid"), noNewPrivileges), "c")
                .container();
        Bundle process = bundle("caps").set("process.noNewPrivileges", noNewPrivileges);
        ExecOptions options = new ExecOptions("", process.stdio(), null, 0, null, false);
        try (ReadyProcess executed = container.exec(process.spec().process(), options, spawner, Observer.NONE)) {
            String status = Linux.readText("/proc/" + executed.pid() + "/status", 1 << 16);
            assertThat(status).contains("Seccomp:\t2", "CapPrm:\t0000000000000000");
            executed.execute();
            assertThat(executed.await()).isZero();
        }
        assertThat(process.output()).contains("CapPrm 0000000000000000", "Seccomp 2");
    }

    @ParameterizedTest
    @CsvSource({
        "SCMP_ACT_ERRNO, false",
        "SCMP_ACT_ERRNO, true",
        "SCMP_ACT_TRACE, true",
        "SCMP_ACT_KILL_PROCESS, false",
        "SCMP_ACT_KILL_THREAD, true",
        "SCMP_ACT_TRAP, true"
    })
    void whateverItForbidsTheProcessEnds(String action, boolean noNewPrivileges) {
        Bundle bundle = bundle("true")
                .set("linux.seccomp", seccomp(action, action, List.of()))
                .set("process.noNewPrivileges", noNewPrivileges);
        if (action.equals("SCMP_ACT_ERRNO") || action.equals("SCMP_ACT_TRACE")) {
            // Not even this can be said under it, and it is known all the same.
            assertThatThrownBy(() -> start(bundle, "c"))
                    .isInstanceOf(StepFailed.class)
                    .hasMessageStartingWith("process.args: exec /probe: ")
                    .hasMessageContaining(
                            action.equals("SCMP_ACT_ERRNO") ? "operation not permitted" : "function not implemented");
            assertThat(containers.list()).isEmpty();
        } else {
            run(bundle, 128 + 31);
        }
        Created created = create(bundle, "d");
        if (action.equals("SCMP_ACT_ERRNO") || action.equals("SCMP_ACT_TRACE")) {
            assertThatThrownBy(() -> created.container().start(spawner))
                    .hasMessageMatching(".*exec /probe: (operation not permitted|function not implemented).*");
        } else {
            created.container().start(spawner);
        }
        assertThat(created.await()).isGreaterThan(128);
        assertThat(created.container().status()).isEqualTo(Status.STOPPED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit_group", "exit_group exit", "exit_group exit sendto write"})
    void noMissingProgramHoldsItUp(String forbidden) {
        Bundle bundle = bundle("true")
                .set("linux.seccomp", seccomp("SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", List.of(forbidden.split(" "))))
                .set("process.noNewPrivileges", true);
        Created created = create(bundle, "c");
        int pid = created.container().pid();
        Linux.unlinkat(Linux.AT_FDCWD, bundle.rootfs.resolve("probe").toString(), 0);
        assertThatThrownBy(() -> created.container().start(spawner)).hasMessageContaining("no such file or directory");
        assertThat(created.await()).isPositive();
        assertThat(ProcessHandle.of(pid)).isEmpty();
    }
}
