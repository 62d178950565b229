package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.Signals;

final class PodKill implements Verb {
    private String signal = "KILL";
    private final PodArguments pods = new PodArguments();

    @Override
    public void define(Definition d) {
        d.value("-s --signal=SIGNAL", "By name or number (default: KILL).", String.class, "KILL", v -> signal = v);
        pods.define(d);
        d.footer("KILL goes to all processes. Containers that do not run are left alone.");
        d.examples("jpod pod kill web", "jpod pod kill --signal HUP web");
    }

    @Override
    public int call(Jpod jpod) {
        int number = Signals.number(signal);
        return pods.each(jpod, pod -> pod.kill(number, jpod.caller()));
    }
}
