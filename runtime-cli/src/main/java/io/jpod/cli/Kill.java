package io.jpod.cli;

import io.jpod.container.Container;

final class Kill implements Verb {
    private final Jpod jpod;
    private boolean all;
    private String id = "";
    private String signal = "";

    Kill(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.flag("-a --all", "Send it to all processes in the container.", on -> all = on);
        d.operand("ID", "The container.", v -> id = v);
        d.optional("SIGNAL", "By name or number (default: TERM).", "TERM", v -> signal = v);
        d.footer(
                "A container that has no pid namespace of its own loses all of its processes with KILL, as it would with one.",
                "",
                "Examples:",
                "  jpod kill web           # TERM: asks it to end",
                "  jpod kill web KILL      # or SIGKILL, kill, 9",
                "  jpod kill --all web HUP");
    }

    @Override
    public Integer call() {
        Container container = jpod.containers().get(id);
        int number = Signals.number(signal);
        if (all) {
            container.killAll(number);
        } else {
            container.kill(number);
        }
        return ExitCode.OK.number();
    }
}
