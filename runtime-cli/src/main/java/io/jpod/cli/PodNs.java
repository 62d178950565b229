package io.jpod.cli;

import io.jpod.pod.Pod;
import io.jpod.pod.Survey;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
        name = "ns",
        description = "Show who lives in which namespaces: a pod and its containers, and the host to compare.",
        footer = {
            "",
            "Numbers are those of 'ls -l /proc/PID/ns'. The pod's own row is what it has pinned, which is there without any"
                    + " process too, where lsns(8) does not see it.",
            "",
            "Examples:",
            "  jpod pod ns web",
            "  jpod pod ns --watch web",
            "  jpod pod ns --format json web | jq '.rows[] | {name, net: .namespaces.net.inode}'"
        })
final class PodNs implements Callable<Integer> {
    @ParentCommand
    private PodCommand parent;

    @Mixin
    private final ViewOptions options = new ViewOptions();

    @Parameters(paramLabel = "POD", description = "By name, ID or the beginning of an ID.")
    private String name;

    @Override
    public Integer call() {
        Pod pod = parent.jpod().pods().get(name);
        Survey survey = new Survey(parent.jpod().pods());
        // One that was never made to the end says so.
        pod.spec();
        options.show(
                parent.jpod(), () -> survey.again(pod).map(survey::namespaces), MatrixText::text, MatrixText::json);
        return ExitCode.OK.number();
    }
}
