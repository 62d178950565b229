package io.jpod.cli;

final class State implements Verb {
    private final Jpod jpod;
    private String id = "";

    State(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.operand("ID", "The container.", v -> id = v);
        d.footer(
                "The status is one of creating, created, running, paused and stopped. The pid of a stopped container is 0.",
                "",
                "Example:",
                "  jpod state web | jq -r .status");
    }

    @Override
    public Integer call() {
        jpod.caller().out().print(jpod.containers().get(id).state().toJson());
        jpod.caller().out().flush();
        return ExitCode.OK.number();
    }
}
