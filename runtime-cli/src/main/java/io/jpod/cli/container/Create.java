package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.BundleOptions;
import io.jpod.cli.option.PodOptions;
import io.jpod.cli.option.ProcessOptions;
import io.jpod.cli.option.TraceOptions;
import io.jpod.cli.option.Tracing;
import io.jpod.container.Containers;
import io.jpod.engine.Manner;
import io.jpod.oci.Spec;
import org.jspecify.annotations.Nullable;

public final class Create implements Verb {
    private final BundleOptions bundle = new BundleOptions();
    private final ProcessOptions process = new ProcessOptions();
    private final TraceOptions trace = new TraceOptions();
    private @Nullable String pod;
    private String id = "";

    @Override
    public void define(Definition d) {
        bundle.define(d);
        process.define(d);
        trace.define(d);
        d.value("--pod=POD", "Make it a container of this pod; new:NAME makes the pod first.", v -> pod = v);
        d.operand("ID", "The new container's name: letters, digits and _ + . -", v -> id = v);
        d.footer(
                "The container gets the caller's stdin, stdout and stderr. If making it fails, nothing of it is left behind.");
        d.examples(
                "jpod create --bundle /bundles/web web && jpod start web",
                "jpod create --bundle /bundles/web --pod shop web && jpod pod start shop");
    }

    @Override
    public int call(Jpod jpod) {
        ProcessOptions.requireNoNotify(jpod.caller());
        Spec spec = bundle.spec(jpod);
        Containers.requireId(id);
        String joined = PodOptions.joined(jpod, pod);
        try (Tracing tracing = trace.begin(jpod)) {
            Manner manner = process.manner(jpod, true, bundle, tracing);
            jpod.engine().create(id, bundle.directory(jpod), spec, joined, manner);
        }
        return OK;
    }
}
