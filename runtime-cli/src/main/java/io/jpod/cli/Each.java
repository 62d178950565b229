package io.jpod.cli;

import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One thing after the other, as a command line names several: what goes wrong with one is told, and the others are done. */
final class Each<T> {
    private final Jpod jpod;
    private int failed;

    Each(Jpod jpod) {
        this.jpod = jpod;
    }

    /** @param name is printed when it is done */
    void run(T thing, String name, Consumer<T> action) {
        try {
            action.accept(thing);
            jpod.caller().out().println(name);
        } catch (RuntimeException e) {
            failed++;
            jpod.fail(e);
        }
    }

    int exitCode() {
        return failed == 0 ? ExitCode.OK.number() : ExitCode.ERROR.number();
    }

    /** @throws ContainerException of all that failed, in one line, by name */
    static void all(List<Container> containers, Consumer<Container> action) {
        List<String> problems = new ArrayList<>();
        for (Container container : containers) {
            try {
                action.accept(container);
            } catch (RuntimeException e) {
                problems.add(container.id() + ": " + e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ContainerException(String.join("; ", problems));
        }
    }
}
