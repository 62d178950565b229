package io.jpod.oci;

import org.jspecify.annotations.Nullable;

/** {@code linux.seccomp}. */
final class SeccompReader {
    /** seccomp(2): SECCOMP_RET_DATA has 16 bits; as an errno the kernel takes at most MAX_ERRNO. */
    private static final int MAX_TRACE_DATA = 0xffff;

    private static final int MAX_ERRNO = 4095;

    private static final String NOTIFY = "SCMP_ACT_NOTIFY";

    private SeccompReader() {}

    static Spec.Seccomp read(Json seccomp) {
        String defaultAction = seccomp.need("defaultAction").oneOf(Names.SECCOMP_ACTIONS);
        Spec.Seccomp profile = new Spec.Seccomp(
                defaultAction,
                errnoRet(seccomp, "defaultErrnoRet", defaultAction),
                seccomp.list("architectures", arch -> arch.oneOf(Names.SECCOMP_ARCHITECTURES)),
                seccomp.list("flags", flag -> flag.oneOf(Names.SECCOMP_FLAGS)),
                seccomp.text("listenerPath", Check::absolute),
                seccomp.text("listenerMetadata"),
                seccomp.list("syscalls", SeccompReader::rule));
        checkListener(seccomp, profile);
        return profile;
    }

    private static Spec.SeccompRule rule(Json rule) {
        String action = rule.need("action").oneOf(Names.SECCOMP_ACTIONS);
        Spec.SeccompRule read = new Spec.SeccompRule(
                rule.list("names", Json::nonEmptyString),
                action,
                errnoRet(rule, "errnoRet", action),
                rule.list("args", SeccompReader::arg));
        if (read.names().isEmpty()) {
            throw rule.wrong("names", "is required, with at least one entry");
        }
        return read;
    }

    private static Spec.SeccompArg arg(Json arg) {
        Json valueTwo = arg.get("valueTwo");
        return new Spec.SeccompArg(
                (int) arg.needNumber("index", 0, 5),
                arg.need("value").unsigned(),
                valueTwo == null ? 0 : valueTwo.unsigned(),
                arg.need("op").oneOf(Names.SECCOMP_OPERATORS));
    }

    /** The spec: if the action takes no errno, the runtime must fail. */
    private static @Nullable Integer errnoRet(Json place, String name, String action) {
        boolean errno = action.equals("SCMP_ACT_ERRNO");
        Integer value = place.smallNumber(name, 0, errno ? MAX_ERRNO : MAX_TRACE_DATA);
        if (value != null && !errno && !action.equals("SCMP_ACT_TRACE")) {
            throw place.need(name).wrong("is for SCMP_ACT_ERRNO and SCMP_ACT_TRACE only, not for " + action);
        }
        return value;
    }

    private static void checkListener(Json seccomp, Spec.Seccomp profile) {
        if (profile.listenerPath() != null) {
            return;
        }
        if (profile.listenerMetadata() != null) {
            throw seccomp.need("listenerMetadata").wrong("must not be set without listenerPath");
        }
        boolean notifies = profile.defaultAction().equals(NOTIFY)
                || profile.syscalls().stream().anyMatch(rule -> rule.action().equals(NOTIFY));
        if (notifies) {
            throw seccomp.wrong("listenerPath", "is required by " + NOTIFY);
        }
    }
}
