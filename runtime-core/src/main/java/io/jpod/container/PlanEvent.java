package io.jpod.container;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

@Name("jpod.Plan")
@Label("Plan")
@Category("jpod")
@Description("A set-up was planned: facts gathered, steps made and lowered to system calls")
@StackTrace(false)
final class PlanEvent extends Event {
    @Label("Container or Pod")
    @Nullable String id;

    @Label("Steps")
    int steps;
}
