package io.jpod.cli;

final class Start implements Verb {
    private final Jpod jpod;
    private String id = "";

    Start(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.operand("ID", "The container.", v -> id = v);
        d.footer("Example:", "  jpod create --bundle /bundles/web web && jpod start web");
    }

    @Override
    public Integer call() {
        jpod.containers().get(id).start(jpod.caller());
        return ExitCode.OK.number();
    }
}
