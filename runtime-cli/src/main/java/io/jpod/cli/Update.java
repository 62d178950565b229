package io.jpod.cli;

import io.jpod.linux.Linux;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "update",
        description = "Change the limits of a container while it runs.",
        footer = {
            "",
            "What is not named stays as it is. If one of the new limits is refused, the old ones hold again.",
            "",
            "Examples:",
            "  jpod update --memory 128m --pids-limit 100 web",
            "  echo '{\"cpu\": {\"quota\": 50000, \"period\": 100000}}' | jpod update --resources - web"
        })
final class Update implements Callable<Integer> {
    private static final int LARGEST = 4 << 20;

    @ParentCommand
    private Jpod jpod;

    @Option(
            names = {"-r", "--resources"},
            paramLabel = "FILE",
            description = "Read the limits from a file, or - for stdin: the linux.resources object of a config.json.")
    private @Nullable String file;

    @ArgGroup(exclusive = false)
    private @Nullable ResourceOptions options;

    @Parameters(paramLabel = "ID", description = "The container.")
    private String id;

    @Override
    public Integer call() {
        if (file != null && options != null) {
            throw new IllegalArgumentException("--resources and options for single limits exclude each other");
        }
        if (file != null) {
            jpod.containers().get(id).update(read(file), file.equals("-") ? "stdin" : file);
        } else if (options != null) {
            jpod.containers().get(id).update(options.resources(), "command line");
        } else {
            jpod.containers().get(id);
        }
        return ExitCode.OK.number();
    }

    private Spec.Resources read(String name) {
        if (name.equals("-")) {
            return SpecReader.readResources(Linux.readFully(jpod.caller().stdio(0), LARGEST), "stdin");
        }
        Path path = jpod.path(name);
        try {
            return SpecReader.readResources(Files.readAllBytes(path), name);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path + ": " + e.getMessage(), e);
        }
    }
}
