package io.jpod.it;

import io.jpod.abi.Flags;
import io.jpod.linux.Fd;
import io.jpod.linux.Sockets;
import io.jpod.linux.SyscallException;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The checkout's {@code bin/jpod} with a state root of its own, three directories deep with a sentinel in each, and its own
 * place for a resident brain. All names that it gives contain {@link #token}, so that what is left of them can be found.
 */
final class Jpod implements AutoCloseable {
    static final Path HOME =
            Path.of(System.getProperty("jpod.home", "..")).toAbsolutePath().normalize();
    /** What only recognises a hang: on no machine does anything that works take so long. */
    static final Duration PATIENCE = Duration.ofMinutes(10);

    final String token =
            "it" + Long.toString(ProcessHandle.current().pid(), 36) + Long.toString(System.nanoTime() & 0xfffffff, 36);
    final Path dir;
    final Path root;
    private final Path ownRoot;
    private final AtomicInteger count = new AtomicInteger();
    private final boolean isResident;
    private @Nullable Process serve;

    private Jpod(boolean isResident, @Nullable Path root) throws IOException {
        this.isResident = isResident;
        dir = Files.createTempDirectory(
                "jpod-it-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        ownRoot = dir.resolve("a/b/c/root");
        this.root = root == null ? ownRoot : root;
        Files.createDirectories(dir.resolve("io"));
        Files.createDirectories(ownRoot.getParent());
        for (Path parent = ownRoot.getParent(); !parent.equals(dir.getParent()); parent = parent.getParent()) {
            Files.writeString(parent.resolve("sentinel"), "here");
        }
    }

    static boolean isBuilt() {
        return Files.exists(HOME.resolve("lib/jpod/brain.argv"))
                && Files.exists(HOME.resolve("test-rootfs/out/probe/probe"));
    }

    static Jpod oneShot() throws IOException {
        return new Jpod(false, null);
    }

    static Jpod resident() throws IOException {
        return resident(null);
    }

    /** @param root the state root of another one, which this one works on too; null: one of its own */
    static Jpod resident(@Nullable Path root) throws IOException {
        Jpod jpod = new Jpod(true, root);
        jpod.serve();
        return jpod;
    }

    /** With a brain that is started through this program and its arguments. */
    static Jpod residentThrough(String... words) throws IOException {
        Jpod jpod = new Jpod(true, null);
        jpod.serve(words);
        return jpod;
    }

    /** Starts the resident brain, after the end of the one before. */
    void serve(String... through) throws IOException {
        ProcessBuilder builder = builder(List.of(through), "serve");
        Path log = dir.resolve("io/serve");
        builder.redirectOutput(log.toFile()).redirectError(log.toFile());
        builder.environment().put("JPOD_ONESHOT", "1");
        Process hands = builder.start();
        serve = hands;
        await(() -> isServed() || !hands.isAlive(), () -> "jpod serve does not");
        if (!hands.isAlive()) {
            throw new IllegalStateException("jpod serve: " + Files.readString(log));
        }
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
        return java.util.Objects.requireNonNull(serve).children().findFirst().orElseThrow();
    }

    /** Kills the resident brain, and the hands that it was started by. */
    void killBrain() {
        Process hands = java.util.Objects.requireNonNull(serve);
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
        await(() -> status(id).equals(status), () -> id + " is " + status(id) + ", not " + status);
    }

    /** Waits until there is one of that id, and it runs. */
    void awaitRunning(String id) {
        await(
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
        await(() -> text.matcher(content(file)).find(), () -> file + " has no \"" + text + "\" but: " + content(file));
    }

    private static String content(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until that is so; what is said if it never is. */
    static void await(BooleanSupplier isSo, Supplier<String> otherwise) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(otherwise.get());
            }
            sleep(5);
        }
    }

    static void sleep(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
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
            try {
                long start = System.nanoTime();
                return new Running(String.join(" ", builder.command()), builder.start(), out, err, start);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Result run() {
            return start().await();
        }
    }

    record Running(String command, Process process, Path out, Path err, long start) {
        Result await() {
            try {
                boolean ended = process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
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
