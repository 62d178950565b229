package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.ViewOptions;
import io.jpod.cli.show.MatrixText;
import io.jpod.pod.Pod;
import io.jpod.pod.Survey;

final class PodNs implements Verb {
    private final ViewOptions options = new ViewOptions();
    private String name = "";

    @Override
    public void define(Definition d) {
        options.define(d);
        d.operand("POD", "By name, ID or the beginning of an ID.", v -> name = v);
        d.footer(
                "Numbers are those of 'ls -l /proc/PID/ns'. The pod's own row is what it has pinned, which is there without any"
                        + " process too, where lsns(8) does not see it.");
        d.examples(
                "jpod pod ns web",
                "jpod pod ns --watch web",
                "jpod pod ns --format json web | jq '.rows[] | {name, net: .namespaces.net.inode}'");
    }

    @Override
    public int call(Jpod jpod) {
        Pod pod = jpod.pods().get(name);
        Survey survey = new Survey(jpod.pods());
        // One that was never made to the end says so.
        pod.spec();
        return options.show(jpod, () -> survey.again(pod).map(survey::namespaces), MatrixText::text, MatrixText::json);
    }
}
