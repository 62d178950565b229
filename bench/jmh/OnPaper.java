package io.jpod.bench;

import io.jpod.abi.Arch;
import io.jpod.oci.Spec;
import io.jpod.oci.SpecReader;
import io.jpod.plan.Facts;
import io.jpod.plan.Limits;
import io.jpod.plan.Lowering;
import io.jpod.plan.Plan;
import io.jpod.plan.Planner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a new config.json costs before the kernel is asked for anything: the one that {@code runc spec} writes. */
@State(Scope.Thread)
public class OnPaper {
    private static final Facts FACTS = new Facts(
            Arch.host(),
            40,
            "/sys/fs/cgroup",
            Limits.Facts.UNKNOWN,
            Set.of(),
            Set.of(),
            Set.of(),
            List.of(),
            "/root",
            Map.of(),
            Map.of(),
            ~0L,
            false,
            Map.of(),
            List.of());
    private static final Planner.Request REQUEST =
            new Planner.Request("/bundle/rootfs", true, true, true, 0, true, false);

    private byte[] json;
    private Spec spec;
    private Plan plan;

    @Setup
    public void prepare() throws IOException {
        json = Files.readAllBytes(Path.of(System.getProperty("jpod.config")));
        spec = read();
        plan = plan();
    }

    @Benchmark
    public Spec read() {
        return SpecReader.read(json, "config.json");
    }

    @Benchmark
    public Plan plan() {
        return Planner.plan(spec, REQUEST, FACTS);
    }

    @Benchmark
    public Lowering.Lowered lower() {
        return Lowering.lower(plan, Arch.host(), 0);
    }
}
