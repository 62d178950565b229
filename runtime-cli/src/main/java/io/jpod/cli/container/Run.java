package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Misuse;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.BundleOptions;
import io.jpod.cli.option.ContainerOptions;
import io.jpod.cli.option.PodOptions;
import io.jpod.cli.option.ProcessOptions;
import io.jpod.cli.option.TraceOptions;
import io.jpod.cli.option.Tracing;
import io.jpod.container.Container;
import io.jpod.container.Containers;
import io.jpod.engine.Manner;
import io.jpod.engine.Running;
import io.jpod.engine.Wish;
import io.jpod.oci.Spec;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

public final class Run implements Verb {
    private final BundleOptions bundle = new BundleOptions();
    private final ProcessOptions process = new ProcessOptions();
    private final ContainerOptions container = new ContainerOptions();
    private final TraceOptions trace = new TraceOptions();
    private boolean detach;
    private boolean keep;
    private boolean remove;
    private boolean interactive;
    private List<String> words = List.of();

    @Override
    public void define(Definition d) {
        d.synopsis(
                "jpod run [OPTIONS] ID                                   from a bundle",
                "       jpod run [OPTIONS] --rootfs DIR [--] [COMMAND [ARG...]]  without one");
        d.stopsAtOperand();
        bundle.define(d);
        process.define(d);
        container.define(d);
        trace.define(d);
        d.flag("-d --detach", "Return as soon as the program was started.", on -> detach = on);
        d.flag("--keep", "Do not delete the container at its end.", on -> keep = on);
        d.flag("--rm", "Delete the container at its end, as is done anyway without --detach.", on -> remove = on);
        d.flag(
                "-i --interactive",
                "With --rootfs: give it the caller's stdin, not /dev/null. A terminal (-t) always has it.",
                on -> interactive = on);
        d.flag("--no-subreaper", "Nothing changes: jpod never makes itself a subreaper. For callers of runc.", _ -> {});
        d.operands(0, "ID or COMMAND", "The name of the new container, or what to run in it.", v -> words = v);
        d.footer(
                "jpod ends like the container's program: with its exit code, or 128 and the number of the signal that ended it. Then"
                        + " the container is deleted, unless --keep is given. Signals that jpod gets go to the program.",
                "",
                "With --rootfs the container is closed by default: 11 capabilities, a seccomp filter, no_new_privs, no network, no"
                        + " devices of the host. Options open it up one by one.",
                "",
                "With --detach the container stays after its end: its exit code ('jpod wait'), and with --rootfs its output ('jpod"
                        + " logs'), until it is deleted.");
        d.examples(
                "jpod run --bundle /bundles/web web",
                "jpod run --rootfs /srv/alpine -t -- sh",
                "jpod run --trace --rootfs /srv/alpine -- true",
                "jpod run --rootfs /srv/alpine -d --name web -v ./site:/www:ro --memory 64m -- httpd -f -h /www");
    }

    @Override
    public int call(Jpod jpod) {
        if (keep && remove) {
            throw new Misuse("--keep and --rm exclude each other");
        }
        return container.rootfs == null ? runBundle(jpod) : runRootfs(jpod);
    }

    private int runBundle(Jpod jpod) {
        container.requireNone();
        if (interactive) {
            throw new Misuse(
                    "--interactive goes with --rootfs; with a bundle the container always has the caller's stdin");
        }
        if (words.size() != 1) {
            throw new Misuse(
                    words.isEmpty()
                            ? "Missing required parameter: 'ID' (or --rootfs)"
                            : "too many arguments: " + String.join(" ", words.subList(1, words.size())));
        }
        String id = Containers.requireId(words.getFirst());
        ProcessOptions.requireNoNotify(jpod.caller());
        Spec spec = bundle.spec(jpod);
        String pod = PodOptions.joined(jpod, container.pod);
        return run(
                jpod,
                manner -> jpod.engine().start(id, bundle.directory(jpod), spec, pod, manner),
                manner -> jpod.engine().run(id, bundle.directory(jpod), spec, pod, manner));
    }

    private int runRootfs(Jpod jpod) {
        if (bundle.isGiven()) {
            throw new Misuse("--bundle and --rootfs exclude each other");
        }
        if (interactive && detach && !container.tty) {
            throw new Misuse("--interactive and --detach exclude each other: nobody would be there to type");
        }
        if (container.name != null) {
            Containers.requireId(container.name);
        }
        ProcessOptions.requireNoNotify(jpod.caller());
        Wish.Builder wish = container.wish(jpod, words).interactive(interactive);
        if (detach) {
            wish.log(container.logBounds());
        }
        Wish whole = wish.pod(PodOptions.joined(jpod, container.pod)).build();
        return run(
                jpod,
                manner -> {
                    Container started = jpod.engine().start(whole, manner);
                    jpod.out().println(started.id());
                },
                manner -> jpod.engine().run(whole, manner));
    }

    private int run(Jpod jpod, Consumer<Manner> start, Function<Manner, Running> run) {
        try (Tracing tracing = trace.begin(jpod)) {
            Manner manner = process.manner(jpod, detach ? !remove : keep, bundle, tracing);
            if (detach) {
                start.accept(manner);
                return OK;
            }
            try (Running running = run.apply(manner)) {
                return running.await();
            }
        }
    }
}
