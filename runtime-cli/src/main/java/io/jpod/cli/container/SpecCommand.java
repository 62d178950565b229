package io.jpod.cli.container;

import io.jpod.cli.command.CallerFile;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecTemplate;
import io.jpod.oci.SpecWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

public final class SpecCommand implements Verb {
    private @Nullable String bundle;
    private boolean rootless;

    @Override
    public void define(Definition d) {
        d.value("-b --bundle=DIR", "Where to write it (default: the current directory).", v -> bundle = v);
        d.flag("--rootless", "For a container that its user starts without being root.", on -> rootless = on);
        d.footer(
                "It runs sh on a terminal in the directory rootfs beside it. A file that is there already is not touched.");
        d.examples("mkdir -p web/rootfs && jpod spec --bundle web");
    }

    @Override
    public int call(Jpod jpod) {
        Path directory = bundle == null ? jpod.caller().directory() : jpod.path(bundle);
        Spec spec = rootless
                ? SpecTemplate.rootless(jpod.caller().uid(), jpod.caller().gid())
                : SpecTemplate.rootful();
        CallerFile.of(jpod, directory.resolve("config.json").toString()).create(SpecWriter.write(spec));
        return OK;
    }
}
