package io.jpod.cli;

final class NetworkExists implements Verb {
    private final Jpod jpod;
    private String name = "";

    NetworkExists(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.operand("NAME", "The network.", v -> name = v);
        d.footer( //
                "Example:", "  jpod network exists backend || jpod network create backend");
    }

    @Override
    public Integer call() {
        boolean exists = jpod.networks().find(name).isPresent();
        return exists ? ExitCode.OK.number() : ExitCode.ERROR.number();
    }
}
