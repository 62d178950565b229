package io.jpod.container;

import org.jspecify.annotations.Nullable;

/** What the directory of a container holds of it. */
sealed interface Stored {
    /** Its record names its first process. */
    record Whole(StoredState state) implements Stored {}

    /**
     * It is being made or removed, or that was cut off: nothing of it runs, or will.
     *
     * @param state null: nothing is written yet, or no more
     */
    record HalfMade(@Nullable StoredState state) implements Stored {}

    /** Its record cannot be read: all that can be done with it is to delete it by force. */
    record Damaged(String why) implements Stored {}

    /** @param state null: there is none */
    static Stored of(@Nullable StoredState state) {
        return state == null || state.pid() == 0 ? new HalfMade(state) : new Whole(state);
    }

    /** Null: there is none, or it cannot be read. */
    default @Nullable StoredState record() {
        return switch (this) {
            case Whole whole -> whole.state();
            case HalfMade half -> half.state();
            case Damaged _ -> null;
        };
    }

    default boolean isEmpty() {
        return this instanceof HalfMade half && half.state() == null;
    }
}
