package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;

public final class Pause implements Verb {
    private String id = "";

    @Override
    public void define(Definition d) {
        d.operand("ID", "The container.", v -> id = v);
        d.footer("They notice nothing but the time that has passed. 'jpod kill' works on them.");
        d.examples("jpod pause web");
    }

    @Override
    public int call(Jpod jpod) {
        jpod.containers().get(id).pause(jpod.caller());
        return OK;
    }
}
