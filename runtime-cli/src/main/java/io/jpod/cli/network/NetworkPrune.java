package io.jpod.cli.network;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;

final class NetworkPrune implements Verb {

    @Override
    public void define(Definition d) {
        d.footer("It does not ask.");
        d.examples("jpod network prune");
    }

    @Override
    public int call(Jpod jpod) {
        jpod.networks().prune(jpod.caller()).forEach(jpod.out()::println);
        return OK;
    }
}
