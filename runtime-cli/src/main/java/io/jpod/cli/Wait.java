package io.jpod.cli;

import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "wait",
        description = "Wait until containers have ended, and print their exit codes, one a line.",
        footer = {
            "",
            "A container that a signal ended has 128 and the signal's number. The exit code of one that was started with 'jpod"
                    + " run --detach' is kept until it is deleted; that of another is known only to the parent of its process, and"
                    + " to the kernel (since Linux 6.15) for those who waited before its end.",
            "",
            "Example:",
            "  jpod run -d --name job --rootfs /srv/alpine -- make && jpod wait job"
        })
final class Wait implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "The container.")
    private List<String> ids;

    @Override
    public Integer call() {
        List<Container> containers = new ArrayList<>();
        ids.forEach(id -> containers.add(jpod.containers().get(id)));
        for (Container container : containers) {
            OptionalInt code = container.await(jpod.caller().connection());
            if (code.isEmpty()) {
                throw new ContainerException("nobody kept the exit code of container " + container.id());
            }
            jpod.caller().out().println(code.getAsInt());
        }
        return ExitCode.OK.number();
    }
}
