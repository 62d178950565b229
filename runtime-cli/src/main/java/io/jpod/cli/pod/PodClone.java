package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.engine.PodCopy;
import io.jpod.pod.Pod;

final class PodClone implements Verb {
    private boolean shareProcesses;
    private String original = "";
    private String name = "";

    @Override
    public void define(Definition d) {
        d.flag("--share-processes", "Let the containers see each other's processes.", on -> shareProcesses = on);
        d.operand("POD", "By name, ID or the beginning of an ID.", v -> original = v);
        d.operand("NAME", "What to call the new one.", v -> name = v);
        d.footer(
                "A container app, or web-app, of pod web is called test-app in pod test. It is made from the same config: the same root"
                        + " file system and volumes, which both then have. Published ports stay with the first pod.");
        d.examples("jpod pod clone web test");
    }

    @Override
    public int call(Jpod jpod) {
        Pod copy = new PodCopy(jpod.engine(), name, shareProcesses)
                .make(jpod.pods().get(original));
        jpod.out().println(copy.id());
        return OK;
    }
}
