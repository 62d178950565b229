package io.jpod.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Flags;
import io.jpod.container.Container;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import java.util.List;

/** What a program came to. */
public record Output(int code, String out, String err) {
    private static final int MOST = 64 << 20;

    /** Into memory: what it leaves behind with its stdout open holds nobody up. */
    static Output of(Engine engine, Container container, List<String> args) {
        Command command = Command.of(args);
        try (Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0);
                Fd out = Linux.memfd("jpod-out");
                Fd err = Linux.memfd("jpod-err")) {
            Stdio stdio = new Stdio(Console.own(false), List.of(nothing, out, err), null, List.of());
            int code = new Exec(engine, Manner.FOREGROUND)
                    .run(container, command, command.process(engine, container), stdio);
            return new Output(code, text(out), text(err));
        }
    }

    private static String text(Fd memory) {
        return new String(Linux.preadFully(memory, MOST), UTF_8);
    }
}
