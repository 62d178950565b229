package io.jpod.cli.pod;

import io.jpod.cgroup.Cgroup;
import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Verb;
import io.jpod.cli.container.Ps;
import io.jpod.container.Container;
import io.jpod.engine.PodContainers;
import io.jpod.pod.Pod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

final class PodTop implements Verb {
    private static final String TITLE = "CONTAINER";
    private static final int GAP = 3;

    private String name = "";
    private List<String> words = List.of();

    @Override
    public void define(Definition d) {
        d.synopsis("jpod pod top POD [PS-OPTIONS...]");
        d.stopsAtOperand();
        d.operand("POD", "By name, ID or the beginning of an ID.", v -> name = v);
        d.operands(0, "PS-OPTIONS", "For ps(1) (default: -ef).", v -> words = v);
        d.footer(
                "The table is that of ps(1), as the host sees it, with the container's name in front; its options must leave the column"
                        + " PID in it. The first process of a pid namespace that is the pod's stands there as (init).");
        d.examples("jpod pod top web", "jpod pod top web -o pid,ppid,rss,args");
    }

    @Override
    public int call(Jpod jpod) {
        Map<String, Set<Integer>> pids = pids(jpod.pods().get(name));
        List<String> options = new ArrayList<>(words.isEmpty() ? List.of("-f") : words);
        // Without it ps lists its own user's processes alone, and in a user namespace they are others.
        options.addFirst("-e");
        table(Ps.ps(options), pids).forEach(jpod.out()::println);
        return OK;
    }

    private static Map<String, Set<Integer>> pids(Pod pod) {
        Map<String, Set<Integer>> pids = new LinkedHashMap<>();
        if (pod.init() != 0) {
            pids.put("(init)", Set.of(pod.init()));
        }
        for (Container container : PodContainers.alive(PodContainers.inOrder(pod))) {
            try (Cgroup cgroup = container.cgroup().orElse(null)) {
                pids.put(
                        container.id(), new LinkedHashSet<>(cgroup == null ? List.of(container.pid()) : cgroup.pids()));
            }
        }
        return pids;
    }

    /** @param lines of ps(1), with a line of titles */
    static List<String> table(List<String> lines, Map<String, Set<Integer>> pids) {
        int width = GAP
                + Math.max(
                        TITLE.length(),
                        pids.keySet().stream().mapToInt(String::length).max().orElse(0));
        List<String> table = new ArrayList<>();
        table.add(TITLE
                + " ".repeat(width - TITLE.length())
                + Ps.filter(lines, Set.of()).getFirst());
        pids.forEach((container, of) -> {
            List<String> kept = Ps.filter(lines, of);
            kept.subList(1, kept.size())
                    .forEach(line -> table.add(container + " ".repeat(width - container.length()) + line));
        });
        return table;
    }
}
