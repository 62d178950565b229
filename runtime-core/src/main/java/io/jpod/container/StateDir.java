package io.jpod.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.abi.Flags;
import io.jpod.json.InvalidJson;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A container's directory, {@code ROOT/ID}.
 *
 * <pre>
 *   state.json   {@link StoredState}
 *   config.json  what the container was created from: later changes to the bundle do not matter (runtime-spec)
 *   start.sock   there while the container waits for start
 *   calls        how the calls went of a container that waits for start and has a seccomp filter, which may forbid to say so
 *   exit         decimal exit code, from the monitor of a detached container; locked until it is written
 *   log          {@link LogDir}: output of a detached container without a terminal of its caller's
 * </pre>
 */
record StateDir(RecordDir dir) {
    private static final String STATE = "state.json";
    private static final String CONFIG = "config.json";
    private static final String EXIT = "exit";
    private static final String CALLS = "calls";

    /**
     * What the records that this JVM has read last said, by the container's directory. Without, a list of 200 takes 13 % more: it
     * goes when a list needs less of each than all of its record.
     */
    private static final Map<Path, Known> KNOWN = new ConcurrentHashMap<>();

    /** About 2 KiB each. */
    private static final int MOST_KEPT = 1000;

    private record Known(StoredState state, byte[] json) {}

    static StateDir at(Path root, String id) {
        return new StateDir(new RecordDir(root.resolve(id)));
    }

    Path path() {
        return dir.path();
    }

    Path startSocket() {
        return path().resolve("start.sock");
    }

    Path exitFile() {
        return path().resolve(EXIT);
    }

    LogDir log() {
        return new LogDir(path().resolve("log"));
    }

    /** Made anew; the caller's. */
    Fd makeCalls() {
        return Linux.open(path().resolve(CALLS).toString(), Flags.O_RDWR | Flags.O_CREAT | Flags.O_EXCL, 0600);
    }

    Optional<byte[]> readCalls() {
        return dir.read(CALLS);
    }

    void write(StoredState state) {
        dir.write(STATE, state.toJson());
    }

    void writeConfig(String json) {
        dir.write(CONFIG, json);
    }

    /**
     * What is there; empty if there is nothing. Until something is written that is clear only to who has the lock: somebody
     * else may be about to make it, or to remove it.
     */
    Optional<Stored> look() {
        Optional<Stored> stored = read();
        return stored.isPresent() && stored.get().isEmpty() ? dir.isBusy() ? Optional.empty() : read() : stored;
    }

    /** The same by who has the lock. */
    Optional<Stored> read() {
        try {
            Optional<StoredState> state = dir.read(STATE).map(this::parse);
            // The record is written before the config, and goes after it. It may have come between two looks, but not
            // twice.
            for (int looks = 1; state.isEmpty() && hasConfig(); looks++) {
                if (looks == 3) {
                    return Optional.of(new Stored.Damaged(path().resolve(STATE) + ": is lost"));
                }
                state = dir.read(STATE).map(this::parse);
            }
            return state.isPresent() || dir.exists() ? Optional.of(Stored.of(state.orElse(null))) : Optional.empty();
        } catch (InvalidJson e) {
            return Optional.of(new Stored.Damaged(String.valueOf(e.getMessage())));
        }
    }

    private boolean hasConfig() {
        return Files.exists(path().resolve(CONFIG), LinkOption.NOFOLLOW_LINKS);
    }

    /** The file has the say: what is known counts only while it is the same to the byte. */
    private StoredState parse(byte[] json) {
        Known known = KNOWN.get(path());
        if (known == null || !Arrays.equals(known.json(), json)) {
            known = new Known(StoredState.read(json, path().resolve(STATE).toString()), json);
            if (KNOWN.size() >= MOST_KEPT) {
                KNOWN.clear();
            }
            KNOWN.put(path(), known);
        }
        return known.state();
    }

    Optional<byte[]> readConfig() {
        return dir.read(CONFIG);
    }

    Optional<byte[]> readExit() {
        return dir.read(EXIT);
    }

    void writeExit(String text) {
        dir.write(EXIT, text);
    }

    /**
     * Makes it look as if nothing had run: takes the exit code away, and what the container waited for start on.
     *
     * @return the exit code's text
     */
    Optional<String> forgetExit() {
        Optional<String> text = readExit().map(bytes -> new String(bytes, UTF_8));
        try {
            Files.deleteIfExists(exitFile());
            Files.deleteIfExists(startSocket());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot clear " + path() + ": " + e.getMessage(), e);
        }
        return text;
    }

    void delete() {
        KNOWN.remove(path());
        log().delete();
        dir.delete(STATE);
    }
}
