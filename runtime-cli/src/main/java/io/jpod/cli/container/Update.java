package io.jpod.cli.container;

import io.jpod.cli.command.Caller;
import io.jpod.cli.command.CallerFile;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.oci.Resources;
import io.jpod.oci.SpecReader;
import org.jspecify.annotations.Nullable;

public final class Update implements Verb {
    private static final int LARGEST = 4 << 20;

    private @Nullable String file;
    private final ResourceOptions options = new ResourceOptions();
    private String id = "";

    @Override
    public void define(Definition d) {
        d.value(
                "-r --resources=FILE",
                "Read the limits from a file, or - for stdin: the linux.resources object of a config.json.",
                v -> file = v);
        d.group(options::define);
        d.operand("ID", "The container.", v -> id = v);
        d.footer("What is not named stays as it is. If one of the new limits is refused, the old ones hold again.");
        d.examples(
                "jpod update --memory 128m --pids-limit 100 web",
                "echo '{\"cpu\": {\"quota\": 50000, \"period\": 100000}}' | jpod update --resources - web");
    }

    @Override
    public int call(Jpod jpod) {
        if (file != null && options.isGiven()) {
            throw new IllegalArgumentException("--resources and options for single limits exclude each other");
        }
        if (file != null) {
            jpod.containers().get(id).update(read(jpod, file), file.equals("-") ? "stdin" : file, jpod.caller());
        } else if (options.isGiven()) {
            jpod.containers().get(id).update(options.resources(), "command line", jpod.caller());
        } else {
            jpod.containers().get(id);
        }
        return OK;
    }

    private Resources read(Jpod jpod, String name) {
        if (name.equals("-")) {
            Caller caller = jpod.caller();
            return SpecReader.readResources(CallerFile.read(caller, caller.stdio(0), LARGEST), "stdin");
        }
        return SpecReader.readResources(CallerFile.of(jpod, name).read(LARGEST), name);
    }
}
