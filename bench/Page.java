import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;

/** docs/benchmarks.md. */
final class Page {
    private Page() {}

    static String of(Host host, Table table, int runs, int warmUp) throws IOException {
        String cgroups = host.hybrid
                ? "This is a hybrid host, whose controllers sit in cgroup v1. crun refuses it, so it runs in a mount namespace that shows"
                        + " cgroup2\n  alone, with `--cgroup-manager=disabled`: it makes no cgroup and no device filter. jpod makes both, in"
                        + " cgroup2. runc makes its own in v1."
                : "Every runtime makes its cgroups (`cgroupfs`) and device filters.";
        return """
                # Benchmarks

                Written by `make bench` on %s. Times depend on the machine and on what else it does; the ratios, measured side by side,
                depend on it less. No test asserts any of this.

                %s
                - Times are medians in milliseconds of whole commands, from `vfork` to `wait`. In every round each contender runs once, and
                  the order moves on by one. p10..p90 is jpod's spread.
                - The bundle is that of `runc spec` with `true` (or `sleep`) of a static busybox: all namespaces but user and cgroup, network
                  included. `jpod` has a resident JVM that has run %d containers before (BENCH_RUNS=%d), except where it says cold.
                - `floor` (bench/floor.c) is a C program that does for this one bundle what jpod does, and knows beforehand what that is.
                - %s
                - `bwrap` gets namespaces, mounts and capabilities as close to the bundle as its options allow; it keeps no state.

                | | |
                |---|---|
                | machine | %s, %s CPUs, %s MiB |
                | load when it began and ended | %s, %s |
                | kernel | %s |
                | Java | %s |
                | jpod | %s |
                | peers | %s; %s; %s; %s |
                """
                .formatted(
                        LocalDate.now(),
                        table,
                        warmUp,
                        runs,
                        cgroups,
                        value(Path.of("/proc/cpuinfo"), "model name"),
                        Runtime.getRuntime().availableProcessors(),
                        Host.kibibytes(Path.of("/proc/meminfo"), "MemTotal:") / 1024,
                        host.load,
                        Host.load(),
                        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
                        System.getProperty("java.vm.version") + " (" + System.getProperty("java.vendor") + ")",
                        first(host.jpod.toString(), "--version"),
                        first("runc", "--version"),
                        first("crun", "--version"),
                        first("bwrap", "--version"),
                        first("podman", "--version"));
    }

    private static String value(Path file, String key) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    private static String first(String... command) throws IOException {
        List<String> lines = Host.output(command);
        return lines.isEmpty() ? "unknown" : lines.getFirst();
    }
}
