package io.jpod.cli;

final class NetworkPrune implements Verb {
    private final Jpod jpod;

    NetworkPrune(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.footer( //
                "It does not ask.", "", "Example:", "  jpod network prune");
    }

    @Override
    public Integer call() {
        jpod.networks().prune(jpod.caller()).forEach(jpod.caller().out()::println);
        return ExitCode.OK.number();
    }
}
