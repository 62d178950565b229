package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.cli.command.Caller;
import io.jpod.container.LogDir;
import io.jpod.engine.hands.Parent;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** A caller without hands: commands that start nothing. It keeps what is printed, and is closed to free a descriptor. */
final class FakeCaller implements Caller {
    private final Fd nothing = Linux.open("/dev/null", Flags.O_RDWR, 0);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Path directory;
    private List<String> arguments = List.of();
    private boolean isTerminal;

    FakeCaller(Path directory) {
        this.directory = directory;
    }

    /** The exit code of one command of this caller. */
    int run(String... words) {
        return run(Cli::run, words);
    }

    int run(ToIntFunction<Caller> brain, String... words) {
        arguments = List.of(words);
        return brain.applyAsInt(this);
    }

    void isAtTerminal() {
        isTerminal = true;
    }

    String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }

    void forget() {
        out.reset();
        err.reset();
    }

    @Override
    public List<String> arguments() {
        return arguments;
    }

    @Override
    public Map<String, String> environment() {
        return Map.of();
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public int uid() {
        return 0;
    }

    @Override
    public int pid() {
        return (int) ProcessHandle.current().pid();
    }

    @Override
    public int umask() {
        return 022;
    }

    @Override
    public PrintStream out() {
        return new PrintStream(out, true, StandardCharsets.UTF_8);
    }

    @Override
    public PrintStream err() {
        return new PrintStream(err, true, StandardCharsets.UTF_8);
    }

    @Override
    public Fd stdio(int number) {
        return nothing;
    }

    @Override
    public Fd connection() {
        return nothing;
    }

    @Override
    public boolean isTerminal(int number) {
        return isTerminal;
    }

    @Override
    public int inherited() {
        return 0;
    }

    @Override
    public void close() {
        nothing.close();
    }

    // ---- what takes hands

    private static UnsupportedOperationException hasNone() {
        return new UnsupportedOperationException("a caller without hands");
    }

    @Override
    public void serve(
            Supplier<Path> socket,
            @Nullable Duration idle,
            ToIntFunction<Caller> command,
            Runnable rest,
            Consumer<String> warnings) {
        throw hasNone();
    }

    @Override
    public Child spawn(Setting setting, List<Fd> descriptors) {
        throw hasNone();
    }

    @Override
    public Child adopt(int pid) {
        throw hasNone();
    }

    @Override
    public void reapUnnamed(int child) {
        throw hasNone();
    }

    @Override
    public boolean await(Fd socket, Fd process) {
        throw hasNone();
    }

    @Override
    public void relay(Fd terminal) {
        throw hasNone();
    }

    @Override
    public void forwardSignals(int pid) {
        throw hasNone();
    }

    @Override
    public Parent background() {
        throw hasNone();
    }

    @Override
    public void leave() {
        throw hasNone();
    }

    @Override
    public void watch(int pid, Fd exitFile) {
        throw hasNone();
    }

    @Override
    public void watch(int pid, Fd exitFile, Fd output, Fd directory, LogDir.Bounds bounds) {
        throw hasNone();
    }

    @Override
    public void will(List<String> arguments) {
        throw hasNone();
    }

    @Override
    public Path program() {
        throw hasNone();
    }
}
