package io.jpod.cli;

import io.jpod.container.Containers;
import io.jpod.container.CreateOptions;
import io.jpod.container.Created;
import io.jpod.linux.Fd;
import io.jpod.oci.Spec;
import org.jspecify.annotations.Nullable;

final class Create implements Verb {
    private final Jpod jpod;
    private final BundleOptions bundle = new BundleOptions();
    private final ProcessOptions process = new ProcessOptions();
    private final TraceOptions trace = new TraceOptions();
    private @Nullable String pod;
    private String id = "";

    Create(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        bundle.define(d);
        process.define(d);
        trace.define(d);
        d.value("--pod=POD", "Make it a container of this pod; new:NAME makes the pod first.", v -> pod = v);
        d.operand("ID", "The new container's name: letters, digits and _ + . -", v -> id = v);
        d.footer(
                "The container gets the caller's stdin, stdout and stderr. If making it fails, nothing of it is left behind.",
                "",
                "Examples:",
                "  jpod create --bundle /bundles/web web && jpod start web",
                "  jpod create --bundle /bundles/web --pod shop web && jpod pod start shop");
    }

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
        try (TerminalRoute console = launch.console(spec, true)) {
            CreateOptions options = launch.options(id, bundle.directory(jpod), bundle, console, launch.stdio());
            try (Tracing tracing = trace.begin(jpod);
                    Created created = jpod.containers().create(spec, options, jpod.caller(), Tracing.of(tracing))) {
                launch.settle(created, () -> {});
            }
        }
    }
}
