package io.jpod.cli;

import io.jpod.abi.Flags;
import io.jpod.container.ContainerException;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.SyscallException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A file with a process id, decimal and without a newline, as callers of OCI runtimes read it. */
final class PidFile {
    private PidFile() {}

    /** Whoever waits for the file sees all of it or nothing: it is written beside its place and renamed. */
    static void write(Path file, int pid) {
        write(file, Integer.toString(pid));
    }

    /** The same for an id that is a word. */
    static void write(Path file, String id) {
        try {
            replace(file, id);
        } catch (SyscallException e) {
            throw new ContainerException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static void replace(Path file, String id) {
        String temporary = file.resolveSibling("." + file.getFileName()).toString();
        try (Fd fd = Linux.open(temporary, Flags.O_WRONLY | Flags.O_CREAT | Flags.O_EXCL | Flags.O_TRUNC, 0666)) {
            Linux.writeFully(fd, ByteBuffer.wrap(id.getBytes(StandardCharsets.UTF_8)));
        }
        Linux.renameat(Linux.AT_FDCWD, temporary, Linux.AT_FDCWD, file.toString(), 0);
    }
}
