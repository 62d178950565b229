import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The VM of test-rootfs/vm, in which every runtime has cgroup v2 with controllers: there the same program measures again. */
final class Machine {
    /** The rows that need controllers to be fair to crun, or at least are other ones with them. */
    static final String ROWS = "1,2,3,5,6,7,calls";

    /** The one directory that both sides see. */
    private static final Path OUT = Host.SOURCE.resolve("bench/out/vm");

    private static final Path SECTION = OUT.resolve("section.md");
    private static final String SECONDS = "5400";
    /** Row 6 keeps 500 containers of each runtime alive. */
    private static final String MEBIBYTES = "6144";

    private Machine() {}

    /** Whether this program runs in it. */
    static boolean isHere() {
        return Files.exists(Path.of("/run/vm/command"));
    }

    static void leave(String section) throws IOException {
        Files.writeString(SECTION, section);
    }

    /** Starts it and measures {@code rows} there: the section of the page, which says so if there is nothing to say. */
    static String section(Scale scale, String rows) throws IOException, InterruptedException {
        Files.createDirectories(OUT);
        Files.deleteIfExists(SECTION);
        System.err.println("    in the VM, rows " + rows + ":");
        int status = new ProcessBuilder(
                        Host.SOURCE.resolve("test-rootfs/vm/run.sh").toString(),
                        "--timeout",
                        SECONDS,
                        "--memory",
                        MEBIBYTES,
                        "--out",
                        OUT.toString(),
                        "--",
                        "env",
                        "BENCH_RUNS=" + scale.runs(),
                        "BENCH_ROWS=" + rows,
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "Bench")
                .inheritIO()
                .start()
                .waitFor();
        if (status == 0 && Files.exists(SECTION)) {
            return Files.readString(SECTION);
        }
        return switch (status) {
            case 125 -> "The VM did not start on this machine, so there are no figures with cgroups for crun.\n";
            case 124 -> "The VM was stopped after " + SECONDS + " s, before it had measured everything.\n";
            default -> "The benchmark failed in the VM with status " + status + ".\n";
        };
    }
}
