package io.jpod.engine;

import io.jpod.abi.Arch;
import io.jpod.linux.Linux;
import io.jpod.oci.Features;
import io.jpod.plan.Capability;
import io.jpod.plan.Mounts;
import io.jpod.seccomp.SeccompCompiler;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What is implemented, and what of it this host can do (runtime-spec, "Features Structure"). */
public final class Supported {
    private Supported() {}

    public static Features of(String version) {
        Features.Seccomp seccomp = Features.Seccomp.of(
                SeccompCompiler.architectures(Arch.host()),
                flag -> Linux.takesSeccompFlags(SeccompCompiler.flag(flag)));
        // Nobody sends the listener's descriptor yet: a config with a listenerPath is refused.
        seccomp = seccomp.without("SCMP_ACT_NOTIFY");
        Features.Linux linux = new Features.Linux(
                Features.allNamespaces(),
                Arrays.stream(Capability.values()).map(Capability::name).toList(),
                new Features.Cgroup(false, true, false, false, true),
                seccomp,
                true,
                false,
                new Features.IntelRdt(false, false, false),
                Features.MemoryPolicy.ALL,
                false,
                false);
        return Features.of(List.copyOf(Mounts.words()), linux, Map.of("io.jpod.version", version), List.of());
    }
}
