package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Each;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.pod.Pod;
import java.util.List;

final class PodRm implements Verb {
    private boolean all;
    private boolean force;
    private List<String> names = List.of();

    @Override
    public void define(Definition d) {
        d.flag("-a --all", "All pods.", on -> all = on);
        d.flag("-f --force", "Kill containers that run.", on -> force = on);
        d.operands(0, "POD", "By name, ID or the beginning of an ID.", v -> names = v);
        d.footer("With --force it is no error if there is none of that name, so it can be done again at any time.");
        d.examples("jpod pod rm web", "jpod pod rm --all --force");
    }

    @Override
    public int call(Jpod jpod) {
        Each each = new Each(jpod);
        List<String> missing = force
                ? names.stream()
                        .filter(name -> jpod.pods().find(name).isEmpty())
                        .toList()
                : List.of();
        for (Pod pod : PodNames.of(jpod, each, names, all, force)) {
            each.run(pod.name(), () -> {
                pod.delete(force, jpod.caller());
                jpod.out().println(PodNames.printed(pod));
            });
        }
        missing.forEach(name -> each.run(name, () -> jpod.pods().removeLost(name, jpod.caller())));
        return each.exitCode();
    }
}
