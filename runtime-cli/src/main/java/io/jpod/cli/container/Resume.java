package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;

public final class Resume implements Verb {
    private String id = "";

    @Override
    public void define(Definition d) {
        d.operand("ID", "The container.", v -> id = v);
        d.examples("jpod resume web");
    }

    @Override
    public int call(Jpod jpod) {
        jpod.containers().get(id).resume(jpod.caller());
        return OK;
    }
}
