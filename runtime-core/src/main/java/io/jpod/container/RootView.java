package io.jpod.container;

import io.jpod.abi.Flags;
import io.jpod.linux.RootedPaths;
import io.jpod.linux.Stat;
import io.jpod.linux.SyscallException;
import io.jpod.plan.Facts;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root file system of a container as its mounts will find it, one after the other: the directory of the host, and over
 * parts of it what the mounts before have put there. Paths in it never lead out of it. Changes nothing.
 */
final class RootView implements AutoCloseable {
    /** As many as the kernel follows, path_resolution(7). */
    private static final int MOST_LINKS = 40;

    private final String rootfs;
    private final List<Mounted> mounted = new ArrayList<>();
    private final Map<String, RootedPaths> open = new HashMap<>();

    /** @param source a directory of the host; null: what the kernel makes, with no links that lead anywhere else */
    private record Mounted(String place, @Nullable String source) {
        /** What is there, seen from {@link #source}. */
        String rest(String path) {
            return path.length() <= place.length() ? "/" : path.substring(place.equals("/") ? 0 : place.length());
        }
    }

    private RootView(String rootfs) {
        this.rootfs = rootfs;
        mounted.add(new Mounted("/", rootfs));
    }

    /** @throws SyscallException if it is no directory */
    static RootView open(Path rootfs) {
        return of(rootfs, RootedPaths.open(rootfs.toString()));
    }

    /** @param directory goes over to what is returned */
    static RootView of(Path rootfs, RootedPaths directory) {
        RootView view = new RootView(rootfs.toString());
        view.open.put(rootfs.toString(), directory);
        return view;
    }

    /** The directory of the host, without what is mounted in it. */
    RootedPaths directory() {
        return Objects.requireNonNull(open.get(rootfs));
    }

    /** From here on this is what lies at a place. */
    void mount(String place, @Nullable String source) {
        mounted.add(new Mounted(place, source));
    }

    /** Where a path leads: the same without links, there or not. What a link points to and is missing can be made there. */
    String place(String path) {
        String clean = Facts.clean(path);
        Mounted here = at(clean);
        boolean links =
                paths(here).filter(paths -> paths.hasLinks(here.rest(clean))).isPresent();
        return links ? follow(clean) : clean;
    }

    private String follow(String path) {
        Deque<String> todo = new ArrayDeque<>(List.of(path.substring(1).split("/")));
        String walked = "";
        int links = 0;
        while (!todo.isEmpty()) {
            String component = todo.pop();
            if (component.isEmpty() || component.equals(".")) {
                continue;
            }
            if (component.equals("..")) {
                walked = walked.substring(0, Math.max(0, walked.lastIndexOf('/')));
                continue;
            }
            String next = walked + "/" + component;
            Optional<String> target = readLink(next);
            if (target.isEmpty()) {
                walked = next;
                continue;
            }
            if (++links > MOST_LINKS) {
                // The kernel will say so itself.
                return path;
            }
            if (target.get().startsWith("/")) {
                walked = "";
            }
            List.of(target.get().split("/")).reversed().forEach(todo::push);
        }
        return walked.isEmpty() ? "/" : walked;
    }

    private Optional<String> readLink(String path) {
        Mounted here = at(path);
        return paths(here).flatMap(paths -> paths.readLink(here.rest(path)));
    }

    /** What a mount at a place covers; empty if nothing is there yet. */
    Optional<Stat> stat(String place) {
        Mounted here = at(place);
        return paths(here).flatMap(paths -> paths.stat(here.rest(place)));
    }

    /** The directory of the host that a mount at a place covers; null: it is none, or none of the host's. */
    Facts.@Nullable Covered directory(String place) {
        Mounted here = at(place);
        boolean isThere = stat(place).filter(stat -> !isFile(stat)).isPresent();
        return isThere ? new Facts.Covered(Objects.requireNonNull(here.source()), here.rest(place)) : null;
    }

    /** Whether the source of a bind mount is there and no directory. It may lie in what was mounted in the root file system. */
    boolean isFile(String source) {
        if (source.startsWith(rootfs + "/")) {
            Optional<Stat> stat = stat(place(source.substring(rootfs.length())));
            return stat.isPresent() && isFile(stat.get());
        }
        try {
            return isFile(Stat.of(source));
        } catch (SyscallException missing) {
            // The step that opens it says so, with its place in the config.
            return false;
        }
    }

    private static boolean isFile(Stat stat) {
        return (stat.mode() & Flags.S_IFMT) != Flags.S_IFDIR;
    }

    /** The last mount over a path. */
    private Mounted at(String path) {
        for (Mounted mount : mounted.reversed()) {
            if (isBelow(path, mount.place())) {
                return mount;
            }
        }
        return mounted.getFirst();
    }

    private static boolean isBelow(String path, String directory) {
        return directory.equals("/")
                || path.startsWith(directory)
                        && (path.length() == directory.length() || path.charAt(directory.length()) == '/');
    }

    private Optional<RootedPaths> paths(Mounted mount) {
        String source = mount.source();
        return source == null ? Optional.empty() : Optional.ofNullable(open.computeIfAbsent(source, RootView::tryOpen));
    }

    private static @Nullable RootedPaths tryOpen(String directory) {
        try {
            return RootedPaths.open(directory);
        } catch (SyscallException missing) {
            // The step that opens it says so, with its place in the config.
            return null;
        }
    }

    @Override
    public void close() {
        open.values().forEach(RootedPaths::close);
    }
}
