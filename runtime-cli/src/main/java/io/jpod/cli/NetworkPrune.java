package io.jpod.cli;

final class NetworkPrune implements Verb {

    @Override
    public void define(Definition d) {
        d.footer( //
                "It does not ask.", "", "Example:", "  jpod network prune");
    }

    @Override
    public int call(Jpod jpod) {
        jpod.networks().prune(jpod.caller()).forEach(jpod.caller().out()::println);
        return ExitCode.OK.number();
    }
}
