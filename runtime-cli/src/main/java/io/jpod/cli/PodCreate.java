package io.jpod.cli;

import io.jpod.pod.Pod;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "create",
        description = "Make a pod that is ready for containers, and print its ID.",
        footer = {
            "",
            "The namespaces are there before the first container, with loopback up, and stay when the last one has ended.",
            "",
            "Examples:",
            "  jpod pod create web",
            "  jpod pod create --name web --share +pid --memory 512m --cpus 1.5 --sysctl net.core.somaxconn=256",
            "  jpod pod create --share ipc,uts --network none batch"
        })
final class PodCreate implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @picocli.CommandLine.Spec
    private picocli.CommandLine.Model.CommandSpec command;

    @Mixin
    private final PodOptions options = new PodOptions();

    @Option(names = "--name", paramLabel = "NAME", description = "The same as the parameter.")
    private @Nullable String name;

    @Option(names = "--replace", description = "Remove a pod of that name first, with all its containers.")
    private boolean replace;

    @Option(names = "--pod-id-file", paramLabel = "FILE", description = "Where to write the ID to.")
    private @Nullable String idFile;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "What to call it (default: a random name).")
    private @Nullable String parameter;

    @Override
    public Integer call() {
        if (name != null && parameter != null && !name.equals(parameter)) {
            throw new ParameterException(command.commandLine(), "two names: " + name + " and " + parameter);
        }
        Jpod jpod = parent.jpod();
        String chosen = name != null ? name : parameter != null ? parameter : Run.randomName();
        var spec = options.spec(jpod, chosen);
        if (replace) {
            jpod.pods().find(chosen).ifPresent(old -> old.delete(true, jpod.caller()));
        }
        Launch.makeVolumes(jpod, options.volumes);
        Pod pod = jpod.pods().create(spec, jpod.caller());
        if (idFile != null) {
            PidFile.write(jpod.path(idFile), pod.id());
        }
        jpod.caller().out().println(pod.id());
        return ExitCode.OK.number();
    }
}
