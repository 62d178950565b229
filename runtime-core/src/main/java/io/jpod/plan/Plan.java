package io.jpod.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is done to set up a container or a pod, in order. The brain's steps frame the builder's and then the
 * process's: the cut between the last two is where the first step stands that needs to be the process itself.
 *
 * @param warnings what the spec wants reported but not refused: capabilities that the host does not have
 * @param names of whom it is for: the only thing in which plans of one spec differ on one host
 */
public record Plan(List<Entry> entries, List<String> warnings, Names names) {
    public Plan {
        entries = List.copyOf(entries);
        warnings = List.copyOf(warnings);
    }

    public Plan(List<Entry> entries, List<String> warnings) {
        this(entries, warnings, Names.NONE);
    }

    /** The same for somebody else. */
    public Plan of(Names others) {
        return new Plan(entries, warnings, others);
    }

    /** What a step does, as people read it. */
    public String text(int index) {
        return StepText.of(entries.get(index).step(), names);
    }

    /** The limits of the cgroup, in the order of their steps. */
    public List<Limit> limits() {
        return entries.stream()
                .map(Entry::step)
                .filter(BrainStep.SetLimit.class::isInstance)
                .map(step -> ((BrainStep.SetLimit) step).limit())
                .toList();
    }

    public boolean makesProcess() {
        return entries.stream().anyMatch(entry -> entry.step() instanceof BrainStep.CloneProcess);
    }

    /** The last point at which the process waits for the brain; null: it never does. */
    public Step.@Nullable Milestone lastMilestone() {
        for (Entry entry : entries.reversed()) {
            if (entry.step() instanceof Step.Call call && call.milestone() != null) {
                return call.milestone();
            }
        }
        return null;
    }

    /** Takes the next step of a plan, and the place in config.json that caused it. */
    interface Sink {
        void add(Step step, String from);
    }

    /** Who executes a step. */
    public enum By {
        BRAIN("brain"),
        BUILDER("builder thread"),
        PROCESS("process");

        private final String title;

        By(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }
    }

    /**
     * A step and the place in config.json that caused it, or the rule that did ({@code default}).
     *
     * @param from for example {@code mounts[4]}
     */
    public record Entry(Step step, By by, String from) {
        public Entry {
            if (by == By.BRAIN != step instanceof BrainStep) {
                throw new IllegalArgumentException(
                        "not a step for the " + by.title() + ": " + StepText.of(step, Names.NONE));
            }
        }
    }

    /** As in {@code jpod explain}: a heading for each executor, steps numbered through from 1. */
    @Override
    public String toString() {
        return String.join("", lines());
    }

    /** The same, step by step: each with its line feeds, and with the heading above it if it has one. */
    public List<String> lines() {
        int width = IntStream.range(0, entries.size())
                .map(i -> text(i).length())
                .filter(n -> n <= 60)
                .max()
                .orElse(0);
        String line = "%4d  %-" + Math.max(1, width) + "s  # %s\n";
        List<String> lines = new ArrayList<>();
        By by = null;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            String text = line.formatted(i + 1, text(i), entry.from());
            boolean isFirst = entry.by() != by;
            by = entry.by();
            lines.add(isFirst ? (i == 0 ? "" : "\n") + by.title() + "\n" + text : text);
        }
        return lines;
    }
}
