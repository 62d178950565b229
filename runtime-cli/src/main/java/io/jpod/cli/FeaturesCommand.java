package io.jpod.cli;

import io.jpod.engine.Supported;

final class FeaturesCommand implements Verb {
    private final Jpod jpod;

    FeaturesCommand(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.footer("Example:", "  jpod features | jq .linux.seccomp.actions");
    }

    @Override
    public Integer call() {
        jpod.caller().out().println(Supported.of(Jpod.VERSION).toJson());
        return ExitCode.OK.number();
    }
}
