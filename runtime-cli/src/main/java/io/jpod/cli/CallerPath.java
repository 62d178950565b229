package io.jpod.cli;

import io.jpod.linux.Linux;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a path means to the caller's process, where that is not what it means to ours: below /proc/self, and what leads there. */
final class CallerPath {
    private static final Path ROOT = Path.of("/");
    private static final Path SELF = Path.of("/proc/self");
    private static final Path THREAD_SELF = Path.of("/proc/thread-self");

    /** As many as the kernel follows. */
    private static final int MOST_LINKS = 40;

    private static final Pattern OF_PROCESS = Pattern.compile("/proc/\\d+/");
    private static final Pattern DESCRIPTOR = Pattern.compile("/proc/(\\d+)/(?:task/\\1/)?fd/(\\d{1,9})");

    private CallerPath() {}

    /**
     * A directory, or a file of ours, that the caller has named: it is remembered for longer than the caller lives, so it is called by
     * what it is.
     */
    static Path lasting(Path path, Caller caller) {
        if (!path.startsWith(SELF) && !path.startsWith(THREAD_SELF) && !path.startsWith("/dev/fd")) {
            return path;
        }
        Path followed = followed(path, caller.pid());
        try {
            return followed.toRealPath();
        } catch (IOException e) {
            return followed;
        }
    }

    /**
     * With all links followed that are not the business of a process.
     *
     * @param pid the caller's process
     */
    static Path followed(Path path, int pid) {
        Path process = Path.of("/proc", Integer.toString(pid));
        Deque<Path> rest = new ArrayDeque<>();
        path.forEach(rest::addLast);
        Path at = ROOT;
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.removeFirst().toString();
            if (name.equals("..")) {
                at = at.getParent() == null ? ROOT : at.getParent();
                continue;
            }
            Path next = name.equals(".") ? at : at.resolve(name);
            if (next.equals(SELF) || next.equals(THREAD_SELF)) {
                at = next.equals(SELF) ? process : process.resolve("task").resolve(process.getFileName());
                continue;
            }
            // Links of a process in there are to what it has, whatever they say.
            Optional<String> target = OF_PROCESS.matcher(next.toString()).lookingAt()
                    ? Optional.empty()
                    : Linux.linkTarget(next.toString());
            if (target.isEmpty() || ++links > MOST_LINKS) {
                at = next;
                continue;
            }
            Path link = Path.of(target.get());
            for (int i = link.getNameCount() - 1; i >= 0; i--) {
                rest.addFirst(link.getName(i));
            }
            at = link.isAbsolute() ? ROOT : at;
        }
        return at;
    }

    /** The number of a descriptor of that process, if the path is one. */
    static Optional<Integer> descriptor(Path followed, int pid) {
        Matcher matcher = DESCRIPTOR.matcher(followed.toString());
        return matcher.matches() && matcher.group(1).equals(Integer.toString(pid))
                ? Optional.of(Integer.valueOf(matcher.group(2)))
                : Optional.empty();
    }
}
