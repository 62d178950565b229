package io.jpod.cli.command;

import io.jpod.container.Container;
import io.jpod.container.ContainerException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** One thing after the other, as a command line names several: what goes wrong with one is told, by its name, and the others are done. */
public final class Each {
    private final Jpod jpod;
    private int failed;

    public Each(Jpod jpod) {
        this.jpod = jpod;
    }

    /** Those that are there. */
    public <T> List<T> find(Collection<String> names, Function<String, T> get) {
        List<T> found = new ArrayList<>();
        names.forEach(name -> run(name, () -> found.add(get.apply(name))));
        return found;
    }

    public void run(String name, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            failed++;
            String message = Jpod.message(e);
            jpod.fail(message.contains(name) ? e : new ContainerException(name + ": " + message, e));
        }
    }

    /** Prints the name when it is done. */
    public void print(String name, Runnable action) {
        run(name, () -> {
            action.run();
            jpod.out().println(name);
        });
    }

    public int exitCode() {
        return failed == 0 ? Verb.OK : Verb.ERROR;
    }

    /** The same for a command that has shown something: that nobody reads any more comes first. */
    public int exitCode(int shown) {
        return shown == Verb.OK ? exitCode() : shown;
    }

    /** @throws ContainerException of all that failed, in one line, by name */
    public static void all(List<Container> containers, Consumer<Container> action) {
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
