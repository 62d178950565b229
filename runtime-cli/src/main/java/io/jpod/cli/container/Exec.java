package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Misuse;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.BundleOptions;
import io.jpod.cli.option.ProcessOptions;
import io.jpod.cli.option.TraceOptions;
import io.jpod.cli.option.Tracing;
import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import io.jpod.engine.Manner;
import java.util.List;
import org.jspecify.annotations.Nullable;

public final class Exec implements Verb {
    private final ProcessOptions process = new ProcessOptions();
    private final ExecChanges changes = new ExecChanges();
    private final TraceOptions trace = new TraceOptions();
    private boolean detach;
    private boolean ignorePaused;
    private @Nullable String cgroup;
    private String id = "";
    private List<String> words = List.of();

    @Override
    public void define(Definition d) {
        d.synopsis("jpod exec [OPTIONS] ID COMMAND [ARG...]", "       jpod exec [OPTIONS] --process FILE ID");
        // What runc ends with when the process could not be started.
        d.failsWith(EXEC_FAILED);
        d.stopsAtOperand();
        process.define(d);
        changes.define(d);
        trace.define(d);
        d.flag("-d --detach", "Return as soon as the process was started.", on -> detach = on);
        d.flag("--ignore-paused", "In a paused container, wait until it is resumed.", on -> ignorePaused = on);
        d.value("--cgroup=PATH", "Start in this cgroup below the container's, which must be there.", v -> cgroup = v);
        d.operand("ID", "The container.", v -> id = v);
        d.operands(0, "COMMAND", "What to run, with its arguments.", v -> words = v);
        d.footer(
                "The process has the environment, user, capabilities, limits and so on of the container's config.json, or those of"
                        + " --process; options change them. jpod ends like the process, or with 255 if it could not be started.");
        d.examples("jpod exec -t web sh", "jpod exec --user 1000:1000 --env DEBUG=1 web /app/check");
    }

    @Override
    public int call(Jpod jpod) {
        if (changes.isFromFile() && !words.isEmpty()) {
            throw new Misuse("a command and --process exclude each other");
        }
        if (!changes.isFromFile() && words.isEmpty()) {
            // Not the command line's fault to runc, which ends with 255.
            throw new IllegalArgumentException("exec failed: process args cannot be empty");
        }
        try (Tracing tracing = trace.begin(jpod)) {
            Container container = jpod.containers().get(id);
            Manner manner = process.manner(jpod, detach, new BundleOptions(), tracing);
            return jpod.engine().exec(container, changes.command(jpod, words, below(), ignorePaused), manner);
        } catch (RuntimeException e) {
            throw new ContainerException("exec failed: " + Jpod.message(e), e);
        }
    }

    /** runc's form is [CONTROLLER:]PATH; the one hierarchy of cgroup v2 has no controllers of its own to name. */
    private @Nullable String below() {
        if (cgroup == null) {
            return null;
        }
        if (cgroup.equals("/")) {
            return "";
        }
        String path = cgroup.startsWith("/") ? cgroup.substring(1) : cgroup;
        if (path.isEmpty() || path.contains(":") || List.of(path.split("/", -1)).contains("..")) {
            throw new IllegalArgumentException("--cgroup: must be a path below the container's cgroup, is \"" + cgroup
                    + "\" (cgroup v2 has no hierarchies by controller)");
        }
        return path;
    }
}
