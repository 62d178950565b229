package io.jpod.cli.pod;

import io.jpod.cli.command.CallerFile;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.show.ViewPage;
import io.jpod.pod.Pod;
import io.jpod.pod.Survey;

final class PodViewCommand implements Verb {
    private String file = "";
    private String name = "";

    @Override
    public void define(Definition d) {
        d.add(
                Definition.option("--html=FILE", "Where to write it to; -: stdout.")
                        .required(true),
                String.class,
                "",
                v -> file = v);
        d.operand("POD", "By name, ID or the beginning of an ID.", v -> name = v);
        d.footer(
                "Walls are the namespaces that all share, rooms are the containers, the ground is the host. The page needs no"
                        + " network and no other file, and is of the moment when it was made.");
        d.examples("jpod pod view --html web.html web", "jpod pod view --html - web | ssh desk 'cat > web.html'");
    }

    @Override
    public int call(Jpod jpod) {
        Pod pod = jpod.pods().get(name);
        String page = ViewPage.of(new Survey(jpod.pods()).view(pod));
        if (file.equals("-")) {
            jpod.out().print(page);
        } else {
            CallerFile.of(jpod, file).replace(page);
        }
        return OK;
    }
}
