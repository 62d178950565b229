package io.jpod.cli;

final class Resume implements Verb {
    private final Jpod jpod;
    private String id = "";

    Resume(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.operand("ID", "The container.", v -> id = v);
        d.footer("Example:", "  jpod resume web");
    }

    @Override
    public Integer call() {
        jpod.containers().get(id).resume();
        return ExitCode.OK.number();
    }
}
