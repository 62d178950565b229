package io.jpod.cli;

final class Pause implements Verb {
    private final Jpod jpod;
    private String id = "";

    Pause(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.operand("ID", "The container.", v -> id = v);
        d.footer(
                "They notice nothing but the time that has passed. 'jpod kill' works on them.",
                "",
                "Example:",
                "  jpod pause web");
    }

    @Override
    public Integer call() {
        jpod.containers().get(id).pause();
        return ExitCode.OK.number();
    }
}
