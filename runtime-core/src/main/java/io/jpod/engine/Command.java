package io.jpod.engine;

import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import io.jpod.linux.RootedPaths;
import io.jpod.oci.Process;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One more process in a container: the container's own, or another one, with changes. Null: as it is there.
 *
 * @param process what is changed; null: the container's
 * @param args the program and its arguments, if it is the container's that is changed
 * @param env NAME=VALUE, or NAME for what that is to us
 * @param user USER[:GROUP], by id, or by name as in the container's own /etc/passwd
 * @param groups ids of further ones
 * @param capabilities added ones
 * @param cgroup a cgroup below the container's, by path; null: the container's
 * @param ignorePaused let it wait in a paused container until that is resumed
 */
public record Command(
        @Nullable Process process,
        List<String> args,
        @Nullable String cwd,
        List<String> env,
        boolean tty,
        @Nullable String user,
        List<String> groups,
        @Nullable String label,
        @Nullable String apparmor,
        boolean noNewPrivileges,
        List<String> capabilities,
        @Nullable String cgroup,
        boolean ignorePaused) {

    /** As the container's own process, but for what is run. */
    public static Command of(List<String> args) {
        return new Command(
                null, args, null, List.of(), false, null, List.of(), null, null, false, List.of(), null, false);
    }

    Process process(Engine engine, Container container) {
        Process base = process == null ? configured(container) : process;
        boolean own = process == null;
        return base.with(p -> {
            p.terminal = tty || !own && base.terminal();
            p.consoleSize = own ? null : base.consoleSize();
            p.cwd = cwd == null ? base.cwd() : absolute(cwd);
            p.env = Environment.with(base.env(), env, engine.parent().environment());
            p.args = own ? args : base.args();
            p.user = user(container, base.user());
            p.apparmorProfile = apparmor == null ? base.apparmorProfile() : apparmor;
            p.selinuxLabel = label == null ? base.selinuxLabel() : label;
            p.capabilities = capabilities(engine, base.capabilities());
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
    private Process.@Nullable Capabilities capabilities(Engine engine, Process.@Nullable Capabilities base) {
        if (capabilities.isEmpty()) {
            return base;
        }
        List<String> added = new ArrayList<>();
        for (String name : capabilities) {
            DefaultSpec.find(name)
                    .ifPresentOrElse(
                            capability -> added.add(capability.name()),
                            () -> engine.warn("--cap: unknown, left out: " + name));
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
