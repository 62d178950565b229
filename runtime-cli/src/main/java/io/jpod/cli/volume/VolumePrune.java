package io.jpod.cli.volume;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;

final class VolumePrune implements Verb {

    @Override
    public void define(Definition d) {
        d.examples("jpod volume prune");
    }

    @Override
    public int call(Jpod jpod) {
        for (String name : jpod.volumes().list()) {
            if (jpod.volumes().users(name, jpod.containers()).isEmpty()) {
                jpod.volumes().remove(name, jpod.caller());
                jpod.out().println(name);
            }
        }
        return OK;
    }
}
