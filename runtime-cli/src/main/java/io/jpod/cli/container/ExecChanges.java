package io.jpod.cli.container;

import io.jpod.cli.command.CallerFile;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.option.ProcessOptions;
import io.jpod.engine.Command;
import io.jpod.oci.Process;
import io.jpod.oci.SpecReader;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The process that exec starts: the container's or one from a file, with changes. */
final class ExecChanges {
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
    Command command(Jpod jpod, List<String> args, @Nullable String cgroup, boolean ignorePaused) {
        List<String> all = Stream.concat(env.stream(), ProcessOptions.listenFds(jpod.caller()).stream())
                .toList();
        return new Command(
                file == null ? null : read(CallerFile.of(jpod, file)),
                args,
                cwd,
                all,
                tty,
                user,
                groups,
                label,
                apparmor,
                noNewPrivileges,
                capabilities,
                cgroup,
                ignorePaused);
    }

    private static Process read(CallerFile file) {
        return SpecReader.readProcess(file.read(LARGEST), file.path());
    }
}
