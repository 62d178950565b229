package io.jpod.oci;

import io.jpod.json.Json;
import org.jspecify.annotations.Nullable;

/** {@code linux.seccomp}. */
final class SeccompReader {
    /** seccomp(2): SECCOMP_RET_DATA has 16 bits; as an errno the kernel takes at most MAX_ERRNO. */
    private static final int MAX_TRACE_DATA = 0xffff;

    private static final int MAX_ERRNO = 4095;

    private SeccompReader() {}

    static Seccomp read(Json seccomp) {
        Seccomp.Action defaultAction = seccomp.need("defaultAction").oneOf(Seccomp.Action.values());
        Seccomp profile = new Seccomp(
                defaultAction,
                errnoRet(seccomp, "defaultErrnoRet", defaultAction),
                seccomp.list("architectures", arch -> arch.oneOf(Seccomp.Arch.values())),
                seccomp.list("flags", flag -> flag.oneOf(Seccomp.Flag.values())),
                seccomp.text("listenerPath", Check::absolute),
                seccomp.text("listenerMetadata"),
                seccomp.list("syscalls", SeccompReader::rule));
        checkListener(seccomp, profile);
        return profile;
    }

    private static Seccomp.Rule rule(Json rule) {
        Seccomp.Action action = rule.need("action").oneOf(Seccomp.Action.values());
        Seccomp.Rule read = new Seccomp.Rule(
                rule.list("names", Json::nonEmptyString),
                action,
                errnoRet(rule, "errnoRet", action),
                rule.list("args", SeccompReader::arg));
        if (read.names().isEmpty()) {
            throw rule.wrong("names", "is required, with at least one entry");
        }
        return read;
    }

    private static Seccomp.Arg arg(Json arg) {
        Json valueTwo = arg.get("valueTwo");
        return new Seccomp.Arg(
                (int) arg.needNumber("index", 0, 5),
                arg.need("value").unsigned(),
                valueTwo == null ? 0 : valueTwo.unsigned(),
                arg.need("op").oneOf(Seccomp.Operator.values()));
    }

    /** The spec: if the action takes no errno, the runtime must fail. */
    private static @Nullable Integer errnoRet(Json place, String name, Seccomp.Action action) {
        boolean errno = action == Seccomp.Action.SCMP_ACT_ERRNO;
        Integer value = place.smallNumber(name, 0, errno ? MAX_ERRNO : MAX_TRACE_DATA);
        if (value != null && !errno && action != Seccomp.Action.SCMP_ACT_TRACE) {
            throw place.need(name).wrong("is for SCMP_ACT_ERRNO and SCMP_ACT_TRACE only, not for " + action);
        }
        return value;
    }

    private static void checkListener(Json seccomp, Seccomp profile) {
        if (profile.listenerPath() != null) {
            return;
        }
        if (profile.listenerMetadata() != null) {
            throw seccomp.need("listenerMetadata").wrong("must not be set without listenerPath");
        }
        boolean notifies = profile.defaultAction() == Seccomp.Action.SCMP_ACT_NOTIFY
                || profile.syscalls().stream().anyMatch(rule -> rule.action() == Seccomp.Action.SCMP_ACT_NOTIFY);
        if (notifies) {
            throw seccomp.wrong("listenerPath", "is required by " + Seccomp.Action.SCMP_ACT_NOTIFY);
        }
    }
}
