package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Misuse;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.BundleOptions;
import io.jpod.cli.option.ProcessOptions;
import io.jpod.container.Containers;
import io.jpod.engine.DebugContainer;
import io.jpod.engine.DebugProfile;
import io.jpod.engine.DebugTools;
import io.jpod.engine.Engine;
import io.jpod.engine.Manner;
import io.jpod.engine.Wish;
import java.util.List;
import org.jspecify.annotations.Nullable;

public final class Debug implements Verb {
    private static final ProcessOptions PLAIN = new ProcessOptions();

    private @Nullable String rootfs;
    private @Nullable String target;
    private @Nullable String copyTo;
    private @Nullable Boolean shareProcesses;
    private boolean replace;
    private String profile = "general";
    private @Nullable String name;
    private List<String> env = List.of();
    private List<String> volumes = List.of();
    private @Nullable String user;
    private boolean interactive;
    private boolean tty;
    private String subject = "";
    private List<String> words = List.of();

    @Override
    public void define(Definition d) {
        d.synopsis("jpod debug [OPTIONS] POD|CONTAINER [OPTIONS] [-- COMMAND [ARG...]]");
        d.value("--rootfs=DIR", "The root file system with the tools (default: below).", v -> rootfs = v);
        d.value("--target=CONTAINER", "See the processes of this container of the pod.", v -> target = v);
        d.value(
                "--copy-to=NAME",
                "Make a pod of that name like this one ('jpod pod clone'), and look into it instead. It stays.",
                v -> copyTo = v);
        d.add(
                Definition.option(
                                "--share-processes",
                                "In the copy, share a pid namespace (default), or with --no-share-processes do not.")
                        .negatable(true),
                Boolean.class,
                null,
                on -> shareProcesses = on);
        d.flag("--replace", "Remove the first pod, with all its containers, once the copy runs.", on -> replace = on);
        d.value(
                "--profile=PROFILE",
                "What it may do: general (default), baseline, restricted, netadmin or sysadmin, see below.",
                String.class,
                "general",
                v -> profile = v);
        d.value(
                "-c --container=NAME",
                "What to call the debug container (default: debug- and a random name).",
                v -> name = v);
        d.values("-e --env=NAME[=VALUE]", "Set a variable; without a value, to the caller's.", v -> env = v);
        d.values(
                "-v --volume=SRC:DST[:OPTION,...]",
                "Mount a file or directory of the host, as with 'jpod run'.",
                v -> volumes = v);
        d.value(
                "-u --user=USER[:GROUP]",
                "By id, or by name as in the tools' /etc/passwd (default: root).",
                v -> user = v);
        d.flag(
                "-i --interactive",
                "Give it the caller's stdin, not /dev/null. A terminal (-t) always has it.",
                on -> interactive = on);
        d.flag("-t --tty", "Give it a terminal.", on -> tty = on);
        d.operand("POD|CONTAINER", "By name, or for a pod by ID or the beginning of one.", v -> subject = v);
        d.operands(0, "COMMAND", "What to run, with its arguments (default: sh).", v -> words = v);
        d.footer(
                "The debug container is one more container of the pod: it has the pod's network, ipc and host name, or those of the"
                        + " CONTAINER that is in no pod, but its own files and processes. With --target it has the processes of that"
                        + " container, whose first one is process 1; its files are below /proc/1/root. It is deleted at its end."
                        + " A pod comes before a container of the same name.",
                "",
                "Profiles, from what 'jpod run' gives to a container:",
                "  general     and CAP_SYS_PTRACE: may trace processes and follow /proc/PID/root",
                "  baseline    that, and no more",
                "  restricted  no capabilities at all, user 65534 unless --user is given",
                "  netadmin    and CAP_NET_ADMIN, CAP_NET_RAW: may change the pod's network and read its packets",
                "  sysadmin    ALL capabilities, NO seccomp filter, nothing in /proc and /sys masked or read-only: who can run"
                        + " programs there can take over the host",
                "",
                "The tools are $JPOD_DEBUG_ROOTFS, or share/jpod/debug-rootfs beside the program, or in a checkout the root file"
                        + " system of its tests; they are mounted read-only, since all debug containers have them, with an empty /tmp."
                        + " What is given with --rootfs can be written to.");
        d.examples(
                "jpod debug -it web",
                "jpod debug -it web --target app -- sh",
                "jpod debug web --profile netadmin -- ip addr",
                "jpod debug -it web --copy-to web-test --target app");
    }

    @Override
    public int call(Jpod jpod) {
        requireSeparated(jpod);
        if (copyTo == null && (shareProcesses != null || replace)) {
            throw new Misuse(
                    (replace ? "--replace" : "--share-processes") + " goes with --copy-to: a pod stays as it was made");
        }
        DebugProfile rights = DebugProfile.of(profile);
        String id = name == null ? "debug-" + Engine.randomName() : name;
        Containers.requireId(id);
        ProcessOptions.requireNoNotify(jpod.caller());
        DebugTools tools = DebugTools.find(jpod.caller(), rootfs, jpod::path);
        Wish.Builder wish = Wish.builder()
                .args(words)
                .tty(tty)
                .interactive(interactive)
                .env(env)
                .volume(volumes)
                .user(user)
                .paths(jpod::path);
        Manner manner = PLAIN.manner(jpod, false, new BundleOptions(), null);
        DebugContainer container =
                new DebugContainer(jpod.engine(), tools, rights, target, id, wish, manner, hint -> hint(jpod, hint));
        return copyTo == null
                ? container.run(subject)
                : container.runInCopy(subject, copyTo, shareProcesses == null || shareProcesses, replace);
    }

    private void hint(Jpod jpod, String hint) {
        if (jpod.caller().isTerminal(2)) {
            jpod.caller().err().println(hint);
        }
    }

    /** Options may come after the name, and those of the command are not ours: -c is in most of them. */
    private void requireSeparated(Jpod jpod) {
        List<String> all = jpod.caller().arguments();
        int separator = all.indexOf("--");
        if (words.size() != (separator < 0 ? 0 : all.size() - separator - 1)) {
            throw new Misuse("the command comes after --: jpod debug " + subject + " -- COMMAND");
        }
    }
}
