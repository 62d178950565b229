package io.jpod.cli.command;

import io.jpod.abi.NativeText;
import io.jpod.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a path means to the caller's process, where that is not what it means to ours: below /proc/self, and what leads there. */
public final class CallerPath {
    /** As many as the kernel follows. */
    private static final int MOST_LINKS = 40;

    private static final Pattern OF_PROCESS = Pattern.compile("/proc/\\d+/");
    private static final Pattern DESCRIPTOR = Pattern.compile("/proc/(\\d+)/(?:task/\\1/)?fd/(\\d{1,9})");

    private CallerPath() {}

    /** Whether it is a directory that has been removed: nothing can be found or made in it. */
    private static boolean isRemoved(Path directory) {
        try {
            return Files.getAttribute(directory, "unix:nlink") instanceof Integer links && links == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * A directory, or a file of ours, that the caller has named: it is remembered for longer than the caller lives, so it is called by
     * what it is.
     */
    public static Path lasting(String name, Caller caller) {
        if (!NativeText.isUnicode(name)) {
            throw new IllegalArgumentException("the name of a file must be UTF-8 here, is " + name);
        }
        Path directory = caller.directory();
        // Whose name is known is there, or was a moment ago.
        if (!name.startsWith("/") && directory.startsWith("/proc") && isRemoved(directory)) {
            throw new IllegalArgumentException(name + ": the current directory has been removed");
        }
        Path path = directory.resolve(name);
        if (!path.startsWith("/proc") && !path.startsWith("/dev")) {
            return path;
        }
        Path followed = Path.of(followed(path.toString(), caller.pid()));
        if (!followed.startsWith("/proc/" + caller.pid())) {
            return path;
        }
        try {
            Path real = followed.toRealPath();
            // A name that is not UTF-8 is lost as text.
            return real.equals(Path.of(real.toString())) ? real : followed;
        } catch (IOException e) {
            return followed;
        }
    }

    /**
     * With all links followed that are not the business of a process.
     *
     * @param pid the caller's process
     */
    public static String followed(String path, int pid) {
        String process = "/proc/" + pid;
        Deque<String> rest = new ArrayDeque<>(List.of(path.split("/+")));
        String at = "";
        int links = 0;
        while (!rest.isEmpty()) {
            String name = rest.removeFirst();
            if (name.equals("..")) {
                at = at.substring(0, Math.max(0, at.lastIndexOf('/')));
                continue;
            }
            String next = name.isEmpty() || name.equals(".") ? at : at + "/" + name;
            if (next.equals("/proc/self") || next.equals("/proc/thread-self")) {
                at = next.equals("/proc/self") ? process : process + "/task/" + pid;
                continue;
            }
            // Links of a process in there are to what it has, whatever they say.
            Optional<String> target = OF_PROCESS.matcher(next).lookingAt() ? Optional.empty() : Linux.linkTarget(next);
            if (target.isEmpty() || ++links > MOST_LINKS) {
                at = next;
                continue;
            }
            String[] link = target.get().split("/+");
            for (int i = link.length - 1; i >= 0; i--) {
                rest.addFirst(link[i]);
            }
            at = target.get().startsWith("/") ? "" : at;
        }
        return at.isEmpty() ? "/" : at;
    }

    /** The number of a descriptor of that process, if the path is one. */
    public static Optional<Integer> descriptor(String followed, int pid) {
        Matcher matcher = DESCRIPTOR.matcher(followed);
        return matcher.matches() && matcher.group(1).equals(Integer.toString(pid))
                ? Optional.of(Integer.valueOf(matcher.group(2)))
                : Optional.empty();
    }
}
