package io.jpod.cli;

import io.jpod.container.Containers;
import io.jpod.container.CreateOptions;
import io.jpod.container.Created;
import io.jpod.linux.Fd;
import io.jpod.oci.Spec;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "create",
        description = "Make a container from a bundle. Its program waits for 'jpod start'.",
        footer = {
            "",
            "The container gets the caller's stdin, stdout and stderr. If making it fails, nothing of it is left behind.",
            "",
            "Examples:",
            "  jpod create --bundle /bundles/web web && jpod start web",
            "  jpod create --bundle /bundles/web --pod shop web && jpod pod start shop"
        })
final class Create implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @Mixin
    private final BundleOptions bundle = new BundleOptions();

    @Mixin
    private final ProcessOptions process = new ProcessOptions();

    @Mixin
    private final TraceOptions trace = new TraceOptions();

    @Option(
            names = "--pod",
            paramLabel = "POD",
            description = "Make it a container of this pod; new:NAME makes the pod first.")
    private @Nullable String pod;

    @Parameters(paramLabel = "ID", description = "The new container's name: letters, digits and _ + . -")
    private String id;

    @Override
    public Integer call() {
        Launch launch = new Launch(jpod, process);
        Spec alone = launch.read(bundle);
        Containers.requireId(id);
        Joined joined = Joined.of(jpod, pod);
        try (Fd _ = joined.hold()) {
            create(launch, joined.apply(alone, id));
        }
        return ExitCode.OK.number();
    }

    private void create(Launch launch, Spec spec) {
        try (Console console = launch.console(spec, true)) {
            CreateOptions options = launch.options(id, bundle.directory(jpod), bundle, console, launch.stdio());
            try (Tracing tracing = trace.begin(jpod);
                    Created created = jpod.containers().create(spec, options, jpod.caller(), Tracing.of(tracing))) {
                launch.settle(created, () -> {});
            }
        }
    }
}
