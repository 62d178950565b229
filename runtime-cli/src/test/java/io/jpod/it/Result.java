package io.jpod.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** How a command ended. What it printed lies in files, which its container may still be writing to. */
record Result(String command, int code, Path stdout, Path stderr, Duration took) {
    String out() {
        return read(stdout);
    }

    String err() {
        return read(stderr);
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Result ok() {
        return ended(0);
    }

    Result ended(int expected) {
        if (code != expected) {
            throw new AssertionError("exit code " + code + " instead of " + expected + ": " + this);
        }
        return this;
    }

    @Override
    public String toString() {
        return command + "\n  exit code " + code + " after " + took.toMillis() + " ms\n  stdout: " + shortened(out())
                + "\n  stderr: " + shortened(err());
    }

    private static String shortened(String text) {
        return text.length() > 2000 ? text.substring(0, 2000) + "..." : text;
    }
}
