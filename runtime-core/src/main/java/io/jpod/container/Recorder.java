package io.jpod.container;

import jdk.jfr.FlightRecorder;

/** JDK Flight Recorder, which a JVM may lack, and which takes its time to load. */
public final class Recorder {
    private static final boolean IS_THERE =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private Recorder() {}

    /** Whether a recording has begun in this JVM; it may have ended. Before that no event needs to be made, or even loaded. */
    public static boolean hasBegun() {
        return IS_THERE && FlightRecorder.isInitialized();
    }
}
