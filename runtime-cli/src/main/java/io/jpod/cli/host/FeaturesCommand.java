package io.jpod.cli.host;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.engine.Supported;

public final class FeaturesCommand implements Verb {

    @Override
    public void define(Definition d) {
        d.examples("jpod features | jq .linux.seccomp.actions");
    }

    @Override
    public int call(Jpod jpod) {
        jpod.out().println(Supported.of(Jpod.VERSION).toJson());
        return OK;
    }
}
