import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;

/** docs/benchmarks.md. */
final class Page {
    private Page() {}

    /** Its sections: this machine, the VM, and Java alone. */
    static String of(String host, String machine, String micro) throws IOException {
        return """
                # Benchmarks

                Written by `make bench` on %s. Times depend on the machine and on what else it does; the ratios, measured side by side,
                depend on it less. No test asserts any of this.

                - Times are medians in milliseconds of whole commands, from `vfork` to `wait`. In every round each contender runs once, and
                  the order moves on by one. p10..p90 is jpod's spread.
                - The bundle is that of `runc spec` with `true` (or `sleep`) of a static busybox: all namespaces but user and cgroup, network
                  included. `jpod` has a warm resident JVM, except where it says cold.
                - `floor` (bench/floor.c) is a C program that does for this one bundle what jpod does, and knows beforehand what that is.
                - `bwrap` gets namespaces, mounts and capabilities as close to the bundle as its options allow; it keeps no state.

                | | |
                |---|---|
                | Java | %s |
                | jpod | %s |
                | peers | %s; %s; %s; %s |

                ## On this machine

                %s
                ## In the VM: crun with cgroups

                %s
                ## Java alone

                %s""".formatted(
                        LocalDate.now(),
                        System.getProperty("java.vm.version") + " (" + System.getProperty("java.vendor") + ")",
                        first(Host.JPOD.toString(), "--version"),
                        first("runc", "--version"),
                        first("crun", "--version"),
                        first("bwrap", "--version"),
                        first("podman", "--version"),
                        host,
                        machine,
                        micro);
    }

    /** What was measured in one place. */
    static String section(Host host, Table table, Scale scale) throws IOException {
        return """
                %s
                - %s
                - BENCH_RUNS=%d; the resident JVM had run %d containers before.%s

                | | |
                |---|---|
                | machine | %s, %s CPUs, %s MiB |
                | load when it began and ended | %s, %s |
                | kernel | %s |
                """.formatted(
                        table,
                        cgroups(host),
                        scale.runs(),
                        scale.warmUp(),
                        scale.crowd() == Scale.CROWD
                                ? ""
                                : " Rows 5 and 6 are asked for with %d containers; with so few runs they had %d."
                                        .formatted(Scale.CROWD, scale.crowd()),
                        value(Path.of("/proc/cpuinfo"), "model name"),
                        Runtime.getRuntime().availableProcessors(),
                        Host.kibibytes(Path.of("/proc/meminfo"), "MemTotal:") / 1024,
                        host.load,
                        Host.load(),
                        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
    }

    private static String cgroups(Host host) {
        if (host.hybrid) {
            return "This is a hybrid host, whose controllers sit in cgroup v1. crun refuses it, so it runs in a mount namespace that shows"
                    + " cgroup2\n  alone, with `--cgroup-manager=disabled`: it makes no cgroup and no device filter. jpod makes both, in"
                    + " cgroup2. runc makes its own in v1.";
        }
        String all =
                "cgroup v2 alone, with its controllers: every runtime makes its cgroup and device filter (`cgroupfs`), and so does"
                        + " the floor.";
        return Machine.isHere()
                ? all
                        + "\n  The processor is emulated (QEMU's TCG), so times are ten times and more what they would be: `floor` and"
                        + " `bwrap` are the\n  same programs in both tables. What counts are the ratios; a target in milliseconds means little"
                        + " here. Rows 4 and 8 are left out."
                : all;
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
