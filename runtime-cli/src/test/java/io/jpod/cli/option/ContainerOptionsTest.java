package io.jpod.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.engine.InvalidWish;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ContainerOptionsTest {
    private static ContainerOptions options(String... arguments) {
        ContainerOptions options = new ContainerOptions();
        new CommandLine(Definition.root("run", "", options::define)).parseArgs(arguments);
        return options;
    }

    @Test
    void privilegedIsRefusedByName() {
        assertThatThrownBy(() -> options("--privileged")).hasMessageContaining("--privileged is refused");
    }

    @ParameterizedTest
    @CsvSource({
        "capAdd,--cap-add",
        "capDrop,--cap-drop",
        "cgroupParent,--cgroup-parent",
        "cpus,--cpus",
        "env,--env",
        "hostname,--hostname",
        "ipc,--ipc",
        "memory,--memory",
        "network,--network",
        "pid,--pid",
        "pids,--pids-limit",
        "pod,--pod",
        "rootfs,--rootfs",
        "tmpfs,--tmpfs",
        "user,--user",
        "uts,--uts",
        "volume,--volume",
        "workdir,--workdir"
    })
    void anErrorNamesTheOptionThatAFieldIs(String field, String option) {
        CommandLine run = new CommandLine(Definition.root("run", "", new ContainerOptions()::define));
        assertThat(run.getCommandSpec().findOption(option)).isNotNull();
        assertThat(Jpod.message(new InvalidWish(field, "cannot be"))).isEqualTo(option + ": cannot be");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1,5", ""})
    void cpusAreANumber(String cpus) {
        LimitOptions limits = new LimitOptions();
        CommandLine run = new CommandLine(Definition.root("run", "", limits::define));
        assertThatThrownBy(() -> {
                    run.parseArgs("--cpus", cpus);
                    limits.limits();
                })
                .hasMessageContaining("--cpus: must");
    }
}
