package io.jpod.engine.hands;

import io.jpod.abi.NativeText;
import io.jpod.linux.Fd;
import io.jpod.linux.Linux;
import io.jpod.linux.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What HELLO says of a command: what the caller typed, and where.
 *
 * @param stdio the caller's 0, 1 and 2; whoever has the invocation closes them
 * @param path the name of the caller's working directory; what /proc calls it if it has none (deleted, unreachable, not UTF-8)
 */
public record Invocation(
        List<String> arguments, Map<String, String> environment, Path path, int inherited, List<Fd> stdio) {

    /** The kernel takes no more than 6 MiB of arguments and environment (execve(2)), and one path beside them. */
    private static final int LONGEST_TEXT = 8 << 20;

    /**
     * Takes the message's descriptors over, whatever happens.
     *
     * @param pid of the hands
     */
    static Invocation of(Message message, int pid) {
        try {
            if (!(Wire.decode(message.bytes()) instanceof Wire.Hello hello)
                    || message.fds().size() != Wire.Hello.FDS) {
                throw new HandsLost("began with something else than HELLO");
            }
            if (hello.version() != Wire.VERSION) {
                throw new HandsLost("speaks version " + hello.version() + " of the protocol, not " + Wire.VERSION);
            }
            return of(hello, message.fds(), pid);
        } catch (RuntimeException | Error e) {
            message.closeFds();
            throw e;
        }
    }

    private static Invocation of(Wire.Hello hello, List<Fd> fds, int pid) {
        List<String> texts;
        try (Fd text = fds.get(0)) {
            texts = texts(text, hello);
        }
        // A caller may wait for days, and has its directory itself.
        fds.get(4).close();
        // Java takes no path that is not UTF-8.
        String name = NativeText.isUnicode(texts.getLast()) ? texts.getLast() : "";
        Path path = Path.of(name.isEmpty() ? "/proc/" + pid + "/cwd" : name);
        return new Invocation(
                texts.subList(1, hello.argc()),
                environment(texts.subList(hello.argc(), hello.argc() + hello.envc())),
                path,
                hello.inherited(),
                fds.subList(1, 4));
    }

    private static List<String> texts(Fd text, Wire.Hello hello) {
        // Anything but memory could make us wait for ever.
        if (!Linux.isMemory(text)) {
            throw new HandsLost("passed its arguments in something else than a memfd");
        }
        List<String> texts = split(Linux.preadFully(text, LONGEST_TEXT));
        if (hello.argc() < 1 || hello.envc() < 0 || texts.size() != (long) hello.argc() + hello.envc() + 1) {
            throw new HandsLost("passed " + texts.size() + " strings for " + hello);
        }
        return texts;
    }

    /** Strings that each end with NUL. */
    private static List<String> split(byte[] bytes) {
        List<String> texts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                texts.add(NativeText.decode(bytes, start, i - start));
                start = i + 1;
            }
        }
        return texts;
    }

    private static Map<String, String> environment(List<String> entries) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String entry : entries) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                // getenv(3) finds the first one of a name.
                environment.putIfAbsent(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        return environment;
    }

    public void close() {
        stdio.forEach(Fd::close);
    }
}
