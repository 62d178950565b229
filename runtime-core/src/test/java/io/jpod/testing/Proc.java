package io.jpod.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What proc(5) says of all processes of the host, whoever's they are. Each of them may end at any moment. */
public final class Proc {
    private static final Path ROOT = Path.of("/proc");
    private static final List<String> PLACES = List.of("/tmp/", "/var/tmp/", "/run/", "/dev/shm/");

    private Proc() {}

    /** All that have a program: no threads of the kernel, and no zombies, which are their parents' business. */
    public static List<Path> processes() {
        return children(ROOT).stream()
                .filter(file -> Character.isDigit(file.getFileName().toString().charAt(0)))
                .filter(process -> !link(process.resolve("exe")).isEmpty())
                .toList();
    }

    /** Namespaces that its threads are in, or whose children will be, and this JVM's process is not: {@code net:[4026532000]}. */
    public static Set<String> namespaces(Path process) {
        Set<String> all = new TreeSet<>();
        for (Path thread : children(process.resolve("task"))) {
            children(thread.resolve("ns")).forEach(namespace -> all.add(link(namespace)));
        }
        children(ROOT.resolve("self/ns")).forEach(namespace -> all.remove(link(namespace)));
        all.remove("");
        return all;
    }

    /** Whether it is in another mount namespace than this JVM. */
    public static boolean isAmongOtherMounts(Path process) {
        return !link(process.resolve("ns/mnt")).equals(link(ROOT.resolve("self/ns/mnt")));
    }

    /** Where below this directory a namespace is pinned in another mount namespace than ours: it lives as long as that one. */
    public static List<String> copiesOfPins(Path dir) {
        List<String> copies = new ArrayList<>();
        Set<String> seen = new TreeSet<>(Set.of("", link(ROOT.resolve("self/ns/mnt"))));
        for (Path process : processes()) {
            for (Path thread : children(process.resolve("task"))) {
                if (seen.add(link(thread.resolve("ns/mnt")))) {
                    read(thread.resolve("mountinfo"))
                            .lines()
                            .filter(line -> line.contains(" nsfs ") && line.contains(dir.toString()))
                            .forEach(line -> copies.add(line.split(" ")[4]));
                }
            }
        }
        return copies;
    }

    /** This JVM's. */
    public static List<String> mounts(Path dir) throws IOException {
        return mounts(ROOT.resolve("self"), dir);
    }

    /**
     * The lines of its mountinfo. Of whoever else works at the usual places at the same time we know nothing, but what lies below
     * this directory is ours.
     */
    public static List<String> mounts(Path process, Path dir) throws IOException {
        return Files.readAllLines(process.resolve("mountinfo")).stream()
                .filter(line -> {
                    String point = line.split(" ")[4];
                    return point.startsWith(dir.toString()) || PLACES.stream().noneMatch(point::startsWith);
                })
                .toList();
    }

    /** Empty if it is not there, or goes just now. */
    public static Set<Path> children(Path dir) {
        Set<Path> children = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir)) {
            entries.forEach(children::add);
        } catch (IOException | DirectoryIteratorException e) {
            // ESRCH has no exception of its own.
            children.clear();
        }
        return children;
    }

    /** Empty if it is not there, or goes just now. */
    public static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /** Empty if it is not there, or goes just now. */
    public static String link(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
