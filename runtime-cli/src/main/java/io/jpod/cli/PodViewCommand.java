package io.jpod.cli;

import io.jpod.pod.Pod;
import io.jpod.pod.Survey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "view",
        description = "Draw a pod as a house, in one page for a browser.",
        footer = {
            "",
            "Walls are the namespaces that all share, rooms are the containers, the ground is the host. The page needs no"
                    + " network and no other file, and is of the moment when it was made.",
            "",
            "Examples:",
            "  jpod pod view --html web.html web",
            "  jpod pod view --html - web | ssh desk 'cat > web.html'"
        })
final class PodViewCommand implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Option(names = "--html", paramLabel = "FILE", required = true, description = "Where to write it to; -: stdout.")
    private String file;

    @Parameters(paramLabel = "POD", description = "By name, ID or the beginning of an ID.")
    private String name;

    @Override
    public Integer call() {
        Jpod jpod = parent.jpod();
        Pod pod = jpod.pods().get(name);
        String page = ViewPage.of(new Survey(jpod.pods()).view(pod));
        if (file.equals("-")) {
            jpod.caller().out().print(page);
        } else {
            write(jpod.path(file), page);
        }
        return ExitCode.OK.number();
    }

    private static void write(Path path, String page) {
        try {
            Files.writeString(path, page);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path + ": " + e.getMessage(), e);
        }
    }
}
