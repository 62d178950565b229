package io.jpod.cli.option;

import io.jpod.container.ContainerException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Signals by name, see signal(7). Their numbers are the same on all architectures that jpod knows. */
public final class Signals {
    public static final int TERM = 15;

    private static final int LAST = 64;

    /** By their numbers, from 1 on. */
    private static final List<String> NAMES =
            List.of(("HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM"
                            + " STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS")
                    .split(" "));

    private static final Map<String, String> OTHER_NAMES = Map.of("IOT", "ABRT", "CLD", "CHLD", "POLL", "IO");

    private Signals() {}

    /** 0, which only asks whether it is there; 9, KILL, SIGKILL, sigkill; RTMIN+1 and RTMAX-1, as bash(1) counts them: from 34 to 64. */
    public static int number(String signal) {
        String name = signal.toUpperCase(Locale.ROOT);
        name = name.startsWith("SIG") ? name.substring(3) : name;
        int known = NAMES.indexOf(OTHER_NAMES.getOrDefault(name, name)) + 1;
        if (known != 0) {
            return known;
        }
        try {
            int number = name.startsWith("RTMIN")
                    ? 34 + offset(name)
                    : name.startsWith("RTMAX") ? LAST + offset(name) : Integer.parseInt(signal);
            if (number >= 0 && number <= LAST) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new ContainerException("unknown signal \"" + signal + "\"", e);
        }
        throw new ContainerException("unknown signal \"" + signal + "\"");
    }

    public static boolean isOne(String signal) {
        try {
            return number(signal) >= 0;
        } catch (ContainerException e) {
            return false;
        }
    }

    private static int offset(String name) {
        return name.length() == 5 ? 0 : Integer.parseInt(name.substring(5));
    }
}
