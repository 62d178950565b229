package io.jpod.cli;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A container without a bundle, as people write it down. {@link DefaultSpec} says what it becomes. */
final class ContainerOptions {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(names = "--rootfs", paramLabel = "DIR", description = "Run in this root file system, without a bundle.")
    @Nullable String rootfs;

    @Option(names = "--name", paramLabel = "NAME", description = "What to call the container (default: a random name).")
    @Nullable String name;

    @Option(
            names = {"-t", "--tty"},
            description = "Give it a terminal.")
    boolean tty;

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME[=VALUE]",
            description = "Set a variable; without a value, to the caller's.")
    List<String> env = new ArrayList<>();

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIR",
            description = "The working directory (default: /).")
    String workdir = "/";

    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            description = "By id, or by name as in the container's own /etc/passwd (default: root).")
    @Nullable String user;

    @Option(names = "--hostname", paramLabel = "HOST", description = "The host name (default: the name).")
    @Nullable String hostname;

    @Option(
            names = {"-v", "--volume"},
            paramLabel = "SRC:DST[:OPTION,...]",
            description =
                    "Mount a file or directory of the host. Options are those of mount(8), such as ro; nosuid, nodev and"
                            + " rprivate hold unless their opposites are given.")
    List<String> volumes = new ArrayList<>();

    @Option(
            names = "--tmpfs",
            paramLabel = "DST[:OPTION,...]",
            description = "Mount an empty tmpfs, noexec, nosuid and nodev unless their opposites are given.")
    List<String> tmpfs = new ArrayList<>();

    @Option(names = "--read-only", description = "Mount the root file system read-only.")
    boolean readOnly;

    @Option(
            names = "--pod",
            paramLabel = "POD",
            description = "Make it a container of this pod; new:NAME makes the pod first.")
    @Nullable String pod;

    @Option(
            names = "--network",
            paramLabel = "NETWORK",
            description =
                    "none (default): loopback alone; host: the host's, unconfined; container:NAME: that container's.")
    @Nullable String network;

    @Option(names = "--ipc", paramLabel = "IPC", description = "private (default), host or container:NAME.")
    @Nullable String ipc;

    @Option(names = "--uts", paramLabel = "UTS", description = "private (default), host or container:NAME.")
    @Nullable String uts;

    @Option(names = "--pid", paramLabel = "PID", description = "private (default), host or container:NAME.")
    @Nullable String pid;

    @Option(
            names = "--cgroup-parent",
            paramLabel = "PATH",
            description = "Make its cgroup in this one (default: /jpod), a path below the cgroup2 mount.")
    @Nullable String cgroupParent;

    @Mixin
    final LimitOptions limits = new LimitOptions();

    @Option(
            names = "--cap-add",
            paramLabel = "NAME",
            split = ",",
            description = "Add a capability (see capabilities(7)), or ALL.")
    List<String> capAdd = new ArrayList<>();

    @Option(names = "--cap-drop", paramLabel = "NAME", split = ",", description = "Take a capability away, or ALL.")
    List<String> capDrop = new ArrayList<>();

    @Option(
            names = "--allow-setuid",
            description = "Let setuid programs such as sudo gain rights: no_new_privs stays off.")
    boolean allowSetuid;

    /** A bundle says all of this itself: what stands here beside one would have no effect. */
    void requireNone() {
        if (command == null) {
            return;
        }
        for (OptionSpec option : command.commandLine().getParseResult().matchedOptionsSet()) {
            if (option.userObject() instanceof Field field
                    && !option.longestName().equals("--pod")
                    && (field.getDeclaringClass() == ContainerOptions.class
                            || field.getDeclaringClass() == LimitOptions.class)) {
                throw new ParameterException(
                        command.commandLine(),
                        option.longestName() + " goes with --rootfs; for a bundle it stands in config.json");
            }
        }
    }

    @SuppressWarnings("UnusedMethod")
    @Option(names = "--privileged", hidden = true)
    private void refusePrivileged(boolean asked) {
        if (asked && command != null) {
            throw new ParameterException(
                    command.commandLine(),
                    "--privileged is refused, since it would switch off all protection at once: say what is needed with"
                            + " --cap-add, --volume or --network host");
        }
    }
}
