package io.jpod.engine.hands;

import io.jpod.container.LogDir;
import io.jpod.exec.LocalSpawner;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Library mode: this JVM is the parent of what runs in its foreground. What shall outlive it gets the jpod program for a
 * monitor: {@code -Djpod.program=PATH}, or the first one in $PATH.
 */
public final class ThisJvm extends LocalSpawner implements Parent {
    private static final List<Fd> STDIO = List.of(new Fd(0), new Fd(1), new Fd(2));

    /** One end of a pipe whose other end stays open as long as the JVM. */
    private static final class Silence {
        private static final List<Fd> PIPE = Linux.pipe();
    }

    @Override
    public int uid() {
        return Processes.uid();
    }

    @Override
    public Fd stdio(int number) {
        return STDIO.get(number);
    }

    @Override
    public Fd connection() {
        return Silence.PIPE.getFirst();
    }

    @Override
    public void relay(Fd terminal) {
        throw new IllegalStateException("a JVM relays no terminal: start the container in the background");
    }

    @Override
    public void forwardSignals(int pid) {
        // They are the program's own business.
    }

    @Override
    public Parent background() {
        return another();
    }

    @Override
    public void leave() {
        throw new IllegalStateException("a JVM waits for its children");
    }

    @Override
    public void watch(int pid, Fd exitFile) {
        throw new IllegalStateException("a JVM is nobody's monitor");
    }

    @Override
    public void watch(int pid, Fd exitFile, Fd output, Fd directory, LogDir.Bounds bounds) {
        watch(pid, exitFile);
    }

    @Override
    public void will(List<String> arguments) {
        // Who would carry it out ends with us.
    }

    @Override
    public Path program() {
        String given = System.getProperty("jpod.program");
        if (given != null) {
            return Path.of(given).toAbsolutePath();
        }
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, "jpod"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException("the jpod program, which watches what goes on in the background,"
                                + " is not in $PATH: say where it is with -Djpod.program=PATH"));
    }
}
