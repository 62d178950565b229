package io.jpod.cli.command;

import org.jspecify.annotations.Nullable;

/** The options before the verb. */
public final class GlobalOptions {
    @Nullable String root;

    @Nullable String log;

    Log.Format logFormat = Log.Format.TEXT;
    boolean debug;

    private enum Rootless {
        TRUE,
        FALSE,
        AUTO
    }

    public void define(Definition d) {
        d.value(
                "--root=DIR",
                "Where the state of containers lies (default: /run/jpod, for others than root $XDG_RUNTIME_DIR/jpod).",
                v -> root = v);
        d.value("--log=FILE", "Append errors to this file; on stderr they are short then.", v -> log = v);
        d.value(
                "--log-format=FORMAT",
                "text (default) or json.",
                Log.Format.class,
                Log.Format.TEXT,
                v -> logFormat = v);
        d.flag("--debug", "Tell each step that is taken, and print a stack trace with an error.", on -> debug = on);
        d.add(
                Definition.option("-v --version", "Print the versions of jpod and its parts.")
                        .versionHelp(true),
                Boolean.class,
                false,
                _ -> {});
        d.flag("--systemd-cgroup", "Not supported yet: make cgroups through systemd.", on -> {
            if (on) {
                throw new Misuse("--systemd-cgroup is not supported yet; cgroups are made in the file system");
            }
        });
        // What false and auto ask for is what is done anyway.
        d.value(
                "--rootless=WHEN",
                "Go on where only root may make cgroups: false and auto do not; true is not supported yet.",
                Rootless.class,
                when -> {
                    if (when == Rootless.TRUE) {
                        throw new Misuse("--rootless=true is not supported yet");
                    }
                });
    }
}
