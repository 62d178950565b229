package io.jpod.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Arch;
import io.jpod.abi.Sys;
import io.jpod.json.InvalidJson;
import io.jpod.oci.Linux;
import io.jpod.oci.Mount;
import io.jpod.oci.Namespace;
import io.jpod.oci.Spec;
import io.jpod.plan.Plan.By;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What holds for every plan and its programs, tried on mixtures of the golden configs. */
class RandomSpecsTest {
    private static final Set<Class<?>> AFTER_A_FILTER = Set.of(
            CredentialStep.SetCapabilities.class,
            NamespaceStep.EnterPidNamespace.class,
            ProcessStep.Await.class,
            ProcessStep.AwaitStart.class,
            ProcessStep.NewSession.class,
            ProcessStep.ControllingTerminal.class);

    private static final int SPECS = 3_000;
    private static final Set<String> FROM_THE_BRAIN =
            Set.of(Lowering.STATUS, Lowering.START, Lowering.CONSOLE, Lowering.CONTAINER, Lowering.CONTAINER_ROOT);

    private final List<Spec> golden = Golden.all().map(Golden::spec).toList();
    private final Random random = new Random(20_26);

    private <T> T pick(Function<Spec, T> field) {
        return field.apply(golden.get(random.nextInt(golden.size())));
    }

    private Spec mixture() {
        Spec namespaces = pick(spec -> spec);
        Linux linux = new Linux(
                namespaces.linux().namespaces(),
                namespaces.linux().uidMappings(),
                namespaces.linux().gidMappings(),
                namespaces.linux().timeOffsets(),
                pick(spec -> spec.linux().devices()),
                pick(spec -> spec.linux().netDevices()),
                pick(spec -> spec.linux().cgroupsPath()),
                pick(spec -> spec.linux().resources()),
                null,
                pick(spec -> spec.linux().memoryPolicy()),
                namespaces.linux().sysctl(),
                pick(spec -> spec.linux().seccomp()),
                pick(spec -> spec.linux().rootfsPropagation()),
                pick(spec -> spec.linux().maskedPaths()),
                pick(spec -> spec.linux().readonlyPaths()),
                null,
                pick(spec -> spec.linux().personality()));
        return new Spec(
                "1.3.0",
                pick(Spec::process),
                pick(Spec::root),
                namespaces.hostname(),
                namespaces.domainname(),
                pick(Spec::mounts),
                pick(Spec::hooks),
                namespaces.annotations(),
                linux);
    }

    @Test
    void everyPlanKeepsTheRules() {
        int planned = 0;
        for (int i = 0; i < SPECS; i++) {
            Spec spec = mixture();
            Plan plan;
            try {
                plan = Planner.plan(spec, Golden.REQUEST, Golden.facts(spec));
            } catch (InvalidJson refused) {
                continue;
            }
            check(spec, plan);
            if (spec.process() != null) {
                check(spec, ExecPlanner.exec(spec, spec.process(), "process", true, Golden.FACTS));
            }
            planned++;
        }
        assertThat(planned).isGreaterThan(SPECS / 2);
    }

    private static void check(Spec spec, Plan plan) {
        Lowering.Lowered programs = Lowering.lower(plan, Arch.X86_64, 0);
        String text = plan.toString();
        assertThat(executors(plan)).as(text).matches("B*T*B?P*");
        order(plan, text);
        flow(programs.builder(), text);
        flow(programs.process(), text);
        Set<String> brain = new HashSet<>(FROM_THE_BRAIN);
        plan.entries().forEach(entry -> {
            if (entry.step() instanceof BrainStep.FillTmpfs fill) {
                brain.add(fill.handle());
            }
        });
        Set<String> given = new HashSet<>(brain);
        programs.builder().outputs().forEach(slot -> given.add(slot.name()));
        assertThat(given).as(text).containsAll(names(programs.process()));
        assertThat(brain).as(text).containsAll(names(programs.builder()));
        noHostPathsInside(spec, programs.builder(), false, text);
        boolean pivots = programs.process().ops().stream().anyMatch(RandomSpecsTest::isNewRoot);
        noHostPathsInside(spec, programs.process(), !pivots, text);
        if (!spec.linux().hasOwnMounts()) {
            nothingIsMadeAmongTheMountsOfOthers(programs.builder(), text);
            nothingIsMadeAmongTheMountsOfOthers(programs.process(), text);
        }
    }

    private static boolean isNewRoot(Op op) {
        return op.sys() == Sys.PIVOT_ROOT || op.sys() == Sys.CHROOT;
    }

    private static void nothingIsMadeAmongTheMountsOfOthers(Program program, String text) {
        assertThat(program.ops().stream().map(Op::sys))
                .as(text)
                .doesNotContain(
                        Sys.MOUNT,
                        Sys.UMOUNT2,
                        Sys.MOVE_MOUNT,
                        Sys.OPEN_TREE,
                        Sys.MOUNT_SETATTR,
                        Sys.PIVOT_ROOT,
                        Sys.MKDIRAT,
                        Sys.MKNODAT,
                        Sys.SYMLINKAT,
                        Sys.UNLINKAT);
    }

    private static List<String> names(Program program) {
        return program.inputs().stream().map(Program.Slot::name).toList();
    }

    private static String executors(Plan plan) {
        return plan.entries().stream()
                .map(entry -> entry.by() == By.BRAIN ? "B" : entry.by() == By.BUILDER ? "T" : "P")
                .collect(Collectors.joining());
    }

    /** One step comes before another, wherever both are there. */
    private static void order(Plan plan, String text) {
        before(
                plan,
                text,
                ProcessStep.CloseDescriptors.class::isInstance,
                ProcessStep.ChangeDirectory.class::isInstance);
        before(plan, text, HostStep.OpenSource.class::isInstance, RootfsStep.PivotRoot.class::isInstance);
        before(plan, text, RootfsStep.SetPropagation.class::isInstance, RootfsStep.AttachRootfs.class::isInstance);
        before(plan, text, RootfsStep.AttachRootfs.class::isInstance, RootfsStep.MountFilesystem.class::isInstance);
        before(plan, text, RootfsStep.PivotRoot.class::isInstance, RootfsStep.MaskPath.class::isInstance);
        before(plan, text, RootfsStep.MountFilesystem.class::isInstance, RootfsStep.MaskPath.class::isInstance);
        before(plan, text, RootfsStep.MountBind.class::isInstance, RootfsStep.MaskPath.class::isInstance);
        before(plan, text, RootfsStep.MaskPath.class::isInstance, ProcessStep.CloseDescriptors.class::isInstance);
        before(plan, text, RootfsStep.MakeDevice.class::isInstance, RootfsStep.ReadonlyRootfs.class::isInstance);
        before(plan, text, CredentialStep.LimitBoundingSet.class::isInstance, CredentialStep.SetUser.class::isInstance);
        before(plan, text, CredentialStep.SetUser.class::isInstance, CredentialStep.SetCapabilities.class::isInstance);
        before(plan, text, CredentialStep.SetCapabilities.class::isInstance, ProcessStep.Exec.class::isInstance);
        before(plan, text, ProcessStep.CloseDescriptors.class::isInstance, ProcessStep.Exec.class::isInstance);
        before(
                plan,
                text,
                CredentialStep.SetNoNewPrivileges.class::isInstance,
                CredentialStep.LoadSeccomp.class::isInstance);
        List<Step> filtered = plan.entries().stream()
                .map(Plan.Entry::step)
                .dropWhile(step -> !(step instanceof CredentialStep.LoadSeccomp))
                .skip(1)
                .toList();
        // Who may be traced is under its filter before: an exec, and one that would wait with the rights to load it.
        boolean isSeen = filtered.stream()
                .anyMatch(step -> step instanceof NamespaceStep.EnterPidNamespace || step instanceof ProcessStep.Await);
        assertThat(filtered)
                .as(text)
                .allMatch(
                        step -> step instanceof ProcessStep.Exec || isSeen && AFTER_A_FILTER.contains(step.getClass()));
        before(plan, text, ProcessStep.NewSession.class::isInstance, ProcessStep.ControllingTerminal.class::isInstance);
        before(
                plan,
                text,
                ProcessStep.TerminalAsStdio.class::isInstance,
                ProcessStep.ControllingTerminal.class::isInstance);
        before(plan, text, NamespaceStep.BecomeRoot.class::isInstance, RootfsStep.MountFilesystem.class::isInstance);
    }

    private static void before(Plan plan, String text, Predicate<Step> first, Predicate<Step> second) {
        int lastFirst = IntStream.range(0, plan.entries().size())
                .filter(i -> first.test(plan.entries().get(i).step()))
                .max()
                .orElse(-1);
        int firstSecond = IntStream.range(0, plan.entries().size())
                .filter(i -> second.test(plan.entries().get(i).step()))
                .findFirst()
                .orElse(Integer.MAX_VALUE);
        assertThat(lastFirst).as(text).isLessThan(firstSecond);
    }

    /** Registers that may have been written when an op is reached, along every way that leads there. */
    private static void flow(Program program, String text) {
        int size = program.ops().size();
        BitSet[] written = new BitSet[size + 1];
        BitSet inputs = new BitSet();
        program.inputs().forEach(slot -> inputs.set(slot.register()));
        written[0] = inputs;
        for (int i = 0; i < size; i++) {
            Op op = program.ops().get(i);
            String line = i + " " + ProgramText.line(op, Golden.NAMES) + "\n" + text;
            assertThat(written[i]).as("can be reached: %s", line).isNotNull();
            for (Op.Arg arg : op.args()) {
                if (arg instanceof Op.Register(int index, String _)) {
                    assertThat(written[i].get(index)).as(line).isTrue();
                } else if (arg instanceof Op.Blob(int offset, String _)) {
                    assertThat(offset).as(line).isBetween(0, program.blob().length);
                }
            }
            BitSet after = (BitSet) written[i].clone();
            if (op.result() instanceof Op.ToRegister(int index, String _)) {
                assertThat(index).as(line).isLessThan(program.registers());
                after.set(index);
            }
            boolean succeedsElsewhere = false;
            for (Op.Case possible : op.cases()) {
                if (possible.action() instanceof Op.Skip(int skipped)) {
                    assertThat(i + 1 + skipped).as(line).isLessThanOrEqualTo(size);
                    boolean failed =
                            possible.match() instanceof Op.OnErrno || possible.match() instanceof Op.OnAnyError;
                    reach(written, i + 1 + skipped, failed ? written[i] : after);
                }
                succeedsElsewhere |= possible.match() instanceof Op.OnSuccess;
            }
            if (!succeedsElsewhere && op.sys() != Sys.EXIT_GROUP) {
                reach(written, i + 1, after);
            }
        }
        program.relocations().forEach(r -> assertThat(r.at() + 8).isLessThanOrEqualTo(program.blob().length));
        assertThat(program.registers()).as(text).isLessThanOrEqualTo(Program.MAX_REGISTERS);
    }

    private static void reach(BitSet[] written, int index, BitSet registers) {
        if (written[index] == null) {
            written[index] = new BitSet();
        }
        written[index].or(registers);
    }

    /** @param inside whether the program starts behind pivot_root */
    private static void noHostPathsInside(Spec spec, Program program, boolean inside, String text) {
        Set<String> host = new HashSet<>(Set.of(Golden.REQUEST.rootfs()));
        spec.linux().namespaces().stream()
                .map(Namespace::path)
                .filter(Objects::nonNull)
                .forEach(host::add);
        spec.mounts().stream()
                .filter(m -> Mounts.parse(m.options()).bind())
                .map(Mount::source)
                .filter(Objects::nonNull)
                .forEach(host::add);
        host.removeIf(path ->
                spec.mounts().stream().anyMatch(mount -> mount.destination().equals(path)));
        Set<String> quoted = host.stream().map(path -> '"' + path + '"').collect(Collectors.toSet());
        boolean pivoted = inside;
        for (Op op : program.ops()) {
            String line = ProgramText.line(op, Golden.NAMES) + "\n" + text;
            if (pivoted) {
                assertThat(op.args()).as(line).noneMatch(arg -> quoted.contains(arg.text()));
            }
            if (op.sys() == Sys.OPENAT2) {
                assertThat(op.args().get(2).text()).as(line).containsAnyOf("RESOLVE_IN_ROOT", "RESOLVE_BENEATH");
                assertThat(op.args().get(0) instanceof Op.Register || pivoted)
                        .as(line)
                        .isTrue();
            }
            pivoted |= isNewRoot(op);
        }
    }
}
