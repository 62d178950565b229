package io.jpod.cli;

import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import io.jpod.linux.RootedPaths;
import io.jpod.oci.Process;
import io.jpod.oci.SpecReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The process that exec starts: the container's or one from a file, with changes. */
final class ExecProcess {
    /** As of a config.json. */
    private static final int LARGEST = 4 << 20;

    private @Nullable String file;
    private @Nullable String cwd;
    private List<String> env = List.of();
    private boolean tty;
    private @Nullable String user;
    private List<String> groups = List.of();
    private @Nullable String label;
    private @Nullable String apparmor;
    private boolean noNewPrivileges;
    private List<String> capabilities = List.of();

    void define(Definition d) {
        d.value(
                "-p --process=FILE",
                "Take the process from this file: the process object of a config.json.",
                v -> file = v);
        d.value("--cwd=DIR", "The working directory in the container.", v -> cwd = v);
        d.values("-e --env=NAME[=VALUE]", "Set a variable; without a value, to the caller's.", v -> env = v);
        d.flag("-t --tty", "Give it a terminal.", on -> tty = on);
        d.value("-u --user=USER[:GROUP]", "By id, or by name as in the container's own /etc/passwd.", v -> user = v);
        d.separated("-g --additional-gids=GID", "Add a group, by id.", v -> groups = v);
        d.value("--process-label=LABEL", "The SELinux label of the process.", v -> label = v);
        d.value("--apparmor=PROFILE", "The AppArmor profile of the process.", v -> apparmor = v);
        d.flag("--no-new-privs", "Let no program give the process more rights.", on -> noNewPrivileges = on);
        d.separated("-c --cap=NAME", "Add a capability, see capabilities(7).", v -> capabilities = v);
    }

    boolean isFromFile() {
        return file != null;
    }

    /** @param args if it does not come from a file */
    Process process(Jpod jpod, Container container, List<String> args) {
        Process base = file == null ? configured(container) : read(CallerFile.of(jpod, file));
        boolean own = file == null;
        return base.with(p -> {
            p.terminal = own ? tty : tty || p.terminal;
            p.consoleSize = own ? null : p.consoleSize;
            p.cwd = cwd == null ? p.cwd : absolute(cwd);
            p.env = Environment.with(p.env, env, jpod.caller().environment());
            p.args = own ? args : p.args;
            p.user = user(container, p.user);
            p.apparmorProfile = apparmor == null ? p.apparmorProfile : apparmor;
            p.selinuxLabel = label == null ? p.selinuxLabel : label;
            p.capabilities = capabilities(jpod, p.capabilities);
            p.noNewPrivileges |= noNewPrivileges;
        });
    }

    private static Process configured(Container container) {
        Process process = container.spec().process();
        if (process == null) {
            throw new ContainerException("config.json has no process to take user and environment from: use --process");
        }
        return process;
    }

    private static Process read(CallerFile file) {
        return SpecReader.readProcess(file.read(LARGEST), file.path().toString());
    }

    private static String absolute(String directory) {
        if (!directory.startsWith("/")) {
            throw new ContainerException("Cwd must be an absolute path");
        }
        return directory;
    }

    private Process.User user(Container container, Process.User base) {
        Process.User chosen = base;
        if (user != null) {
            try (RootedPaths rootfs = RootedPaths.open("/proc/" + running(container) + "/root")) {
                chosen = new Users(rootfs).find(user, base.umask());
            }
        }
        List<Long> all = new ArrayList<>(chosen.additionalGids());
        groups.forEach(group -> all.add(Users.id(group)));
        return new Process.User(chosen.uid(), chosen.gid(), chosen.umask(), all);
    }

    private static int running(Container container) {
        int pid = container.pid();
        if (pid == 0) {
            throw new ContainerException("cannot exec in a stopped container");
        }
        return pid;
    }

    /** One that nobody knows is left out, as runc does it. */
    private Process.@Nullable Capabilities capabilities(Jpod jpod, Process.@Nullable Capabilities base) {
        if (capabilities.isEmpty()) {
            return base;
        }
        List<String> added = new ArrayList<>();
        for (String name : capabilities) {
            DefaultSpec.find(name)
                    .ifPresentOrElse(
                            capability -> added.add(capability.name()),
                            () -> jpod.warn("--cap: unknown, left out: " + name));
        }
        return base == null
                ? new Process.Capabilities(added, added, List.of(), added, List.of())
                : new Process.Capabilities(
                        both(base.bounding(), added),
                        both(base.effective(), added),
                        base.inheritable(),
                        both(base.permitted(), added),
                        base.ambient());
    }

    private static List<String> both(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        more.stream().filter(name -> !some.contains(name)).forEach(all::add);
        return all;
    }
}
