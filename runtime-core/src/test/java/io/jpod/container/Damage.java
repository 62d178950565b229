package io.jpod.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can become of a record's file. */
public enum Damage {
    DIRECTORY,
    FULL_DIRECTORY,
    PIPE,
    TOO_LARGE,
    EMPTY,
    NO_JSON,
    LINK,
    DANGLING_LINK,
    DEVICE,
    SOCKET,
    LOST;

    public void doTo(Path file) throws IOException {
        Files.deleteIfExists(file);
        switch (this) {
            case DIRECTORY -> Files.createDirectory(file);
            case FULL_DIRECTORY -> Files.createDirectories(file.resolve("a/b"));
            case PIPE -> run("mkfifo", file.toString());
            case TOO_LARGE -> run("truncate", "-s", "64M", file.toString());
            case EMPTY -> Files.createFile(file);
            case NO_JSON -> Files.writeString(file, "{\"id\"");
            case LINK -> Files.createSymbolicLink(file, Path.of("/etc/passwd"));
            case DANGLING_LINK -> Files.createSymbolicLink(file, Path.of("/not/there"));
            case DEVICE -> run("mknod", file.toString(), "c", "1", "5");
            case SOCKET -> run("python3", "-c", "import socket; socket.socket(socket.AF_UNIX).bind('" + file + "')");
            case LOST -> {}
        }
    }

    private static void run(String... command) throws IOException {
        try {
            if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
                throw new IOException(String.join(" ", command));
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
