package io.jpod.it;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
import io.jpod.testing.Await;
import io.jpod.testing.Built;
import io.jpod.testing.Own;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The checkout's {@code bin/jpod} with a state root of its own, three directories deep with a sentinel in each, and its own
 * place for a resident brain. All names that it gives contain {@link #token}, so that what is left of them can be found.
 */
final class Jpod implements AutoCloseable {
    static final Path HOME = Built.HOME;

    final String token = "it" + Own.token();
    final Path dir;
    final Path root;
    private final Path ownRoot;
    private final AtomicInteger count = new AtomicInteger();
    private final boolean isResident;
    private @Nullable Process serve;

    private Jpod(boolean isResident, @Nullable Path root) {
        this.isResident = isResident;
        try {
            dir = Files.createTempDirectory(
                    "jpod-it-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            ownRoot = dir.resolve("a/b/c/root");
            this.root = root == null ? ownRoot : root;
            Files.createDirectories(dir.resolve("io"));
            Files.createDirectories(ownRoot.getParent());
            for (Path parent = ownRoot.getParent(); !parent.equals(dir.getParent()); parent = parent.getParent()) {
                Files.writeString(parent.resolve("sentinel"), "here");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Jpod oneShot() {
        return new Jpod(false, null);
    }

    static Jpod resident() {
        return resident(null);
    }

    /** @param root the state root of another one, which this one works on too; null: one of its own */
    static Jpod resident(@Nullable Path root) {
        Jpod jpod = new Jpod(true, root);
        jpod.serve();
        return jpod;
    }

    /** With a brain that is started through this program and its arguments. */
    static Jpod residentThrough(String... words) {
        Jpod jpod = new Jpod(true, null);
        jpod.serve(words);
        return jpod;
    }

    /** Starts the resident brain, after the end of the one before. */
    void serve(String... through) {
        ProcessBuilder builder = builder(List.of(through), "serve");
        Path log = dir.resolve("io/serve");
        builder.redirectOutput(log.toFile()).redirectError(log.toFile());
        builder.environment().put("JPOD_ONESHOT", "1");
        Process hands = start(builder);
        serve = hands;
        Await.until(() -> isServed() || !hands.isAlive(), () -> "jpod serve does not");
        if (!hands.isAlive()) {
            throw new IllegalStateException("jpod serve: " + content(log));
        }
    }

    /** Whether nobody is being served: its threads for callers all wait for the next one. */
    boolean isIdle() {
        return callerThreads().noneMatch(where -> !where.startsWith("futex"));
    }

    /** Whether somebody is being served, and a call to the kernel for him does not return. */
    boolean isHeldUp() {
        return callerThreads().anyMatch(where -> !where.startsWith("futex") && !where.equals("0"));
    }

    /** Where in the kernel they sleep, proc(5) "wchan"; "0" of one that does not. */
    private Stream<String> callerThreads() {
        Path tasks = Path.of("/proc/" + brain().pid() + "/task");
        return Stream.of(Objects.requireNonNull(tasks.toFile().list()))
                .map(tasks::resolve)
                .filter(task -> content(task.resolve("comm")).startsWith("caller-"))
                .map(task -> content(task.resolve("wchan")));
    }

    private boolean isServed() {
        // The file alone says nothing: a brain that was killed leaves it behind.
        try (Fd connection = Sockets.connect(socket().toString(), Flags.SOCK_SEQPACKET)) {
            return connection.isOpen();
        } catch (SyscallException e) {
            return false;
        }
    }

    /** The resident brain's JVM. */
    ProcessHandle brain() {
        return Objects.requireNonNull(serve).children().findFirst().orElseThrow();
    }

    /** Kills the resident brain, and the hands that it was started by. */
    void killBrain() {
        Process hands = Objects.requireNonNull(serve);
        hands.descendants().forEach(ProcessHandle::destroyForcibly);
        try {
            hands.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Path socket() {
        return dir.resolve("run/brain.sock");
    }

    /** A name that nobody else has. */
    String id() {
        return token + "." + count.incrementAndGet();
    }

    Path newDir(String name) throws IOException {
        return Files.createDirectories(dir.resolve(name + count.incrementAndGet()));
    }

    Bundle probe(String... words) throws IOException {
        Bundle bundle = Bundle.probe(newDir("bundle"));
        if (words.length > 0) {
            List<String> args = new ArrayList<>(List.of(words));
            args.addFirst("/probe");
            bundle.args(args.toArray(String[]::new));
        }
        return bundle;
    }

    Result run(String... arguments) {
        return call(arguments).run();
    }

    Call call(String... arguments) {
        return new Call(List.of(arguments));
    }

    /** Another program, in the same surroundings. */
    Call program(List<String> words) {
        Call call = new Call(List.of());
        call.program = words;
        return call;
    }

    /** The container's state, parsed. */
    Config state(String id) {
        return Config.parse(run("state", id).ok().out());
    }

    String status(String id) {
        return state(id).text("status");
    }

    void awaitStatus(String id, String status) {
        Await.until(() -> status(id).equals(status), () -> id + " is " + status(id) + ", not " + status);
    }

    /** Waits until there is one of that id, and it runs. */
    void awaitRunning(String id) {
        Await.until(
                () -> {
                    Result state = run("state", id);
                    return state.code() == 0
                            && Config.parse(state.out()).text("status").equals("running");
                },
                () -> id + " does not run");
    }

    /** Waits until a file has got that text. */
    static void awaitText(Path file, String text) {
        awaitText(file, Pattern.compile(Pattern.quote(text)));
    }

    static void awaitText(Path file, Pattern text) {
        Await.until(
                () -> text.matcher(content(file)).find(),
                () -> file + " has no \"" + text + "\" but: " + content(file));
    }

    private static String content(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProcessBuilder builder(List<String> prefix, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(HOME.resolve("bin/jpod").toString());
        command.add("--root");
        command.add(root.toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("JPOD_") || name.equals("LISTEN_FDS"));
        builder.environment().put("JPOD_SOCKET", socket().toString());
        builder.environment().put("JPOD_IT", token);
        return builder;
    }

    /** One command. Its stdio is files, since a container inherits it and may outlive the command. */
    final class Call {
        private final List<String> arguments;
        private List<String> prefix = List.of();
        private Path directory = dir;
        private final Map<String, String> environment = new HashMap<>();
        private boolean isOneShot = !isResident;
        private @Nullable Path stdin;
        private boolean hasRoot = true;
        private @Nullable List<String> program;

        private Call(List<String> arguments) {
            this.arguments = arguments;
        }

        /** Through this program and its arguments. */
        Call through(String... words) {
            prefix = List.of(words);
            return this;
        }

        Call in(Path where) {
            directory = where;
            return this;
        }

        Call env(String name, String value) {
            environment.put(name, value);
            return this;
        }

        Call oneShot() {
            isOneShot = true;
            return this;
        }

        Call stdin(byte[] content) throws IOException {
            stdin = dir.resolve("io/" + count.incrementAndGet() + ".in");
            Files.write(stdin, content);
            return this;
        }

        /** Without our --root. */
        Call bare() {
            hasRoot = false;
            return this;
        }

        Running start() {
            ProcessBuilder builder =
                    builder(prefix, arguments.toArray(String[]::new)).directory(directory.toFile());
            if (program != null) {
                builder.command(program);
            } else if (!hasRoot) {
                builder.command().subList(prefix.size() + 1, prefix.size() + 3).clear();
            }
            if (isOneShot) {
                builder.environment().put("JPOD_ONESHOT", "1");
            }
            builder.environment().putAll(environment);
            int number = count.incrementAndGet();
            Path out = dir.resolve("io/" + number + ".out");
            Path err = dir.resolve("io/" + number + ".err");
            builder.redirectInput(stdin == null ? Path.of("/dev/null").toFile() : stdin.toFile());
            builder.redirectOutput(out.toFile()).redirectError(err.toFile());
            long start = System.nanoTime();
            return new Running(String.join(" ", builder.command()), Jpod.start(builder), out, err, start);
        }

        Result run() {
            return start().await();
        }
    }

    record Running(String command, Process process, Path out, Path err, long start) {
        Result await() {
            try {
                boolean ended = process.waitFor(Await.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                if (!ended) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly().waitFor();
                    throw new AssertionError("still running: " + new Result(command, -1, out, err, took));
                }
                return new Result(command, process.exitValue(), out, err, took);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Deletes all containers and pods, ends the brain, and checks the sentinels. */
    @Override
    public void close() throws IOException {
        try {
            for (String id : call("list", "-q").oneShot().run().out().lines().toList()) {
                call("delete", "--force", id).oneShot().run();
            }
            call("pod", "rm", "--force", "--all").oneShot().run();
            for (Path parent = ownRoot.getParent(); !parent.equals(dir.getParent()); parent = parent.getParent()) {
                if (!Files.exists(parent.resolve("sentinel"))) {
                    throw new AssertionError("something was deleted above the state root: " + parent);
                }
            }
        } finally {
            if (serve != null) {
                killBrain();
            }
            delete(dir);
        }
    }

    private static void delete(Path dir) throws IOException {
        try {
            new ProcessBuilder("rm", "-rf", "--one-file-system", dir.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
