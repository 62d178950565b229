package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.container.Containers;
import io.jpod.container.CreateOptions;
import io.jpod.container.Created;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.oci.Spec;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

final class Run implements Verb {
    private static final int RANDOM_BYTES = 6;

    private final Jpod jpod;
    private final BundleOptions bundle = new BundleOptions();
    private final ProcessOptions process = new ProcessOptions();
    private final ContainerOptions container = new ContainerOptions();
    private final TraceOptions trace = new TraceOptions();
    private boolean detach;
    private boolean keep;
    private boolean remove;
    private boolean interactive;
    private List<String> words = List.of();

    Run(Jpod jpod) {
        this.jpod = jpod;
    }

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
                        + " logs'), until it is deleted.",
                "",
                "Examples:",
                "  jpod run --bundle /bundles/web web",
                "  jpod run --rootfs /srv/alpine -t -- sh",
                "  jpod run --trace --rootfs /srv/alpine -- true",
                "  jpod run --rootfs /srv/alpine -d --name web -v ./site:/www:ro --memory 64m -- httpd -f -h /www");
    }

    /**
     * What is to be run.
     *
     * @param directory the bundle
     * @param log what a detached container prints into; null: that is the caller's
     * @param hold on its pod until it runs; null: it is in none
     */
    private record Job(
            String id,
            Spec spec,
            Path directory,
            List<Fd> stdio,
            TerminalRoute console,
            @Nullable LogPipe log,
            @Nullable Fd hold) {

        /** It runs: from here on the pod can be removed, and the container with it. */
        void release() {
            if (hold != null) {
                hold.close();
            }
        }
    }

    @Override
    public Integer call() {
        if (keep && remove) {
            throw new Misuse("--keep and --rm exclude each other");
        }
        return container.rootfs == null ? runBundle() : runRootfs();
    }

    private int runBundle() {
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
        Launch launch = new Launch(jpod, process);
        Spec alone = launch.read(bundle);
        Joined joined = Joined.of(jpod, container.pod);
        try (Fd hold = joined.hold()) {
            Spec spec = joined.apply(alone, id);
            try (TerminalRoute console = launch.console(spec, detach)) {
                return run(launch, new Job(id, spec, bundle.directory(jpod), launch.stdio(), console, null, hold));
            }
        }
    }

    private int runRootfs() {
        if (bundle.isGiven()) {
            throw new Misuse("--bundle and --rootfs exclude each other");
        }
        if (interactive && detach && !container.tty) {
            throw new Misuse("--interactive and --detach exclude each other: nobody would be there to type");
        }
        String id = container.name == null ? randomName() : container.name;
        Containers.requireId(id);
        Launch launch = new Launch(jpod, process);
        Joined joined = Joined.of(jpod, container.pod);
        try (Fd hold = joined.hold()) {
            return runRootfs(launch, joined, hold, id);
        }
    }

    private int runRootfs(Launch launch, Joined joined, @Nullable Fd hold, String id) {
        Spec spec = joined.apply(launch.write(container, Sharing.of(jpod, container, joined.pod()), id, words), id);
        jpod.volumes().fill(spec, jpod.caller());
        boolean ownTerminal = container.tty && detach && process.consoleSocket(jpod) == null;
        try (TerminalRoute console = ownTerminal ? TerminalRoute.own() : launch.console(spec, detach);
                LogPipe log = detach ? LogPipe.open(container.logBounds()) : null;
                Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0)) {
            Fd in = interactive || container.tty ? jpod.caller().stdio(0) : nothing;
            List<Fd> stdio = log != null
                    ? log.stdio()
                    : List.of(in, jpod.caller().stdio(1), jpod.caller().stdio(2));
            // The bundle is where the container's config.json lies.
            Job job = new Job(id, spec, jpod.root().resolve(id), stdio, console, log, hold);
            int code = Origins.named(container, spec, () -> run(launch, job));
            if (detach) {
                jpod.caller().out().println(id);
            }
            return code;
        }
    }

    static String randomName() {
        byte[] bytes = new byte[RANDOM_BYTES];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private int run(Launch launch, Job job) {
        CreateOptions options = launch.options(job.id(), job.directory(), bundle, job.console(), job.stdio());
        try (Tracing tracing = trace.begin(jpod)) {
            if (detach) {
                jpod.caller().detach();
            }
            return run(launch, job, options, tracing);
        }
    }

    private int run(Launch launch, Job job, CreateOptions options, @Nullable Tracing tracing) {
        Caller caller = jpod.caller();
        try (Created created = jpod.containers().prepare(job.spec(), options, caller, Tracing.of(tracing))) {
            launch.settle(created, () -> {
                Tracing.next(tracing);
                handOver(launch, job, created);
            });
            created.start(caller);
            Tracing.end(tracing);
            job.release();
            if (detach) {
                return ExitCode.OK.number();
            }
            int code = created.await();
            if (!keep) {
                Launch.deleteAtItsEnd(jpod, created.container());
            }
            return code;
        }
    }

    /** From here on the hands know what to do, whatever becomes of us. */
    private void handOver(Launch launch, Job job, Created created) {
        if (detach ? remove : !keep) {
            jpod.caller().will(launch.will(created.container()));
        }
        if (detach) {
            Launch.leave(jpod, created, job.console(), job.log());
        } else {
            Launch.attach(jpod.caller(), created, job.console());
        }
        // The container has its own, and this command may wait for days.
        job.stdio().getFirst().close();
    }
}
