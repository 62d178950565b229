package io.jpod.cli;

import io.jpod.container.Containers;
import io.jpod.container.Created;
import io.jpod.linux.Fd;
import io.jpod.oci.Spec;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "run",
        description = "Make a container, start it, and wait for its end.")
final class Run implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @Mixin
    private final BundleOptions bundle = new BundleOptions();

    @Mixin
    private final ProcessOptions process = new ProcessOptions();

    @Option(
            names = {"-d", "--detach"},
            description = "Return as soon as the program was started.")
    private boolean detach;

    @Option(names = "--keep", description = "Do not delete the container at its end.")
    private boolean keep;

    @Option(
            names = "--no-subreaper",
            description = "Accepted for callers of runc: jpod never makes itself a subreaper.")
    private boolean noSubreaper;

    @Parameters(paramLabel = "ID", description = "The new container's name: letters, digits and _ + . -")
    private String id;

    @Override
    public Integer call() {
        Launch launch = new Launch(jpod, process);
        Spec spec = launch.prepared(bundle.spec(jpod));
        Caller caller = jpod.caller();
        try (Console console = launch.console(spec, detach)) {
            var options = launch.options(id, bundle, console, launch.stdio());
            if (detach) {
                caller.detach();
            }
            try (Created created = new Containers(jpod.root()).prepare(spec, options, caller);
                    Fd terminal = console.receive()) {
                launch.announce(created);
                if (detach) {
                    try (Fd exit = Launch.exitFile(created.container())) {
                        caller.watch(created.process().pid(), exit);
                    }
                } else if (!keep) {
                    caller.will(launch.will(id));
                }
                if (terminal != null) {
                    caller.relay(terminal);
                }
                caller.forwardSignals(created.process().pid());
                created.start(caller);
                if (detach) {
                    return ExitCode.OK.number();
                }
                int code = created.await();
                if (!keep) {
                    Launch.delete(jpod, created.container(), true);
                }
                return code;
            }
        }
    }
}
