package io.jpod.engine;

import io.jpod.container.Container;
import io.jpod.container.LogDir;
import io.jpod.engine.hands.Parent;
import io.jpod.oci.Spec;
import io.jpod.oci.State.Status;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Starts containers that nobody is attached to, any number of them. One monitor stays behind for them all: it keeps the exit
 * codes, and what they print.
 */
public final class Background implements AutoCloseable {
    private final Engine engine;

    /** Null: only those are started that wait for it. */
    private final @Nullable Parent parent;

    private Background(Engine engine, @Nullable Parent parent) {
        this.engine = engine;
        this.parent = parent;
    }

    /** To be called before anything else that makes a child of the engine's parent. */
    static Background of(Engine engine) {
        return new Background(engine, engine.parent().background());
    }

    /** Beside what the engine's parent does in the foreground. */
    static Background beside(Engine engine) {
        return new Background(engine, engine.parent().another());
    }

    /** The same for containers that are there: only those that have ended will be made. */
    public static Background again(Engine engine, Collection<Container> containers) {
        return containers.stream().anyMatch(Background::isToBeMade) ? of(engine) : new Background(engine, null);
    }

    private static boolean isToBeMade(Container container) {
        return container.status() == Status.STOPPED || container.status() == Status.CREATING;
    }

    /** Starts one that was created, or has ended: then it is made again, and its log goes on. */
    public void start(Container container) {
        if (!isToBeMade(container)) {
            container.start(parent == null ? engine.parent() : parent);
            return;
        }
        try (Stdio stdio = Stdio.logged(Console.own(hasTerminal(container.spec())), LogDir.Bounds.DEFAULT)) {
            launch(Manner.BACKGROUND).again(container, stdio);
        }
    }

    /**
     * Makes a new one and starts it.
     *
     * @param bounds of its log
     */
    Container make(Blueprint blueprint, LogDir.Bounds bounds) {
        try (Stdio stdio = Stdio.logged(Console.own(hasTerminal(blueprint.spec())), bounds)) {
            return make(blueprint, stdio, Manner.BACKGROUND);
        }
    }

    Container make(Blueprint blueprint, Stdio stdio, Manner manner) {
        return launch(manner).detached(blueprint, stdio);
    }

    Parent parent() {
        if (parent == null) {
            throw new IllegalStateException("a container has ended meanwhile: try again");
        }
        return parent;
    }

    private Launch launch(Manner manner) {
        return new Launch(engine, parent(), manner);
    }

    private static boolean hasTerminal(Spec spec) {
        return spec.process() != null && spec.process().terminal();
    }

    @Override
    public void close() {
        if (parent != null && !parent.equals(engine.parent())) {
            parent.close();
        }
    }
}
