package io.jpod.cli.container;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.Format;
import io.jpod.container.ContainerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

public final class Ps implements Verb {
    private Format format = Format.TABLE;
    private String id = "";
    private List<String> words = List.of();

    @Override
    public void define(Definition d) {
        d.synopsis("jpod ps [OPTIONS] ID [PS-OPTIONS...]");
        d.stopsAtOperand();
        d.value(
                "-f --format=FORMAT",
                "table (default), or json: the process ids alone.",
                Format.class,
                Format.TABLE,
                v -> format = v);
        d.operand("ID", "The container.", v -> id = v);
        d.operands(0, "PS-OPTIONS", "For ps(1) (default: -ef).", v -> words = v);
        d.footer(
                "The table is that of ps(1), without the lines of other processes; its options must leave the column PID in it.");
        d.examples("jpod ps web", "jpod ps web -o pid,rss,args", "jpod ps --format json web");
    }

    @Override
    public int call(Jpod jpod) {
        List<Integer> pids = jpod.containers().get(id).processes();
        switch (format) {
            case JSON -> jpod.out().println(toJson(pids));
            case TABLE -> filter(ps(words), new HashSet<>(pids)).forEach(jpod.out()::println);
        }
        return OK;
    }

    /** As runc prints it, "null" for none. */
    private static String toJson(List<Integer> pids) {
        return pids.isEmpty() ? "null" : pids.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }

    /** The lines of ps(1). */
    public static List<String> ps(List<String> words) {
        List<String> command = new ArrayList<>(List.of("ps"));
        command.addAll(words.isEmpty() ? List.of("-ef") : words);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        try {
            Process ps = builder.start();
            ps.getOutputStream().close();
            String output = new String(ps.getInputStream().readAllBytes(), UTF_8);
            if (ps.waitFor() != 0) {
                throw new ContainerException(
                        "ps: " + output.lines().findFirst().orElse("exit status " + ps.exitValue()));
            }
            return output.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run ps: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContainerException("interrupted", e);
        }
    }

    public static List<String> filter(List<String> lines, Set<Integer> pids) {
        if (lines.isEmpty()) {
            return lines;
        }
        int column = List.of(lines.getFirst().strip().split("\\s+")).indexOf("PID");
        if (column < 0) {
            throw new ContainerException("couldn't find PID field in ps output");
        }
        List<String> kept = new ArrayList<>();
        kept.add(lines.getFirst());
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.strip().split("\\s+");
            // A line that goes on from the one before has no number there.
            if (column < fields.length
                    && fields[column].matches("\\d{1,9}")
                    && pids.contains(Integer.valueOf(fields[column]))) {
                kept.add(line);
            }
        }
        return kept;
    }
}
