package io.jpod.cli;

import io.jpod.engine.Supported;

final class FeaturesCommand implements Verb {

    @Override
    public void define(Definition d) {
        d.footer("Example:", "  jpod features | jq .linux.seccomp.actions");
    }

    @Override
    public int call(Jpod jpod) {
        jpod.caller().out().println(Supported.of(Jpod.VERSION).toJson());
        return ExitCode.OK.number();
    }
}
