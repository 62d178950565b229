package io.jpod.container;

import io.jpod.abi.Sys;
import io.jpod.exec.Observer;
import io.jpod.exec.Recording;
import io.jpod.linux.Fd;
import io.jpod.linux.Processes;
import io.jpod.plan.Plan;
import io.jpod.plan.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a set-up did, step by step and call by call. Give a new one to {@link Containers#prepare}, {@link Containers#create} or
 * {@link Container#exec}, and read it as soon as the program runs, or when it failed. Not for more than one set-up.
 */
public final class Trace implements Observer, AutoCloseable {
    /** In milliseconds; somebody may have stopped the process. */
    private static final int PATIENCE = 10_000;

    private @Nullable Plan plan;
    private final List<Part> parts = new ArrayList<>();

    /** In the order in which they were begun. */
    private sealed interface Part {}

    private record Own(Step step) implements Part {}

    private record Ran(Plan.By by, Recording recording) implements Part {}

    /**
     * A step that was begun.
     *
     * @param index in the plan, from 0
     * @param nanoseconds how long it took; -1 if that is not known for all of it
     * @param isComplete false for the one that the set-up ended at, or that still waits
     * @param pid of the process that the step has made; null for any other step
     * @param calls of the brain's own steps none; those behind the end of the program are left out
     */
    public record Step(
            int index,
            Plan.Entry entry,
            long nanoseconds,
            boolean isComplete,
            @Nullable Integer pid,
            List<Recording.Call> calls) {}

    /** Null if it was refused before there was a plan. */
    public @Nullable Plan plan() {
        return plan;
    }

    /** The steps that were begun, in the plan's order. */
    public List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (Part part : parts) {
            switch (part) {
                case Own(Step step) -> steps.add(step);
                case Ran(Plan.By by, Recording recording) -> steps.addAll(steps(by, recording));
            }
        }
        // The builder's are done while the brain does its own.
        steps.sort((a, b) -> Integer.compare(a.index(), b.index()));
        return steps;
    }

    private List<Step> steps(Plan.By by, Recording recording) {
        List<Recording.Call> calls = recording.untilTheEnd();
        boolean isComplete = calls.size() == recording.program().ops().size()
                && (calls.isEmpty() || !calls.getLast().isEnd());
        boolean isExecuted = !calls.isEmpty() && calls.getLast().isExecuted();
        int last = calls.isEmpty() ? -1 : calls.getLast().op().step();
        List<Step> steps = new ArrayList<>();
        List<Plan.Entry> entries = plan == null ? List.of() : plan.entries();
        for (int i = 0; i < entries.size(); i++) {
            int index = i;
            if (entries.get(i).by() == by && (isComplete || i <= last)) {
                List<Recording.Call> own =
                        calls.stream().filter(call -> call.op().step() == index).toList();
                steps.add(new Step(i, entries.get(i), sum(own), isComplete || i < last || isExecuted, null, own));
            }
        }
        return steps;
    }

    private static long sum(List<Recording.Call> calls) {
        long sum = 0;
        for (Recording.Call call : calls) {
            if (call.isMade()) {
                if (call.nanoseconds() < 0) {
                    return -1;
                }
                sum += call.nanoseconds();
            }
        }
        return sum;
    }

    @Override
    public void planned(Plan planned) {
        close();
        parts.clear();
        plan = planned;
    }

    @Override
    public boolean records() {
        return true;
    }

    @Override
    public Recording recording(Plan.By by, Program program) {
        Recording recording =
                new Recording(program, Objects.requireNonNull(plan).names());
        parts.add(new Ran(by, recording));
        return recording;
    }

    @Override
    public void begun(int index) {
        parts.add(own(index, -1, false, 0));
    }

    @Override
    public void done(int index, long nanoseconds, int pid) {
        parts.replaceAll(part ->
                part instanceof Own(Step step) && step.index() == index ? own(index, nanoseconds, true, pid) : part);
    }

    private Own own(int index, long nanoseconds, boolean isComplete, int pid) {
        Plan.Entry entry = Objects.requireNonNull(plan).entries().get(index);
        return new Own(new Step(index, entry, nanoseconds, isComplete, pid == 0 ? null : pid, List.of()));
    }

    /** Until the process waits for start, so that the trace ends there and not somewhere before. */
    @Override
    public void waiting(Fd process) {
        int waited = 0;
        while (!accepts() && waited++ < PATIENCE && !Processes.awaitEnd(process, 1)) {}
    }

    private boolean accepts() {
        return steps().stream()
                .flatMap(step -> step.calls().stream())
                .anyMatch(call -> call.op().sys() == Sys.ACCEPT4 && call.isMade());
    }

    /** Lets go of the memory that processes write into. */
    @Override
    public void close() {
        for (Part part : parts) {
            if (part instanceof Ran(Plan.By _, Recording recording)) {
                recording.close();
            }
        }
    }
}
