package io.jpod.engine;

import io.jpod.container.CreateOptions;
import io.jpod.engine.hands.Parent;
import io.jpod.exec.Observer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a process is started, which is its caller's business and not its own.
 *
 * @param stays whether a container outlasts its end, to be asked for its exit code and log
 * @param consoleSocket a listening unix socket that its terminal is sent over; null: none
 * @param preserve how many descriptors of the jpod command's caller it keeps, from 3 on
 * @param pivot by pivot_root, which a ramdisk does not know
 * @param keyring whether it gets a session keyring of its own
 * @param observer of its set-up
 */
public record Manner(
        boolean stays,
        @Nullable Path consoleSocket,
        int preserve,
        boolean pivot,
        boolean keyring,
        Observer observer,
        Witness witness) {

    /** As most want it who wait for its end. */
    public static final Manner FOREGROUND = new Manner(false, null, 0, true, true, Observer.NONE, Witness.NONE);

    /** As most want it who do not. */
    public static final Manner BACKGROUND = new Manner(true, null, 0, true, true, Observer.NONE, Witness.NONE);

    Manner with(Witness other) {
        return new Manner(stays, consoleSocket, preserve, pivot, keyring, observer, other);
    }

    CreateOptions options(Blueprint blueprint, Parent parent, Stdio stdio) {
        return new CreateOptions(
                blueprint.id(),
                blueprint.bundle(),
                parent.uid(),
                stdio.fds(),
                stdio.console().socket(),
                pivot,
                keyring,
                preserve,
                blueprint.belonging());
    }
}
