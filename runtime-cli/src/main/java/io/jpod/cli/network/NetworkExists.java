package io.jpod.cli.network;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;

final class NetworkExists implements Verb {
    private String name = "";

    @Override
    public void define(Definition d) {
        d.operand("NAME", "The network.", v -> name = v);
        d.examples("jpod network exists backend || jpod network create backend");
    }

    @Override
    public int call(Jpod jpod) {
        boolean exists = jpod.networks().find(name).isPresent();
        return exists ? OK : ERROR;
    }
}
