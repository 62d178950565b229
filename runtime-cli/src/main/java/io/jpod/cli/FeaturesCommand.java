package io.jpod.cli;

import io.jpod.abi.Arch;
import io.jpod.linux.Linux;
import io.jpod.oci.Features;
import io.jpod.plan.Capability;
import io.jpod.plan.Mounts;
import io.jpod.seccomp.SeccompCompiler;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

final class FeaturesCommand implements Verb {
    private final Jpod jpod;

    FeaturesCommand(Jpod jpod) {
        this.jpod = jpod;
    }

    @Override
    public void define(Definition d) {
        d.footer("Example:", "  jpod features | jq .linux.seccomp.actions");
    }

    @Override
    public Integer call() {
        jpod.caller().out().println(features().toJson());
        return ExitCode.OK.number();
    }

    static Features features() {
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
        return Features.of(List.copyOf(Mounts.words()), linux, Map.of("io.jpod.version", Jpod.VERSION), List.of());
    }
}
