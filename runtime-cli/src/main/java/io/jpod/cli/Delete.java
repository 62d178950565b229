package io.jpod.cli;

import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "delete",
        aliases = "rm",
        description = "Remove containers that have ended, or were never started, and all that is kept of them.",
        footer = {
            "",
            "With --force it is no error if there is none of that name, so it can be done again at any time.",
            "",
            "Example:",
            "  jpod delete --force web"
        })
final class Delete implements Callable<Integer> {
    @ParentCommand
    private Jpod jpod;

    @Option(
            names = {"-f", "--force"},
            description = "Kill it first if it runs.")
    private boolean force;

    /** For a monitor, which outlives its container: by then the name may be another one's. */
    @Option(names = "--created", hidden = true)
    private @Nullable String created;

    @Parameters(paramLabel = "ID", arity = "1..*", description = "The container.")
    private List<String> ids;

    @Override
    public Integer call() {
        for (String id : ids) {
            Optional<Container> container = jpod.containers().find(id);
            if (container.isPresent() && !isMeant(container.get())) {
                continue;
            }
            if (container.isPresent()) {
                Launch.delete(jpod, container.get(), force);
            } else if (!force) {
                throw new ContainerException("container does not exist");
            }
        }
        return ExitCode.OK.number();
    }

    private boolean isMeant(Container container) {
        return created == null
                || created.equals(String.valueOf(container.state().created()));
    }
}
