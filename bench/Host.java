import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A corner of this machine for one benchmark: bundles, state of every runtime, resident brains. Closing it ends and removes what
 * was started in it.
 */
final class Host implements AutoCloseable {
    static final Path SOURCE =
            Path.of(System.getProperty("jpod.source", ".")).toAbsolutePath().normalize();
    static final Path JPOD = SOURCE.resolve("bin/jpod");
    static final File LOG = SOURCE.resolve(Machine.isHere() ? "bench/out/vm/bench.log" : "bench/out/bench.log")
            .toFile();

    final Path work = Files.createTempDirectory("jpod-bench");
    /** Of the runtimes' state: a tmpfs, as /run is where they run in earnest. */
    private final Path state = Files.createTempDirectory(memory(), "jpod-bench");
    /** Where cgroup2 is mounted; on a hybrid host the controllers are elsewhere. */
    final Path cgroups = cgroup2();

    final boolean hybrid = !Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));

    final String load = load();

    private final List<Process> brains = new ArrayList<>();
    private final Process corner;

    Host() throws IOException {
        LOG.delete();
        for (String directory : List.of("jpod", "floor", "crun", "runc")) {
            Files.createDirectory(stateOf(directory));
        }
        corner = corner();
        bundle("true", "\"true\"");
        bundle("sleep", "\"sleep\", \"100000\"");
    }

    private static Path memory() throws IOException {
        for (String path : List.of("/run", "/dev/shm")) {
            if (Files.getFileStore(Path.of(path)).type().equals("tmpfs")) {
                return Path.of(path);
            }
        }
        return Path.of("/tmp");
    }

    Path stateOf(String runtime) {
        return state.resolve(runtime);
    }

    /** What {@code runc spec} writes, with another command and without a terminal. */
    private void bundle(String name, String args) throws IOException {
        Path bundle = Files.createDirectory(work.resolve(name));
        run(
                "cp",
                "-a",
                SOURCE.resolve("test-rootfs/out/busybox").toString(),
                bundle.resolve("rootfs").toString());
        run("runc", "spec", "--bundle", bundle.toString());
        Path config = bundle.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("\"terminal\": true", "\"terminal\": false")
                        .replace("\"sh\"", args));
    }

    private static Path cgroup2() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(" - cgroup2 "))
                .map(line -> Path.of(line.split(" ")[4]))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no cgroup2 is mounted"));
    }

    /** A network and a mount namespace of their own, which end with this process; on a hybrid host they show cgroup2 alone. */
    private Process corner() throws IOException {
        String look = hybrid ? "umount -R /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup; " : "";
        Process process = new ProcessBuilder(
                        "unshare",
                        "-m",
                        "-n",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        look + "echo ready; exec sleep 100000")
                .redirectError(ProcessBuilder.Redirect.appendTo(LOG))
                .start();
        process.inputReader().readLine();
        return process;
    }

    String cornerNamespace(String type) {
        return "/proc/" + corner.pid() + "/ns/" + type;
    }

    /** A new resident brain. The commands that use it have its socket in their environment. */
    Brain brain(String... wrapper) throws IOException, InterruptedException {
        Path socket =
                Files.createDirectory(work.resolve("brain" + brains.size())).resolve("socket");
        List<String> words = new ArrayList<>(List.of(wrapper));
        words.addAll(List.of(JPOD.toString(), "serve", "--socket", socket.toString()));
        ProcessBuilder serve = new ProcessBuilder(words);
        serve.environment().put("JPOD_ONESHOT", "1");
        Process process = serve.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(LOG))
                .start();
        brains.add(process);
        while (!Files.exists(socket) && process.isAlive()) {
            Thread.sleep(20);
        }
        return new Brain(process, socket);
    }

    Brain cornerBrain() throws IOException, InterruptedException {
        return brain("nsenter", "--net=" + cornerNamespace("net"), "--mount=" + cornerNamespace("mnt"));
    }

    Contender inCorner(Contender contender) {
        return contender.set("in " + cornerNamespace("net")).set("in " + cornerNamespace("mnt"));
    }

    record Brain(Process process, Path socket) {
        /** Of the JVM, the child of the hands that were told to serve. */
        long pid() {
            return process.children().findFirst().orElseThrow().pid();
        }

        double residentMebibytes() throws IOException {
            return kibibytes(Path.of("/proc/" + pid() + "/status"), "VmRSS:") / 1024.0;
        }
    }

    /** Of the last minute. */
    static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }

    static long kibibytes(Path file, String key) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    /** The processes of bin/jpod that stay behind: brains' own hands do not count. */
    List<Path> hands() throws IOException {
        List<Long> serving = brains.stream().map(Process::pid).toList();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("\\d+"))
                    .filter(process ->
                            !serving.contains(Long.valueOf(process.getFileName().toString())))
                    .filter(process -> JPOD.equals(executable(process)))
                    .toList();
        }
    }

    private static Path executable(Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("exe"));
        } catch (IOException e) {
            return process; // it has ended, or is a thread of the kernel
        }
    }

    /** crun does not run on a hybrid host: there it gets a mount namespace that shows it cgroup2 alone, and makes no cgroups. */
    Contender crun(String... steps) {
        String words = "crun --root " + stateOf("crun")
                + (hybrid ? " --cgroup-manager=disabled" : " --cgroup-manager=cgroupfs");
        Contender crun = Contender.of(
                "crun",
                Arrays.stream(steps)
                        .map(step -> step.replaceFirst(" crun ", " " + words + " "))
                        .toArray(String[]::new));
        return hybrid ? crun.set("in " + cornerNamespace("mnt")) : crun;
    }

    /** Without rlimits that root may not raise here, and on a hybrid host without cgroups. */
    Contender podman(String... steps) throws IOException {
        Path home = Files.createDirectory(work.resolve("podman"));
        Files.writeString(home.resolve("containers.conf"), """
                [containers]
                default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
                pids_limit = 0
                %s
                [network]
                network_config_dir = "%s/cni"
                """.formatted(hybrid ? "cgroups = \"disabled\"" : "", home));
        String words =
                "podman --root H/root --runroot H/run --tmpdir H/tmp --storage-driver vfs --cgroup-manager cgroupfs --runtime crun"
                        .replace("H", home.toString());
        Contender podman = Contender.of(
                "podman",
                Arrays.stream(steps)
                        .map(step -> step.replaceFirst(" podman ", " " + words + " "))
                        .toArray(String[]::new));
        return inCorner(podman).set("with CONTAINERS_CONF=" + home.resolve("containers.conf"));
    }

    Contender runc(String... steps) {
        String words = "runc --root " + stateOf("runc");
        return Contender.of(
                "runc",
                Arrays.stream(steps)
                        .map(step -> step.replaceFirst(" runc ", " " + words + " "))
                        .toArray(String[]::new));
    }

    Contender jpod(Brain brain, String... steps) {
        return command(steps).set("with JPOD_SOCKET=" + brain.socket());
    }

    Contender cold(String... steps) {
        return command(steps).set("with JPOD_ONESHOT=1");
    }

    private Contender command(String... steps) {
        String words = JPOD + " --root " + stateOf("jpod");
        return Contender.of(
                "jpod",
                Arrays.stream(steps)
                        .map(step -> step.replaceFirst(" jpod ", " " + words + " "))
                        .toArray(String[]::new));
    }

    static List<String> output(String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .start()
                .inputReader()
                .lines()
                .toList();
    }

    static boolean succeeds(ProcessBuilder command) throws IOException {
        try {
            return command.redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(LOG))
                            .start()
                            .waitFor()
                    == 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static void run(String... command) throws IOException {
        if (!succeeds(new ProcessBuilder(command))) {
            throw new IOException(String.join(" ", command) + " failed, see " + LOG);
        }
    }

    /** Also what a benchmark that failed half-way has left. */
    @Override
    public void close() throws IOException {
        String cgroupManager = hybrid ? "--cgroup-manager=disabled" : "--cgroup-manager=cgroupfs";
        for (List<String> runtime : List.of(
                List.of("jpod", JPOD.toString()), List.of("crun", "crun", cgroupManager), List.of("runc", "runc"))) {
            Path root = stateOf(runtime.getFirst());
            for (String id : names(root)) {
                List<String> command = new ArrayList<>(runtime.subList(1, runtime.size()));
                command.addAll(List.of("--root", root.toString(), "delete", "--force", id));
                succeeds(new ProcessBuilder(command));
            }
        }
        for (Process process : brains) {
            process.destroy();
        }
        try {
            for (Process process : brains) {
                process.waitFor();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        corner.destroy();
        run("rm", "-rf", work.toString(), state.toString());
    }

    private static List<String> names(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
