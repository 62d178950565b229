package io.jpod.cli.pod;

import io.jpod.cli.command.CallerFile;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Misuse;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.PodOptions;
import io.jpod.engine.Engine;
import io.jpod.pod.Pod;
import org.jspecify.annotations.Nullable;

final class PodCreate implements Verb {
    private final PodOptions options = new PodOptions();
    private @Nullable String name;
    private boolean replace;
    private @Nullable String idFile;
    private @Nullable String parameter;

    @Override
    public void define(Definition d) {
        options.define(d);
        d.value("--name=NAME", "The same as the parameter.", v -> name = v);
        d.flag("--replace", "Remove a pod of that name first, with all its containers.", on -> replace = on);
        d.value("--pod-id-file=FILE", "Where to write the ID to.", v -> idFile = v);
        d.optional("NAME", "What to call it (default: a random name).", null, v -> parameter = v);
        d.footer(
                "The namespaces are there before the first container, with loopback up, and stay when the last one has ended.");
        d.examples(
                "jpod pod create web",
                "jpod pod create --name web --share +pid --memory 512m --cpus 1.5 --sysctl net.core.somaxconn=256",
                "jpod pod create --share ipc,uts --network none batch");
    }

    @Override
    public int call(Jpod jpod) {
        if (name != null && parameter != null && !name.equals(parameter)) {
            throw new Misuse("two names: " + name + " and " + parameter);
        }
        String chosen = name != null ? name : parameter != null ? parameter : Engine.randomName();
        var spec = options.spec(jpod, chosen);
        if (replace) {
            jpod.pods().find(chosen).ifPresent(old -> old.delete(true, jpod.caller()));
        }
        jpod.engine().makeVolumes(options.volumes);
        Pod pod = jpod.pods().create(spec, jpod.caller());
        if (idFile != null) {
            CallerFile.of(jpod, idFile).replace(pod.id());
        }
        jpod.out().println(pod.id());
        return OK;
    }
}
