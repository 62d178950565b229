package io.jpod.cli.option;

import io.jpod.container.ContainerException;
import java.util.Locale;
import java.util.Map;

/** Signals by name, see signal(7). Their numbers are the same on all architectures that jpod knows. */
public final class Signals {
    public static final int TERM = 15;

    private static final int LAST = 64;

    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("HUP", 1),
            Map.entry("INT", 2),
            Map.entry("QUIT", 3),
            Map.entry("ILL", 4),
            Map.entry("TRAP", 5),
            Map.entry("ABRT", 6),
            Map.entry("IOT", 6),
            Map.entry("BUS", 7),
            Map.entry("FPE", 8),
            Map.entry("KILL", 9),
            Map.entry("USR1", 10),
            Map.entry("SEGV", 11),
            Map.entry("USR2", 12),
            Map.entry("PIPE", 13),
            Map.entry("ALRM", 14),
            Map.entry("TERM", 15),
            Map.entry("STKFLT", 16),
            Map.entry("CHLD", 17),
            Map.entry("CLD", 17),
            Map.entry("CONT", 18),
            Map.entry("STOP", 19),
            Map.entry("TSTP", 20),
            Map.entry("TTIN", 21),
            Map.entry("TTOU", 22),
            Map.entry("URG", 23),
            Map.entry("XCPU", 24),
            Map.entry("XFSZ", 25),
            Map.entry("VTALRM", 26),
            Map.entry("PROF", 27),
            Map.entry("WINCH", 28),
            Map.entry("IO", 29),
            Map.entry("POLL", 29),
            Map.entry("PWR", 30),
            Map.entry("SYS", 31));

    private Signals() {}

    /** 0, which only asks whether it is there; 9, KILL, SIGKILL, sigkill; RTMIN+1 and RTMAX-1, as bash(1) counts them: from 34 to 64. */
    public static int number(String signal) {
        String name = signal.toUpperCase(Locale.ROOT);
        name = name.startsWith("SIG") ? name.substring(3) : name;
        Integer known = NUMBERS.get(name);
        if (known != null) {
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
