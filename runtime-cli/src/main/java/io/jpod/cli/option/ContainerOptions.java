package io.jpod.cli.option;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Misuse;
import io.jpod.container.LogDir;
import io.jpod.engine.Wish;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A container without a bundle, as people write it down. {@link Wish} says what it means. */
public final class ContainerOptions {
    /** Bytes: what a pipe holds, so that a file is not full with every read. */
    private static final int SMALLEST_LOG = 4096;

    private static final int MOST_LOGS = 1000;

    private final Wish.Builder wish = Wish.builder();
    private final LimitOptions limits = new LimitOptions();
    private @Nullable Definition withoutBundle;
    private Map<String, String> logOptions = Map.of();
    private List<String> env = List.of();

    public @Nullable String rootfs;

    public @Nullable String name;

    public boolean tty;

    public @Nullable String pod;

    public void define(Definition all) {
        Definition d = all.part();
        withoutBundle = d;
        d.value("--rootfs=DIR", "Run in this root file system, without a bundle.", v -> rootfs = v);
        d.value("--name=NAME", "What to call the container (default: a random name).", v -> name = v);
        d.flag("-t --tty", "Give it a terminal.", on -> tty = on);
        d.values("-e --env=NAME[=VALUE]", "Set a variable; without a value, to the caller's.", v -> env = v);
        d.value("-w --workdir=DIR", "The working directory (default: /).", String.class, "/", wish::workdir);
        d.value(
                "-u --user=USER[:GROUP]",
                "By id, or by name as in the container's own /etc/passwd (default: root).",
                wish::user);
        d.value(
                "-h --hostname=HOST",
                "The host name (default: the name, as much of it as a host name can have).",
                wish::hostname);
        d.values(
                "-v --volume=SRC:DST[:OPTION,...]",
                "Mount a file or directory of the host, or a volume by its name, which gets what the image has there if"
                        + " it is empty. Options are those of mount(8), such as ro; nosuid, nodev and"
                        + " rprivate hold unless their opposites are given.",
                wish::volume);
        d.values(
                "--tmpfs=DST[:OPTION,...]",
                "Mount an empty tmpfs, noexec, nosuid and nodev unless their opposites are given.",
                wish::tmpfs);
        d.flag("--read-only", "Mount the root file system read-only.", wish::readOnly);
        all.value("--pod=POD", "Make it a container of this pod; new:NAME makes the pod first.", v -> pod = v);
        d.value(
                "--network=NETWORK",
                "none (default): loopback alone; host: the host's, unconfined; container:NAME: that container's.",
                wish::network);
        d.value("--ipc=IPC", "private (default), host or container:NAME.", wish::ipc);
        d.value("--uts=UTS", "private (default), host or container:NAME.", wish::uts);
        d.value("--pid=PID", "private (default), host or container:NAME.", wish::pid);
        d.value(
                "--cgroup-parent=PATH",
                "Make its cgroup in this one (default: /jpod), a path below the cgroup2 mount.",
                wish::cgroupParent);
        limits.define(d);
        d.pairs(
                "--log-opt=NAME=VALUE",
                "How much output of a detached container is kept: max-size of a file (default: 20m), and max-file of them"
                        + " (default: 5).",
                v -> logOptions = v);
        d.separated("--cap-add=NAME", "Add a capability (see capabilities(7)), or ALL.", wish::capAdd);
        d.separated("--cap-drop=NAME", "Take a capability away, or ALL.", wish::capDrop);
        d.flag(
                "--allow-setuid",
                "Let setuid programs such as sudo gain rights: no_new_privs stays off.",
                wish::allowSetuid);
        all.add(Definition.option("--privileged").hidden(true), Boolean.class, false, asked -> {
            if (asked) {
                throw new Misuse(
                        "--privileged is refused, since it would switch off all protection at once: say what is needed"
                                + " with --cap-add, --volume or --network host");
            }
        });
    }

    /**
     * What is wished for, but for what a command has options of its own for.
     *
     * @param words the command
     */
    public Wish.Builder wish(Jpod jpod, List<String> words) {
        return wish.rootfs(jpod.path(String.valueOf(rootfs)).normalize())
                .args(words)
                .name(name)
                .tty(tty)
                .env(Stream.concat(env.stream(), ProcessOptions.listenFds(jpod.caller()).stream())
                        .toList())
                .limits(limits.limits())
                .paths(jpod::path);
    }

    public LogDir.Bounds logBounds() {
        long size = LogDir.Bounds.DEFAULT.size();
        int files = LogDir.Bounds.DEFAULT.files();
        for (Map.Entry<String, String> option : logOptions.entrySet()) {
            String value = option.getValue();
            switch (option.getKey()) {
                case "max-size" -> size = Sizes.bytes("--log-opt max-size", value);
                case "max-file" -> files = value.matches("\\d{1,4}") ? Integer.parseInt(value) : 0;
                default -> throw new Misuse("--log-opt: must be max-size or max-file, is " + option.getKey());
            }
        }
        if (size < SMALLEST_LOG) {
            throw new Misuse("--log-opt max-size: must be at least " + SMALLEST_LOG + " bytes");
        }
        if (files < 1 || files > MOST_LOGS) {
            throw new Misuse("--log-opt max-file: must be from 1 to " + MOST_LOGS);
        }
        return new LogDir.Bounds(size, files);
    }

    /** A bundle says all of this itself: what stands here beside one would have no effect. */
    public void requireNone() {
        if (withoutBundle != null) {
            withoutBundle.given().ifPresent(option -> {
                throw new Misuse(option + " goes with --rootfs; for a bundle it stands in config.json");
            });
        }
    }
}
