package io.jpod.engine.hands;

/** The hands cannot be spoken to any more: they ended, or said what they should not. */
public final class HandsLost extends RuntimeException {
    HandsLost(String what) {
        super("the caller " + what);
    }

    private HandsLost(HandsLost first) {
        super(first.getMessage(), first);
    }

    /** For a second one to throw: an exception that is told of what else went wrong cannot be told of itself. */
    HandsLost again() {
        return new HandsLost(this);
    }
}
