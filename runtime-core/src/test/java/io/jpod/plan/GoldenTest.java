package io.jpod.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpod.abi.Arch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is done for a config: {@code plan.txt} as {@code jpod explain} prints it, {@code syscalls.txt} with every call. After
 * a change that is meant, {@code mvn test -Dtest=GoldenTest -Dgolden.update=true} writes them anew, to be read as a diff.
 */
class GoldenTest {
    /** What takes no call: descriptors that the builder has opened by then. */
    private static final Set<Class<?>> HAND_OVER = Set.of(NamespaceStep.ExportNamespaces.class);

    static Stream<Golden> cases() {
        return Golden.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plan(Golden golden) throws IOException {
        Plan plan = golden.plan();
        StringBuilder text = new StringBuilder(plan.toString());
        plan.warnings()
                .forEach(warning -> text.append("warning: ").append(warning).append('\n'));
        golden.hooks()
                .forEach(hook ->
                        text.append("\n== ").append(hook.getKey()).append('\n').append(hook.getValue()));
        compare(golden, "plan.txt", text.toString());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void syscalls(Golden golden) throws IOException {
        StringBuilder text = new StringBuilder(programs(golden.plan()));
        golden.hooks()
                .forEach(hook -> text.append("\n==== ")
                        .append(hook.getKey())
                        .append('\n')
                        .append(programs(hook.getValue())));
        compare(golden, "syscalls.txt", text.toString());
    }

    /** The compiler sees that the brain's steps have one each, and an inverse if they last: Setup's switches are exhaustive. */
    @ParameterizedTest
    @MethodSource("cases")
    void everyStepHasOneExecutor(Golden golden) {
        Stream.concat(Stream.of(golden.plan()), golden.hooks().map(Map.Entry::getValue))
                .forEach(GoldenTest::checkExecutors);
    }

    private static void checkExecutors(Plan plan) {
        Lowering.Lowered programs = Lowering.lower(plan, Arch.X86_64, 0);
        assertThat(steps(plan, programs.builder())).allMatch(entry -> entry.by() == Plan.By.BUILDER);
        assertThat(steps(plan, programs.process())).allMatch(entry -> entry.by() == Plan.By.PROCESS);
        List<Step> calls = Stream.of(programs.builder(), programs.process())
                .flatMap(program -> steps(plan, program).stream())
                .map(Plan.Entry::step)
                .toList();
        assertThat(plan.entries().stream().map(Plan.Entry::step))
                .allMatch(step ->
                        step instanceof BrainStep || calls.contains(step) || HAND_OVER.contains(step.getClass()));
    }

    private static List<Plan.Entry> steps(Plan plan, Program program) {
        return program.ops().stream()
                .map(op -> plan.entries().get(op.step()))
                .distinct()
                .toList();
    }

    /** So that the golden plans leave none out. */
    @Test
    void everyStepOfTheBrainIsInSomePlan() {
        Set<Class<?>> seen = Stream.concat(Golden.all().map(Golden::plan), PodPlannerTest.plans())
                .flatMap(plan -> plan.entries().stream())
                .map(entry -> entry.step().getClass())
                .collect(Collectors.toSet());
        assertThat(seen)
                .containsAll(Stream.of(BrainStep.Lasting.class, BrainStep.Passing.class)
                        .flatMap(kind -> Arrays.stream(kind.getPermittedSubclasses()))
                        .toList());
    }

    static String programs(Plan plan) {
        Lowering.Lowered programs = Lowering.lower(plan, Arch.X86_64, 0);
        return "== builder thread\n" + ProgramText.of(plan, programs.builder()) + "\n== process\n"
                + ProgramText.of(plan, programs.process());
    }

    static void compare(Golden golden, String name, String text) throws IOException {
        Path file = golden.directory().resolve(name);
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(golden.directory());
            Files.writeString(file, text);
        }
        assertThat(text).isEqualTo(new String(golden.bytes(name), StandardCharsets.UTF_8));
    }
}
