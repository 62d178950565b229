package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.ViewOptions;
import io.jpod.cli.show.TreeText;
import io.jpod.pod.Pod;
import io.jpod.pod.Survey;
import java.util.List;
import java.util.Optional;

final class PodTree implements Verb {
    private final ViewOptions options = new ViewOptions();
    private List<String> names = List.of();

    @Override
    public void define(Definition d) {
        options.define(d);
        d.operands(0, "POD", "By name, ID or the beginning of an ID (default: all pods).", v -> names = v);
        d.footer(
                "Memory and pids: in use / the limit. CPUS: how many CPUs' worth of time it may use. \"max\" is no limit, \"-\" is"
                        + " what this host's controllers do not say.");
        d.examples("jpod pod tree", "jpod pod tree --watch web");
    }

    @Override
    public int call(Jpod jpod) {
        Each each = new Each(jpod);
        List<Pod> named = PodNames.of(jpod, each, names, names.isEmpty(), false);
        Survey survey = new Survey(jpod.pods());
        int shown = options.show(
                jpod,
                () -> Optional.of(names.isEmpty() ? jpod.pods().list() : again(survey, named))
                        .filter(pods -> names.isEmpty() || !pods.isEmpty())
                        .map(survey::cgroups),
                TreeText::text,
                TreeText::json);
        return each.exitCode(shown);
    }

    private static List<Pod> again(Survey survey, List<Pod> pods) {
        return pods.stream().flatMap(pod -> survey.again(pod).stream()).toList();
    }
}
