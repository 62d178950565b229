package io.jpod.server;

import io.jpod.cli.Cli;
import io.jpod.engine.hands.HandsLost;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;

/** Where a one-shot brain begins: the hands have started this JVM and hold the other end of descriptor JPOD_BRAIN_FD. */
public final class Main {
    /** The hands take it for "the brain never ran, and has said why". */
    private static final int NOT_STARTED = 127;

    private Main() {}

    public static void main(String[] arguments) {
        String number = System.getenv("JPOD_BRAIN_FD");
        if (number == null || arguments.length > 0) {
            System.err.println("jpod: this is the inside of jpod; run the jpod command instead");
            System.exit(NOT_STARTED);
        }
        Fd connection = new Fd(Integer.parseInt(number));
        Linux.setCloseOnExec(connection);
        try (connection;
                Command command = Command.of(connection)) {
            command.exit(Cli.run(command));
        } catch (HandsLost | SyscallException e) {
            System.err.println("jpod: " + e.getMessage());
            System.exit(1);
        }
    }
}
