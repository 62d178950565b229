package io.jpod.engine;

import io.jpod.abi.Arch;
import io.jpod.linux.Linux;
import io.jpod.oci.Features;
import io.jpod.plan.Capability;
import io.jpod.plan.Mounts;
import io.jpod.seccomp.SeccompCompiler;
import java.util.Arrays;
import java.util.List;

/** What is implemented, and what of it this host can do (runtime-spec, "Features Structure"). */
public final class Supported {
    private Supported() {}

    public static Features of(String version) {
        return new Features(
                version,
                List.copyOf(Mounts.words()),
                Arrays.stream(Capability.values()).map(Capability::name).toList(),
                SeccompCompiler.architectures(Arch.host()),
                flag -> Linux.takesSeccompFlags(SeccompCompiler.flag(flag)));
    }
}
