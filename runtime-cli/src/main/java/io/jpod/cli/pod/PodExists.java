package io.jpod.cli.pod;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;

final class PodExists implements Verb {
    private String name = "";

    @Override
    public void define(Definition d) {
        d.operand("POD", "By name, ID or the beginning of an ID.", v -> name = v);
        d.examples("jpod pod exists web || jpod pod create web");
    }

    @Override
    public int call(Jpod jpod) {
        return jpod.pods().find(name).isPresent() ? OK : ERROR;
    }
}
