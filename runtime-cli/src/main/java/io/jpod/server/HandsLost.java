package io.jpod.server;

/** The hands cannot be spoken to any more: they ended, or said what they should not. */
final class HandsLost extends RuntimeException {
    HandsLost(String what) {
        super("the caller " + what);
    }
}
