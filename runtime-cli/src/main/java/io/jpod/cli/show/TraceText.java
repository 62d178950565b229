package io.jpod.cli.show;

import io.jpod.container.Trace;
import io.jpod.exec.Recording;
import io.jpod.json.JsonWriter;
import io.jpod.plan.Op;
import io.jpod.plan.Plan;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A trace as it is printed: the steps that {@code explain} prints, and below each its calls with what they came to. */
public final class TraceText {
    /** In which form. */
    public enum Form {
        TEXT,
        JSON
    }

    private static final String INDENT = "          ";
    /** Where the time stands, unless the call is longer. */
    private static final int WIDTH = 96;

    private final StringBuilder out = new StringBuilder();
    private final Trace trace;
    private final Form form;
    private int steps;
    private int calls;
    private boolean isStepBegun;

    public TraceText(Trace trace, Form form) {
        this.trace = trace;
        this.form = form;
    }

    /** Of one executor. */
    private static final class Total {
        private int steps;
        private int calls;
        private int errors;
        private int skipped;
        private long nanoseconds;

        void add(Trace.Step step) {
            steps++;
            for (Recording.Call call : step.calls()) {
                calls += call.isMade() ? 1 : 0;
                errors += call.isError() ? 1 : 0;
                skipped += call.isMade() ? 0 : 1;
                nanoseconds += Math.max(0, call.nanoseconds());
            }
            if (step.calls().isEmpty()) {
                nanoseconds += Math.max(0, step.nanoseconds());
            }
        }
    }

    /**
     * What has come since the last time; every line ends with a line feed. A call that has not returned is left for later.
     * JSON says of a step how it ended, so it is left for the end altogether.
     */
    public String next() {
        if (form == Form.TEXT) {
            steps(false);
        }
        return taken();
    }

    /** All the rest, and the sums. */
    public String end() {
        steps(true);
        Map<Plan.By, Total> totals = new EnumMap<>(Plan.By.class);
        for (Trace.Step step : trace.steps()) {
            totals.computeIfAbsent(step.entry().by(), _ -> new Total()).add(step);
        }
        if (form == Form.JSON) {
            totals.forEach(this::jsonTotal);
        } else if (!totals.isEmpty()) {
            out.append('\n');
            totals.forEach(this::total);
        }
        return taken();
    }

    private String taken() {
        String text = out.toString();
        out.setLength(0);
        return text;
    }

    private void steps(boolean isEnd) {
        List<Trace.Step> all = trace.steps();
        for (; steps < all.size(); steps++, calls = 0, isStepBegun = false) {
            Trace.Step step = all.get(steps);
            if (!isStepBegun) {
                isStepBegun = true;
                head(step);
            }
            for (; calls < step.calls().size(); calls++) {
                Recording.Call call = step.calls().get(calls);
                boolean isLast =
                        steps == all.size() - 1 && calls == step.calls().size() - 1;
                if (!isEnd && isLast && call.outcome() == Recording.Outcome.NOT_RETURNED) {
                    return;
                }
                if (form == Form.JSON) {
                    json(step, call);
                } else {
                    line(text(call), call.nanoseconds());
                }
            }
            if (!isEnd && !step.isComplete()) {
                return;
            }
        }
    }

    private void head(Trace.Step step) {
        if (form == Form.JSON) {
            json(step);
            return;
        }
        out.append(plan().lines().get(step.index()));
        if (step.entry().by() == Plan.By.BRAIN) {
            line(ownResult(step), step.nanoseconds());
        }
    }

    /** Whoever has steps has a plan. */
    private Plan plan() {
        return Objects.requireNonNull(trace.plan());
    }

    /** Of a step that the brain does itself. */
    private static String ownResult(Trace.Step step) {
        return step.isComplete() ? step.pid() == null ? "done" : "process " + step.pid() : "failed";
    }

    private void line(String text, long nanoseconds) {
        out.append(INDENT).append(text);
        if (nanoseconds >= 0) {
            out.repeat(' ', Math.max(2, WIDTH - text.length())).append(milliseconds(nanoseconds));
        }
        out.append('\n');
    }

    private static String milliseconds(long nanoseconds) {
        return String.format(Locale.ROOT, "%9.3f ms", nanoseconds / 1e6);
    }

    /** {@code openat(AT_FDCWD, "/dev/kvm", O_PATH) = -1 ENOENT (no such file or directory)  goes on}. */
    private static String text(Recording.Call call) {
        String text = call.op().name() + "(" + String.join(", ", call.arguments()) + ")";
        return switch (call.outcome()) {
            case NOT_MADE -> text + "  skipped";
            // Whoever executes another program has nobody left to tell.
            case NOT_RETURNED -> text + (call.isExecuted() ? " = 0" : " = ?");
            case RETURNED -> text + " = " + result(call) + then(call);
        };
    }

    private static String result(Recording.Call call) {
        if (call.isError()) {
            return "-1 " + call.error();
        }
        return call.op().result() instanceof Op.ToRegister(int _, String name)
                ? call.result() + "<" + name + ">"
                : Long.toString(call.result());
    }

    private static String then(Recording.Call call) {
        return switch (call.op().after(call.result())) {
            case Op.Fail _ -> "  fails";
            case Op.Skip(int ops) -> ops > 0 ? "  skips " + ops : call.isError() ? "  ignored" : "";
        };
    }

    private void total(Plan.By by, Total total) {
        String text = String.format(
                Locale.ROOT,
                "%-17s %3d steps %4d calls, %d with an error, %d skipped",
                by.title(),
                total.steps,
                total.calls,
                total.errors,
                total.skipped);
        if (by == Plan.By.BRAIN) {
            text = String.format(Locale.ROOT, "%-17s %3d steps", by.title(), total.steps);
        }
        out.append(text)
                .repeat(' ', Math.max(2, INDENT.length() + WIDTH - text.length()))
                .append(milliseconds(total.nanoseconds))
                .append('\n');
    }

    // ---- JSON: an object a line, which says with "type" what it is

    private void json(Trace.Step step) {
        object(json -> json.text("type", "step")
                .number("step", step.index() + 1)
                .text("by", step.entry().by().title())
                .text("kind", step.entry().step().getClass().getSimpleName())
                .text("text", plan().text(step.index()))
                .text("from", step.entry().from())
                .flag("complete", step.isComplete())
                .number("pid", step.pid())
                .number("nanoseconds", known(step.nanoseconds())));
    }

    private void json(Trace.Step step, Recording.Call call) {
        boolean hasResult = call.outcome() == Recording.Outcome.RETURNED;
        object(json -> json.text("type", "call")
                .number("step", step.index() + 1)
                .text("by", step.entry().by().title())
                .text("from", step.entry().from())
                .text("call", call.op().name())
                .allTexts("arguments", call.arguments())
                .text("outcome", call.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .number("result", hasResult ? call.result() : null)
                .text("error", call.isError() ? call.errno() : null)
                .text("then", hasResult && !then(call).isEmpty() ? then(call).strip() : null)
                .number("nanoseconds", known(call.nanoseconds())));
    }

    private void jsonTotal(Plan.By by, Total total) {
        object(json -> json.text("type", "total")
                .text("by", by.title())
                .number("steps", total.steps)
                .number("calls", total.calls)
                .number("errors", total.errors)
                .number("skipped", total.skipped)
                .number("nanoseconds", total.nanoseconds));
    }

    private void object(Consumer<JsonWriter> properties) {
        out.append(JsonWriter.object(null, properties)).append('\n');
    }

    private static @Nullable Long known(long nanoseconds) {
        return nanoseconds < 0 ? null : Long.valueOf(nanoseconds);
    }
}
