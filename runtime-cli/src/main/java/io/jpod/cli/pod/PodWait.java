package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.container.Wait;
import io.jpod.container.Container;
import io.jpod.engine.PodContainers;
import io.jpod.pod.Pod;

final class PodWait implements Verb {
    private boolean named;
    private final PodArguments pods = new PodArguments();

    @Override
    public void define(Definition d) {
        d.flag("--names", "Print the name of the container before its exit code.", on -> named = on);
        pods.define(d);
        d.footer(
                "They come in the order in which the containers were made. A container that a signal ended has 128 and the signal's number.");
        d.examples("jpod pod wait batch", "jpod pod wait --names batch   # such as: step1 0");
    }

    @Override
    public int call(Jpod jpod) {
        Each each = new Each(jpod);
        for (Pod pod : pods.find(jpod, each)) {
            for (Container container : PodContainers.own(pod)) {
                each.run(
                        container.id(),
                        () -> jpod.out().println((named ? container.id() + " " : "") + Wait.await(jpod, container)));
            }
        }
        return each.exitCode();
    }
}
