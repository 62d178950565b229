package io.jpod.container;

import io.jpod.abi.Flags;
import io.jpod.oci.State.Status;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What can be done with a container that is there, and in which of its states (runtime-spec, "Operations"). Whoever does it has
 * the lock: a shared one if the container only has to stay as it is meanwhile.
 */
enum Verb {
    /** Takes its id. */
    CREATE(Flags.LOCK_EX),
    START(Flags.LOCK_EX),
    EXEC(Flags.LOCK_SH),
    /** What is begun waits until it is resumed. */
    EXEC_IN_PAUSED(Flags.LOCK_SH),
    KILL(Flags.LOCK_SH),
    /** Also what has outlived its first process, in a pid namespace of others. */
    KILL_ALL(Flags.LOCK_SH),
    PAUSE(Flags.LOCK_EX),
    RESUME(Flags.LOCK_EX),
    UPDATE(Flags.LOCK_EX),
    RESTART(Flags.LOCK_EX),
    DELETE(Flags.LOCK_EX),
    DELETE_BY_FORCE(Flags.LOCK_EX);

    private static final String DAMAGED = "container %1$s is damaged: %2$s (remove it with 'delete --force')";

    private final long lock;

    Verb(long lock) {
        this.lock = lock;
    }

    /** LOCK_SH or LOCK_EX. */
    long lock() {
        return lock;
    }

    /** @throws ContainerException if it cannot be done with the container as it is */
    void require(Container container) {
        Status status = container.status();
        if (refusal(status) != null) {
            throw refusal(container, status);
        }
    }

    /** Why it cannot be done with one of that status. */
    ContainerException refusal(Container container, Status status) {
        String words = Objects.requireNonNull(refusal(status));
        return new ContainerException(
                words.formatted(container.id(), container.damage().orElse(status.jsonName())));
    }

    /** The table. Under the lock one that is being created is one whose maker is gone. Null: it can be done. */
    private @Nullable String refusal(Status status) {
        return switch (this) {
            case CREATE ->
                switch (status) {
                    case CREATING -> null;
                    case CREATED, RUNNING, PAUSED, STOPPED, DAMAGED -> "container with given ID already exists: %1$s";
                };
            case START ->
                switch (status) {
                    case CREATING -> "cannot start a container that is not created yet";
                    case CREATED -> null;
                    case RUNNING, PAUSED -> "cannot start an already running container";
                    case STOPPED -> "cannot start a container that has stopped";
                    case DAMAGED -> DAMAGED;
                };
            case EXEC, EXEC_IN_PAUSED ->
                switch (status) {
                    case CREATED, RUNNING -> null;
                    case PAUSED ->
                        this == EXEC ? "cannot exec in a paused container (use --ignore-paused to override)" : null;
                    case CREATING, STOPPED -> "cannot exec in a stopped container";
                    case DAMAGED -> DAMAGED;
                };
            case KILL, UPDATE ->
                switch (status) {
                    case CREATED, RUNNING, PAUSED -> null;
                    case CREATING, STOPPED -> "container not running";
                    case DAMAGED -> DAMAGED;
                };
            case PAUSE ->
                switch (status) {
                    case CREATED, RUNNING -> null;
                    case CREATING, PAUSED, STOPPED -> "container not running or created: %2$s";
                    case DAMAGED -> DAMAGED;
                };
            case RESUME ->
                switch (status) {
                    case PAUSED -> null;
                    case CREATING, CREATED, RUNNING, STOPPED -> "container not paused";
                    case DAMAGED -> DAMAGED;
                };
            case RESTART ->
                switch (status) {
                    case CREATING, STOPPED -> null;
                    case CREATED, RUNNING, PAUSED -> "container %1$s has not ended: %2$s";
                    case DAMAGED -> DAMAGED;
                };
            case DELETE ->
                switch (status) {
                    case CREATING, CREATED, STOPPED -> null;
                    case RUNNING, PAUSED, DAMAGED -> "cannot delete container %1$s that is not stopped: %2$s";
                };
            case KILL_ALL, DELETE_BY_FORCE ->
                switch (status) {
                    case CREATING, CREATED, RUNNING, PAUSED, STOPPED, DAMAGED -> null;
                };
        };
    }
}
