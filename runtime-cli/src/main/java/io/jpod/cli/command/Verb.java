package io.jpod.cli.command;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/** A command below jpod. It is made once for any number of calls: what it knows of one of them, parsing the next one resets. */
public interface Verb {
    // How a command ends when it does not end like the container's process. The numbers are runc's.
    int OK = 0;
    /** Whatever went wrong, on the command line too. */
    int ERROR = 1;
    /** Nobody reads what the command prints any more: what a shell says of a program that SIGPIPE has ended. */
    int READER_GONE = 141;
    /** {@code exec} could not start its process. */
    int EXEC_FAILED = 255;

    /** Says what it is called with. */
    void define(Definition d);

    /** The exit code; what goes wrong is thrown. */
    int call(Jpod jpod);

    static Named named(String name, String description, Supplier<Verb> maker, String... aliases) {
        return new Named(name, List.of(aliases), description, maker, List.of());
    }

    /** @param verbs in the order of the help */
    static Named family(String name, String description, Supplier<Verb> maker, List<Named> verbs) {
        return new Named(name, List.of(), description, maker, verbs);
    }

    /** A verb that does nothing but have verbs of its own. */
    interface Family extends Verb {
        @Override
        default int call(Jpod jpod) {
            throw new Misuse("Missing required subcommand");
        }
    }

    /**
     * What the help of the command above says of a verb, and how to make it.
     *
     * @param verbs of its own
     */
    record Named(String name, List<String> aliases, String description, Supplier<Verb> maker, List<Named> verbs) {
        public boolean isAmong(Collection<String> words) {
            return words.contains(name) || !Collections.disjoint(words, aliases);
        }
    }
}
