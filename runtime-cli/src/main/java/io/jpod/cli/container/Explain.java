package io.jpod.cli.container;

import io.jpod.cli.command.Definition;
import io.jpod.cli.command.Jpod;
import io.jpod.cli.command.Misuse;
import io.jpod.cli.command.Verb;
import io.jpod.cli.option.BundleOptions;
import io.jpod.cli.option.ContainerOptions;
import io.jpod.cli.option.ProcessOptions;
import io.jpod.cli.show.PodExplanation;
import io.jpod.engine.Engine;
import io.jpod.engine.Manner;
import io.jpod.json.JsonWriter;
import io.jpod.plan.Lowering;
import io.jpod.plan.Names;
import io.jpod.plan.Op;
import io.jpod.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

public final class Explain implements Verb {
    private final BundleOptions bundle = new BundleOptions();
    private final ContainerOptions container = new ContainerOptions();
    private boolean json;
    private boolean syscalls;
    private List<String> words = List.of();

    @Override
    public void define(Definition d) {
        d.synopsis(
                "jpod explain [OPTIONS] [--bundle DIR]",
                "       jpod explain [OPTIONS] --rootfs DIR [--] [COMMAND [ARG...]]",
                "       jpod explain --pod POD");
        d.stopsAtOperand();
        bundle.define(d);
        container.define(d);
        d.flag("--json", "Print the steps as JSON.", on -> json = on);
        d.flag("--syscalls", "Print the system calls of each step too.", on -> syscalls = on);
        d.operands(0, "COMMAND", "What would be run in the container.", v -> words = v);
        d.footer(
                "Each step names the place in config.json that asks for it, \"pod\" or \"default\". Errors of run and create name the same"
                        + " steps. What this host cannot do is refused here as there.");
        d.examples(
                "jpod explain --bundle /bundles/web",
                "jpod explain --rootfs /srv/alpine --memory 64m -- sh",
                "jpod explain --pod web                      # the pod, and each of its containers",
                "jpod explain --syscalls --rootfs /srv/alpine -- sh");
    }

    @Override
    public int call(Jpod jpod) {
        if (container.pod != null && container.rootfs == null && !bundle.isGiven()) {
            return ofPod(jpod, container.pod);
        }
        Plan plan = container.rootfs == null ? ofBundle(jpod) : ofRootfs(jpod);
        plan.warnings().forEach(jpod::warn);
        List<List<String>> calls = syscalls ? calls(plan) : List.of();
        if (json) {
            jpod.out().println(toJson(plan, calls));
        } else {
            jpod.out().print(syscalls ? toText(plan, calls) : plan);
        }
        return OK;
    }

    private int ofPod(Jpod jpod, String name) {
        if (json || syscalls || !words.isEmpty()) {
            throw new Misuse(
                    "--pod without --rootfs explains all of a pod, and goes with no other option and no command");
        }
        jpod.out().print(PodExplanation.of(jpod, jpod.pods().get(name)));
        return OK;
    }

    private Plan ofBundle(Jpod jpod) {
        container.requireNone();
        if (!words.isEmpty()) {
            throw new Misuse("a command goes with --rootfs; for a bundle it stands in config.json");
        }
        return jpod.engine().explain("ID", bundle.directory(jpod), bundle.spec(jpod), container.pod, manner(jpod));
    }

    private Plan ofRootfs(Jpod jpod) {
        if (bundle.isGiven()) {
            throw new Misuse("--bundle and --rootfs exclude each other");
        }
        return jpod.engine()
                .explain(container.wish(jpod, words).pod(container.pod).build(), manner(jpod));
    }

    private Manner manner(Jpod jpod) {
        return new ProcessOptions().manner(jpod, false, bundle, null);
    }

    /** The calls of each step, as strace(1) would show them. */
    private static List<List<String>> calls(Plan plan) {
        List<List<String>> calls = new ArrayList<>();
        plan.entries().forEach(_ -> calls.add(new ArrayList<>()));
        Lowering.Lowered programs = Engine.programs(plan);
        List<Op> all = new ArrayList<>(programs.builder().ops());
        all.addAll(programs.process().ops());
        all.forEach(op -> calls.get(op.step()).add(text(op, plan.names())));
        return calls;
    }

    private static String text(Op op, Names names) {
        String call =
                op.args().stream().map(arg -> arg.text(names)).collect(Collectors.joining(", ", op.name() + "(", ")"));
        return switch (op.result()) {
            case Op.ToRegister(int _, String name) -> call + " = " + name;
            case Op.ToBlob _, Op.Discard _ -> call;
        };
    }

    private static String toText(Plan plan, List<List<String>> calls) {
        StringBuilder text = new StringBuilder();
        List<String> lines = plan.lines();
        for (int i = 0; i < lines.size(); i++) {
            text.append(lines.get(i));
            calls.get(i).forEach(call -> text.append("          ").append(call).append('\n'));
        }
        return text.toString();
    }

    /** A step, numbered as people count. */
    private record Numbered(int number, Plan.Entry entry, List<String> calls) {}

    private static String toJson(Plan plan, List<List<String>> calls) {
        List<Numbered> steps = IntStream.range(0, plan.entries().size())
                .mapToObj(i -> new Numbered(i + 1, plan.entries().get(i), calls.isEmpty() ? List.of() : calls.get(i)))
                .toList();
        return JsonWriter.array(
                "  ",
                steps,
                (json, step) -> json.number("number", step.number())
                        .text("by", step.entry().by().title())
                        .text("kind", step.entry().step().getClass().getSimpleName())
                        .text("step", plan.text(step.number() - 1))
                        .text("from", step.entry().from())
                        .texts("syscalls", step.calls()));
    }
}
