package io.jpod.container;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** Committed at the end of the set-up: most steps are another thread's or another process's, who write down how long they took. */
@Name("jpod.Step")
@Label("Step")
@Category("jpod")
@Description("A step of a set-up, as in jpod run --trace")
@StackTrace(false)
final class StepEvent extends Event {
    /** What JFR prints as N/A. */
    static final long UNKNOWN = Long.MIN_VALUE;

    @Label("Container or Pod")
    @Nullable String id;

    @Label("Number")
    @Description("In the plan, from 1")
    int number;

    @Label("Text")
    @Nullable String text;

    @Label("From")
    @Description("The place in config.json that caused it, or the rule that did")
    @Nullable String from;

    @Label("By")
    @Description("Who executed it")
    @Nullable String by;

    @Label("Took")
    @Timespan(Timespan.NANOSECONDS)
    long took;

    @Label("Calls")
    @Description("System calls that it made; of the brain's own steps none are counted")
    int calls;

    @Label("Complete")
    @Description("False for the one that the set-up ended at, or that still waits")
    boolean complete;
}
