package io.jpod.engine;

import io.jpod.oci.Linux;
import io.jpod.oci.Spec;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the tools in a debug container may do (Kubernetes KEP-1441). */
public enum DebugProfile {
    /** May look into the processes that it sees. */
    GENERAL,
    /** What any container may. */
    BASELINE,
    /** Nothing that takes a right. */
    RESTRICTED,
    /** May change the network, and read and forge packets. */
    NETADMIN,
    /** Everything that the pod's namespaces do not keep away. */
    SYSADMIN;

    private static final String NOBODY = "65534:65534";

    public static DebugProfile of(String word) {
        return Arrays.stream(values())
                .filter(profile -> profile.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new InvalidWish(
                        "profile",
                        "must be one of "
                                + Arrays.stream(values())
                                        .map(DebugProfile::word)
                                        .collect(Collectors.joining(", ")) + ", is \""
                                + word + "\""));
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    void apply(Wish.Builder wish) {
        switch (this) {
            case GENERAL -> wish.capAdd("SYS_PTRACE");
            case BASELINE -> {}
            case RESTRICTED -> {
                wish.capDrop("ALL");
                wish.userUnlessGiven(NOBODY);
            }
            case NETADMIN -> wish.capAdd("NET_ADMIN", "NET_RAW");
            case SYSADMIN -> wish.capAdd("ALL");
        }
    }

    Spec apply(Spec spec) {
        return this == SYSADMIN ? spec.with(s -> s.linux = s.linux.with(DebugProfile::unconfined)) : spec;
    }

    private static void unconfined(Linux.Draft linux) {
        linux.seccomp = null;
        linux.maskedPaths = List.of();
        linux.readonlyPaths = List.of();
    }

    /** Whether /proc/PID/root of processes with other rights can be followed: ptrace(2), "Ptrace access mode checking". */
    boolean seesFiles() {
        return this == GENERAL || this == SYSADMIN;
    }
}
